// What a fuzzer asserts: where it doesn't hold, libFuzzer keeps the input that shows it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string>

#include "penstock/core/text.hpp"

namespace penstock::fuzz {

inline void must(bool holds, const char* what, const std::string& shown = {},
                 const std::source_location& at = std::source_location::current()) {
  if (holds) {
    return;
  }
  constexpr std::size_t enough = 2'000;
  std::fprintf(stderr, "%s:%u: it doesn't hold that %s\n%s\n", at.file_name(), at.line(), what,
               printable(shown, enough).c_str());
  std::abort();
}

// What is shown to people is one line of printable ASCII.
inline bool is_printable(const std::string& text) {
  for (const char c : text) {
    if (c < ' ' || c > '~') {
      return false;
    }
  }
  return true;
}

}  // namespace penstock::fuzz
