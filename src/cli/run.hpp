// The command line: parses it, loads the configuration, calls what does the work.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace penstock::cli {

// The exit status of the process. Data goes to standard output, messages to standard error.
int run(int argc, const char* const* argv);

// All that run() takes, to be read or tried: parsing with it runs nothing.
void with_parser(const std::function<void(CLI::App&)>& use);

}  // namespace penstock::cli
