// Writes a JSON text otherwise than it stands there: as another program might that was given the
// same value, or one that doesn't keep numbers exactly.
#pragma once

#include <string>
#include <string_view>

#include "simulator/random.hpp"

namespace penstock::simulator {

struct JsonForm {
  // The value stays the same.
  bool order = false;    // members in another order, in objects whose names differ
  bool space = false;    // other white space between the tokens
  bool numbers = false;  // every number in another notation: 1.10 as 1.1, 11e-1, 1.1E+0
  // It doesn't.
  bool changed = false;  // every number is another one: 0.1 is 0.10000000001, 80 is 80.5
};

// Appends `text`, one valid JSON text, without its white space. Strings stay as they are.
// Recursive: for texts that are not nested deeper than events may be.
void rewrite_json(std::string& out, std::string_view text, const JsonForm& form,
                  SplitMix64& random);

// The value of a member as it stands in `object`, a valid JSON object; empty: there is none.
std::string_view member_text(std::string_view object, std::string_view name);

}  // namespace penstock::simulator
