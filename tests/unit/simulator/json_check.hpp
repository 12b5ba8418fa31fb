// The grammar of RFC 8259 and nothing else: a judge that shares no code with the program's parsers.
#pragma once

#include <cstddef>
#include <string_view>

namespace penstock::test {

struct JsonCheck {
  bool valid = false;
  bool object = false;    // the value is an object
  std::size_t depth = 0;  // of nesting; an object in nothing has 1
};
JsonCheck check_json(std::string_view text);

}  // namespace penstock::test
