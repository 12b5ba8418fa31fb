#include "penstock/core/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

#include "penstock/core/utf8.hpp"

namespace penstock {

std::string printable(std::string_view bytes, std::size_t limit) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    std::string shown(1, c);
    if (c == '\\') {
      shown = "\\\\";
    } else if (byte < 0x20 || byte >= 0x7f) {
      shown = {'\\', 'x', hex[byte >> 4], hex[byte & 0xf]};
    }
    if (out.size() + shown.size() > limit) {
      return out + "...";
    }
    out += shown;
  }
  return out;
}

std::string did_you_mean(std::string_view meant) {
  return meant.empty() ? "" : "; did you mean `" + printable(meant) + "`?";
}

std::string terminal_safe(std::string_view lines) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  while (!lines.empty()) {
    const std::string_view character = lines.substr(0, utf8_sequence_length(lines));
    const auto first = static_cast<std::uint8_t>(lines.front());
    if (character.empty()) {
      out += {'\\', 'x', hex[first >> 4], hex[first & 0xf]};
    } else if (first != '\n' && first != '\t' && is_control(code_point(character))) {
      append_escape(out, code_point(character));
    } else {
      out += character;
    }
    lines.remove_prefix(std::max<std::size_t>(1, character.size()));
  }
  return out;
}

// Optimal string alignment, row by row. What is far apart is told by the lengths, or by a row whose
// least is too much already: names come from users, and may be of any length and number.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > most) {
    return most + 1;
  }
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    if (std::ranges::min(row) > most && std::ranges::min(last) > most) {
      return most + 1;
    }
  }
  return std::min(row.back(), most + 1);
}

bool iequals_ascii(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace penstock
