// The command line of penstock-sim, for what is written about it.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace penstock::simulator {

// All that penstock-sim takes, to be read: parsing with it runs nothing.
void with_parser(const std::function<void(CLI::App&)>& use);

}  // namespace penstock::simulator
