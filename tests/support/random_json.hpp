// Random JSON values, ways to write them, and changes of them. `Random` is a
// UniformRandomBitGenerator of 64 bits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <queue>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace penstock::random_json {

using Text = std::u32string;  // surrogates without a partner are characters of their own here

template <class Random>
std::size_t below(Random& random, std::size_t bound) {
  return static_cast<std::size_t>(random() % bound);
}
template <class Random>
bool one_in(Random& random, std::size_t n) {
  return below(random, n) == 0;
}

// A JSON value as what it means.
struct Value {
  enum Kind : std::size_t { null, yes, no, number, string, array, object };
  Kind kind = null;
  bool negative = false;
  std::string digits{};       // of a number: without zeros at its ends; "" is 0
  std::int64_t exponent = 0;  // of its last digit
  Text text{};                // of a string
  std::vector<Value> items{};
  std::vector<Text> names{};  // of an object, one for each item
  bool operator==(const Value&) const = default;
};

// The same with all that doesn't count taken out: `==` tells whether values are the same.
inline Value normal(const Value& value) {
  Value result = value;
  std::vector<std::size_t> order(value.items.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  if (value.kind == Value::object) {
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return value.names[a] < value.names[b]; });
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    result.items[i] = normal(value.items[order[i]]);
    if (value.kind == Value::object) {
      result.names[i] = value.names[order[i]];
    }
  }
  return result;
}

inline bool high(char32_t c) { return c >= 0xd800 && c <= 0xdbff; }
inline bool low(char32_t c) { return c >= 0xdc00 && c <= 0xdfff; }

template <class Random>
class Maker {
 public:
  explicit Maker(Random& random) : random_(random) {}

  Value value(std::size_t depth) {
    Value result;
    result.kind = static_cast<Value::Kind>(below(random_, depth == 0 ? 5 : 7));
    switch (result.kind) {
      case Value::number:
        number(result);
        break;
      case Value::string:
        result.text = text();
        break;
      case Value::array:
      case Value::object:
        return container(result.kind, depth);
      default:
        break;
    }
    return result;
  }
  Value container(Value::Kind kind, std::size_t depth) {
    Value result;
    result.kind = kind;
    const std::size_t count = one_in(random_, 20) ? below(random_, 70) : below(random_, 6);
    for (std::size_t i = 0; i < count; ++i) {
      add_item(result, depth - 1);
    }
    return result;
  }
  void add_item(Value& value_with_items, std::size_t depth) {
    value_with_items.items.push_back(value(depth));
    if (value_with_items.kind == Value::object) {
      value_with_items.names.push_back(text());
    }
  }

  void number(Value& result) {
    result = Value{.kind = Value::number};
    if (one_in(random_, 8)) {
      return;
    }
    result.negative = one_in(random_, 2);
    for (std::size_t i = one_in(random_, 10) ? below(random_, 40) : below(random_, 4); i > 0; --i) {
      result.digits += static_cast<char>('0' + below(random_, 10));
    }
    result.digits.insert(0, 1, static_cast<char>('1' + below(random_, 9)));
    result.digits.back() = static_cast<char>('1' + below(random_, 9));
    constexpr std::int64_t large = 1'000'000'000'000'000'000;
    const std::int64_t around[] = {0, 0, 0, 0, 300, -300, large, -large, 9 * large, -9 * large};
    result.exponent = around[below(random_, std::size(around))] +
                      static_cast<std::int64_t>(below(random_, 11)) - 5;
  }

  Text text() {
    constexpr std::u32string_view letters =
        U"abcabcabcabc01\"\\/\b\f\n\r\t\x01\x1f\x7f \u0080\u00e9\u07ff\u0800\u20ac\uffff"
        U"\U00010000\U0001f600\U0010ffff";
    Text result(one_in(random_, 3) ? 9 : 0, U'a');  // a beginning that many have
    for (std::size_t i = one_in(random_, 10) ? below(random_, 60) : below(random_, 4); i > 0; --i) {
      const char32_t c = one_in(random_, 15) ? static_cast<char32_t>(0xd7fe + below(random_, 0x804))
                         : one_in(random_, 30) ? U'\0'
                                               : letters[below(random_, letters.size())];
      if (!(low(c) && !result.empty() && high(result.back()))) {  // else they'd be one character
        result += c;
      }
    }
    return result;
  }

  // One change somewhere. It can come to nothing where it changes the order of equals.
  void change(Value& value) {
    if (!value.items.empty() && !one_in(random_, 4)) {
      return change(value.items[below(random_, value.items.size())]);
    }
    const bool has_items = value.kind == Value::array || value.kind == Value::object;
    if (has_items && !value.items.empty() && one_in(random_, 2)) {
      const std::size_t at = below(random_, value.items.size());
      if (value.kind == Value::object && one_in(random_, 2)) {
        value.names[at] = text();
      } else if (one_in(random_, 2)) {
        std::swap(value.items[at], value.items[below(random_, value.items.size())]);
      } else {
        value.items.erase(value.items.begin() + static_cast<std::ptrdiff_t>(at));
        if (value.kind == Value::object) {
          value.names.erase(value.names.begin() + static_cast<std::ptrdiff_t>(at));
        }
      }
    } else if (has_items && !one_in(random_, 4)) {
      add_item(value, 1);
    } else if (value.kind == Value::string && !one_in(random_, 4)) {
      if (value.text.empty()) {
        value.text.push_back(U'x');
      } else {
        value.text.pop_back();
      }
    } else if (value.kind == Value::number && !value.digits.empty() && !one_in(random_, 4)) {
      if (one_in(random_, 2)) {
        value.negative = !value.negative;
      } else {
        ++value.exponent;
      }
    } else {
      value = this->value(2);
    }
  }

