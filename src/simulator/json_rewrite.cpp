#include "simulator/json_rewrite.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <vector>

namespace penstock::simulator {
namespace {

constexpr std::string_view white_space = " \t\r\n";
// Longest number that is written in full, and largest exponent that is touched.
constexpr std::size_t max_plain_zeros = 25;
constexpr int max_exponent = 100'000;

// A number as `sign digits × 10^exponent`, without zeros at either end of the digits.
struct Decimal {
  bool negative = false;
  std::string digits;  // "0" for zero
  int exponent = 0;
};

// False: the exponent is beyond what is handled here.
bool parse(std::string_view text, Decimal& number) {
  number.negative = text.starts_with('-');
  text.remove_prefix(number.negative ? 1 : 0);
  if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    std::string_view exponent = text.substr(e + 1);
    exponent.remove_prefix(exponent.starts_with('+') ? 1 : 0);
    const auto [end, error] =
        std::from_chars(exponent.data(), exponent.data() + exponent.size(), number.exponent);
    if (error != std::errc{} || std::abs(number.exponent) > max_exponent) {
      return false;
    }
    text = text.substr(0, e);
  }
  if (const std::size_t point = text.find('.'); point != std::string_view::npos) {
    number.digits = text.substr(0, point);
    number.digits += text.substr(point + 1);
    number.exponent -= static_cast<int>(text.size() - point - 1);
  } else {
    number.digits = text;
  }
  number.digits.erase(0, number.digits.find_first_not_of('0'));
  while (number.digits.ends_with('0')) {
    number.digits.pop_back();
    ++number.exponent;
  }
  if (number.digits.empty()) {
    number = {number.negative, "0", 0};
  }
  return true;
}

std::string scientific(const Decimal& number, bool fraction) {
  std::string text = number.negative ? "-" : "";
  int exponent = number.exponent;
  if (!fraction) {
    return text + number.digits + "e" + std::to_string(exponent);
  }
  exponent += static_cast<int>(number.digits.size()) - 1;
  text += number.digits[0];
  text += '.';
  text += number.digits.size() > 1 ? number.digits.substr(1) : "0";
  return text + (exponent < 0 ? "E-" : "E+") + std::to_string(std::abs(exponent));
}

// With a zero more than needed behind the point; empty where that is too long.
std::string plain(const Decimal& number) {
  const auto zeros = static_cast<std::size_t>(std::abs(number.exponent));
  if (zeros > max_plain_zeros + number.digits.size()) {
    return {};
  }
  std::string text = number.digits;
  if (number.exponent >= 0) {
    text += std::string(zeros, '0') + ".0";
  } else {
    if (text.size() <= zeros) {
      text.insert(0, zeros + 1 - text.size(), '0');
    }
    text.insert(text.size() - zeros, ".");
    text += '0';
  }
  return (number.negative ? "-" : "") + text;
}

std::string in_other_notation(std::string_view text, SplitMix64& random) {
  Decimal number;
  if (!parse(text, number)) {
    return std::string(text);
  }
  std::vector<std::string> ways{scientific(number, false), scientific(number, true), plain(number)};
  std::erase_if(ways, [&](const std::string& way) { return way.empty() || way == text; });
  return ways[random.below(ways.size())];
}

std::string a_little_off(std::string_view text) {
  const std::size_t exponent = std::min(text.find_first_of("eE"), text.size());
  std::string changed(text.substr(0, exponent));
  changed += changed.find('.') == std::string::npos ? ".5" : "0000000001";
  changed += text.substr(exponent);
  return changed;
}

std::size_t end_of_string(std::string_view text) {
  std::size_t end = 1;
  while (text[end] != '"') {
    end += text[end] == '\\' ? 2u : 1u;
  }
  return end + 1;
}

// Of the value that `text` begins with, at any depth.
std::size_t end_of_value(std::string_view text) {
  std::size_t end = 0, depth = 0;
  do {
    const char c = text[end];
    if (c == '"') {
      end += end_of_string(text.substr(end));
    } else if (c == '{' || c == '[') {
      ++depth;
      ++end;
    } else if (c == '}' || c == ']') {
      --depth;
      ++end;
    } else if (depth > 0) {
      ++end;
    } else {
      return std::min(text.find_first_of(",]} \t\r\n"), text.size());
    }
  } while (depth > 0);
  return end;
}

class Rewriter {
 public:
  Rewriter(std::string_view rest, const JsonForm& form, SplitMix64& random)
      : rest_(rest), form_(form), random_(random) {}

  void value(std::string& out) {
    skip_space();
    const char first = rest_.front();
    if (first == '{' || first == '[') {
      container(out, first == '{');
    } else if (first == '"') {
      out += string();
    } else {
      scalar(out);
    }
  }

 private:
  void container(std::string& out, bool object) {
    rest_.remove_prefix(1);
    std::vector<std::string> items, names;
    for (skip_space(); rest_.front() != (object ? '}' : ']'); skip_space()) {
      std::string item = space();
      if (object) {
        names.emplace_back(string());
        item += names.back() + space();
        skip_space();
        rest_.remove_prefix(1);  // the colon
        item += ":" + space();
      }
      value(item);
      items.push_back(item + space());
      skip_space();
      rest_.remove_prefix(rest_.front() == ',' ? 1 : 0);
    }
    rest_.remove_prefix(1);
    if (object && form_.order && differ(names)) {
      shuffle(items);
    }
    out += object ? '{' : '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      out.append(i > 0 ? "," : "").append(items[i]);
    }
    out += object ? '}' : ']';
  }

  // Of equal names the last counts for many readers: their order means something. An escape may
  // hide an equal name.
  static bool differ(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) == names.end() &&
           std::none_of(names.begin(), names.end(), [](const std::string& name) {
             return name.find('\\') != std::string::npos;
           });
  }

  // Never as they were, where there are two.
  void shuffle(std::vector<std::string>& items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[random_.below(i - 1)]);
    }
  }

  std::string_view string() { return take(end_of_string(rest_)); }

  void scalar(std::string& out) {
    const std::string_view text = take(end_of_value(rest_));
    const bool number = text.front() == '-' || (text.front() >= '0' && text.front() <= '9');
    if (number && form_.changed) {
      out += a_little_off(text);
    } else if (number && form_.numbers) {
      out += in_other_notation(text, random_);
    } else {
      out += text;
    }
  }

  // No line ends: an event is a line.
  std::string space() {
    constexpr std::string_view choices[] = {" ", "\t", "  ", ""};
    return std::string(form_.space ? choices[random_.below(std::size(choices))] : "");
  }

  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  void skip_space() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(white_space), rest_.size()));
  }

  std::string_view rest_;
  const JsonForm& form_;
  SplitMix64& random_;
};

}  // namespace

void rewrite_json(std::string& out, std::string_view text, const JsonForm& form,
                  SplitMix64& random) {
  Rewriter(text, form, random).value(out);
}

std::string_view member_text(std::string_view object, std::string_view name) {
  const auto skip = [&object](std::size_t size) {
    object.remove_prefix(std::min(size, object.size()));
    object.remove_prefix(std::min(object.find_first_not_of(white_space), object.size()));
  };
  skip(0);
  for (skip(1); object.starts_with('"');) {
    const std::string_view found = object.substr(1, end_of_string(object) - 2);
    skip(found.size() + 2);
    skip(1);  // the colon
    const std::string_view value = object.substr(0, end_of_value(object));
    if (found == name) {
      return value;
    }
    skip(value.size());
    skip(1);  // a comma
  }
  return {};
}

}  // namespace penstock::simulator
