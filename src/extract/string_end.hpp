// Where a JSON string ends, and whether it is right: without control characters and wrong escapes.
// Pure.
#pragma once

namespace penstock::extract {

struct StringEnd {
  const char* quote = nullptr;  // that ends it; null: it isn't right, or has no end
  bool escaped = false;         // a backslash stands in it
  bool ascii = true;            // no byte of it is above 0x7f
};

// Of the string whose inside begins at `p`. Never reads at `end` or behind it.
StringEnd find_string_end(const char* p, const char* end);

}  // namespace penstock::extract
