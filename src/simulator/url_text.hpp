// What stands in a request's target: percent-encoding (RFC 3986, 2.1) and parameters as forms write
// them. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace penstock::simulator {

// None: a % without two hexadecimal digits behind it.
std::optional<std::string> percent_decoded(std::string_view text);

// Of `name=value&name=value`, `+` a blank in both; the first of a name counts. None: as above.
using Parameters = std::map<std::string, std::string, std::less<>>;
std::optional<Parameters> parse_parameters(std::string_view query);

}  // namespace penstock::simulator
