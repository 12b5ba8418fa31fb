// Where a JSON string ends, and whether it is right: without control characters and wrong escapes.
// Pure.
#pragma once

#include <vector>

namespace penstock::extract {

struct StringEnd {
  const char* quote = nullptr;  // that ends it; null: it isn't right, or has no end
  bool escaped = false;         // a backslash stands in it
  bool ascii = true;            // no byte of it is above 0x7f
};

// Of the string whose inside begins at `p`. Never reads at `end` or behind it.
StringEnd find_string_end(const char* p, const char* end);

// The ways to find it that this processor has, the quickest last, which find_string_end() takes.
using FindStringEnd = StringEnd (*)(const char* p, const char* end);
std::vector<FindStringEnd> string_end_variants();

}  // namespace penstock::extract
