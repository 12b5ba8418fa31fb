#include "penstock/remote/value_splitter.hpp"

#include <utility>

#include "penstock/core/text.hpp"

namespace penstock::remote {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_of_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '+' || c == '.';
}

}  // namespace

ValueSplitter::ValueSplitter(Bytes max_value, Each each)
    : max_value_(static_cast<std::size_t>(max_value.count)), each_(std::move(each)) {}

bool ValueSplitter::feed(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size() && state_ != State::over;) {
    // What a value mostly is: the inside of its strings.
    if (state_ == State::in_string) {
      const std::size_t end = std::min(bytes.find_first_of("\"\\", i), bytes.size());
      if (value_.size() + (end - i) > max_value_) {
        return fail("a value is longer than " + to_string(Bytes{max_value_}));
      }
      value_.append(bytes, i, end - i);
      position_ += end - i;
      i = end;
      if (i == bytes.size()) {
        break;
      }
    }
    if (!step(bytes[i])) {
      return false;
    }
    ++i;
    ++position_;
  }
  return state_ != State::over;
}

Result<void> ValueSplitter::finish() {
  if (state_ == State::in_word && !in_array_) {
    end_value();
  }
  if (error_ && state_ != State::between && state_ != State::over) {
    fail("the answer ends within a value or an array");
  }
  return error_;
}

bool ValueSplitter::step(char c) {
  switch (state_) {
    case State::in_string:
      state_ = c == '"' ? State::in_value : State::escaped;
      return take(c) && (state_ == State::escaped || !open_.empty() || end_value());
    case State::escaped:
      state_ = State::in_string;
      return take(c);
    case State::in_value:
      return in_value(c);
    case State::in_word:
      if (is_of_word(c)) {
        return take(c);
      }
      return end_value() && step(c);
    case State::between:
      if (is_blank(c)) {
        return true;
      }
      if (c == '[') {
        in_array_ = true;
        state_ = State::array_begin;
        return true;
      }
      return begin_value(c);
    case State::array_begin:
    case State::array_next:
      if (is_blank(c)) {
        return true;
      }
      if (c == ']' && state_ == State::array_begin) {
        in_array_ = false;
        state_ = State::between;
        return true;
      }
      return begin_value(c);
    case State::after_value:
      if (is_blank(c)) {
        return true;
      }
      if (c == ']') {
        in_array_ = false;
        state_ = State::between;
        return true;
      }
      state_ = State::array_next;
      return c == ',' || fail("between the values of the array there is no comma");
    case State::over:
      break;
  }
  return false;
}

bool ValueSplitter::begin_value(char c) {
  if (c == '{' || c == '[') {
    open_ = c == '{' ? "}" : "]";
    state_ = State::in_value;
  } else if (c == '"') {
    state_ = State::in_string;
  } else if (is_of_word(c)) {
    state_ = State::in_word;
  } else {
    return fail("`" + printable({&c, 1}) + "` begins no JSON value");
  }
  return take(c);
}

bool ValueSplitter::in_value(char c) {
  if (is_blank(c)) {
    blank_ = true;
    return true;
  }
  // Without one, two words would be one, and the value another, perhaps a valid one.
  if (std::exchange(blank_, false) && is_of_word(value_.back()) && is_of_word(c) && !take(' ')) {
    return false;
  }
  switch (c) {
    case '"':
      state_ = State::in_string;
      return take(c);
    case '{':
    case '[':
      open_ += c == '{' ? '}' : ']';
      return take(c);
    case '}':
    case ']':
      if (open_.back() != c) {
        return fail("`" + std::string(1, c) + "` closes what is not open");
      }
      open_.pop_back();
      return take(c) && (!open_.empty() || end_value());
    default:
      return take(c);
  }
}

bool ValueSplitter::take(char c) {
  if (value_.size() == max_value_) {
    return fail("a value is longer than " + to_string(Bytes{max_value_}));
  }
  value_ += c;
  return true;
}

bool ValueSplitter::end_value() {
  state_ = in_array_ ? State::after_value : State::between;
  ++values_;
  const bool more = each_(value_);
  value_.clear();
  if (!more) {
    stopped_ = true;
    state_ = State::over;
  }
  return more;
}

bool ValueSplitter::fail(std::string what) {
  state_ = State::over;
  error_ = make_error(Errc::protocol, "the answer isn't the JSON expected: " + what + " (byte " +
                                          std::to_string(position_) + ")");
  return false;
}

}  // namespace penstock::remote
