// Cuts an answer of the API into its JSON values while it comes. Pure.
//
// An answer is one value, an array of values, or values one after another, with any white space
// (API V1 documentation, Query Endpoints; events.md). Its outermost array is taken apart. Only the
// structure is looked at: brackets, strings, commas between values. Who needs a value to be valid
// JSON parses it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "penstock/core/error.hpp"
#include "penstock/core/units.hpp"

namespace penstock::remote {

class ValueSplitter {
 public:
  // One value on one line: as it came, but for white space between its tokens; of that a blank
  // stays between two words, which are no JSON. Good during the call. False: no more is wanted.
  using Each = std::function<bool(std::string_view value)>;

  // At most one value of `max_value` bytes is held.
  ValueSplitter(Bytes max_value, Each each);

  // False: it is over, as `each` or error() says.
  bool feed(std::string_view bytes);
  // The answer came to its end. An error where it ends within a value or an array.
  Result<void> finish();
  const Result<void>& error() const { return error_; }
  bool stopped() const { return stopped_; }  // `each` wanted no more
  std::uint64_t values() const { return values_; }

 private:
  enum class State : std::uint8_t {
    between,      // outside of the outermost array: a value or nothing may come
    array_begin,  // a value or the array's end
    array_next,   // behind a comma: a value
    after_value,  // in the array: a comma or its end
    in_value,     // an object or an array that isn't outermost
    in_string,    // of in_value, or a value by itself
    escaped,      // behind a backslash
    in_word,      // a number, true, false, null by itself
    over,
  };

  bool step(char c);
  bool begin_value(char c);
  bool in_value(char c);
  bool take(char c);
  bool end_value();
  bool fail(std::string what);

  std::size_t max_value_;
  Each each_;
  State state_ = State::between;
  bool in_array_ = false;
  std::string open_;  // the brackets of the value, as they have to be closed
  std::string value_;
  bool blank_ = false;          // in_value: what is behind value_ follows white space
  std::uint64_t position_ = 0;  // of the byte looked at
  std::uint64_t values_ = 0;
  bool stopped_ = false;
  Result<void> error_;
};

}  // namespace penstock::remote
