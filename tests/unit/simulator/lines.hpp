// What a reader makes of a body: lines without their ends, blank ones left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace penstock::test {

std::vector<std::string> lines_of(std::string_view body);

}  // namespace penstock::test
