// Chunked bodies (RFC 9112 section 7.1) and lines, read slowly and by the letter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::fuzz {

// What stands in the chunks of a whole body, its trailer included; none: it isn't one.
std::optional<std::string> dechunk(std::string_view bytes);

struct Line {
  std::string_view bytes;  // without the \n
  bool ended = true;       // only the last line may lack its \n
};
// Without an empty one behind the last \n.
std::vector<Line> lines_of(std::string_view body);

}  // namespace penstock::fuzz