 private:
  Random& random_;
};

// Writes a value in one of the ways in which it can be written.
template <class Random>
class Writer {
 public:
  explicit Writer(Random& random) : random_(random) {}

  std::string write(const Value& value) {
    out_.clear();
    any(value);
    return out_;
  }

 private:
  void any(const Value& value) {
    space();
    switch (value.kind) {
      case Value::null:
        out_ += "null";
        break;
      case Value::yes:
        out_ += "true";
        break;
      case Value::no:
        out_ += "false";
        break;
      case Value::number:
        number(value);
        break;
      case Value::string:
        string(value.text);
        break;
      case Value::array:
      case Value::object:
        container(value);
        break;
    }
    space();
  }

  void container(const Value& value) {
    const bool is_object = value.kind == Value::object;
    std::vector<std::size_t> order(value.items.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      order[i] = i;
    }
    if (is_object) {
      // Any order, but those of one name among themselves.
      std::map<Text, std::queue<std::size_t>> same;
      for (const std::size_t i : order) {
        same[value.names[i]].push(i);
      }
      std::shuffle(order.begin(), order.end(), random_);
      for (std::size_t& i : order) {
        std::queue<std::size_t>& next = same[value.names[i]];
        i = next.front();
        next.pop();
      }
    }
    out_ += is_object ? '{' : '[';
    for (const std::size_t i : order) {
      if (is_object) {
        space();
        string(value.names[i]);
        space();
        out_ += ':';
      }
      any(value.items[i]);
      out_ += ',';
    }
    if (order.empty()) {
      space();
    } else {
      out_.pop_back();
    }
    out_ += is_object ? '}' : ']';
  }

  void space() {
    while (one_in(random_, 6)) {
      out_ += " \t\r\n"[below(random_, 4)];
    }
  }

  void number(const Value& value) {
    if (value.digits.empty()) {
      constexpr std::string_view zeros[] = {"0", "-0", "0.0", "-0.00", "0e7", "-0E-77", "0.0e+1"};
      out_ += zeros[below(random_, std::size(zeros))];
      return;
    }
    std::string digits = value.digits;
    std::int64_t exponent = value.exponent;
    for (std::size_t more = below(random_, 3); more > 0; --more) {
      digits += '0';
      --exponent;
    }
    if (exponent > 0 && exponent < 400 && one_in(random_, 2)) {  // without an exponent
      digits.append(static_cast<std::size_t>(exponent), '0');
      exponent = 0;
    }
    // How many digits stand behind the point; more than there are need zeros.
    std::size_t fraction = one_in(random_, 2) ? 0 : below(random_, digits.size() + 4);
    if (exponent < 0 && exponent > -400 && one_in(random_, 2)) {
      fraction = static_cast<std::size_t>(-exponent);
    }
    exponent += static_cast<std::int64_t>(fraction);
    if (fraction >= digits.size()) {
      digits.insert(0, fraction - digits.size() + 1, '0');
    }
    out_ += value.negative ? "-" : "";
    out_ += digits.substr(0, digits.size() - fraction);
    if (fraction != 0) {
      out_ += '.' + digits.substr(digits.size() - fraction);
    }
    if (exponent != 0 || one_in(random_, 4)) {
      out_ += one_in(random_, 2) ? 'e' : 'E';
      out_ += exponent < 0 ? "-" : one_in(random_, 2) ? "+" : "";
      out_ += std::string(one_in(random_, 8) ? below(random_, 25) : 0, '0');
      out_ += std::to_string(exponent < 0 ? -exponent : exponent);
    }
  }

  void string(const Text& text) {
    out_ += '"';
    const std::size_t escapes = 1 + below(random_, 6);  // one in so many
    for (const char32_t c : text) {
      constexpr std::u32string_view named = U"\"\\/\b\f\n\r\t";
      const std::size_t at = named.find(c);
      const bool needs_escape = c < 0x20 || c == '"' || c == '\\' || high(c) || low(c);
      if (at != named.npos && one_in(random_, 2)) {
        out_ += '\\';
        out_ += "\"\\/bfnrt"[at];
      } else if (needs_escape || one_in(random_, escapes)) {
        if (c >= 0x10000) {
          unit(0xd800 + ((c - 0x10000) >> 10));
          unit(0xdc00 + ((c - 0x10000) & 0x3ff));
        } else {
          unit(c);
        }
      } else {
        utf8(c);
      }
    }
    out_ += '"';
  }

  void unit(char32_t c) {
    out_ += "\\u";
    const std::string_view digits = one_in(random_, 2) ? "0123456789abcdef" : "0123456789ABCDEF";
    for (const int shift : {12, 8, 4, 0}) {
      out_ += digits[c >> shift & 15];
    }
  }

  void utf8(char32_t c) {
    const auto put = [&](char32_t byte) { out_ += static_cast<char>(byte); };
    if (c < 0x80) {
      return put(c);
    }
    if (c < 0x800) {
      put(0xc0 | c >> 6);
    } else if (c < 0x10000) {
      put(0xe0 | c >> 12);
      put(0x80 | (c >> 6 & 0x3f));
    } else {
      put(0xf0 | c >> 18);
      put(0x80 | (c >> 12 & 0x3f));
      put(0x80 | (c >> 6 & 0x3f));
    }
    put(0x80 | (c & 0x3f));
  }

  Random& random_;
  std::string out_;
};

}  // namespace penstock::random_json
