#include "cli/wrapped_text.hpp"

#include <utility>

namespace penstock::cli {

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  constexpr std::string_view white_space = " \t\n";
  std::vector<std::string> lines;
  for (std::size_t begin = text.find_first_not_of(white_space); begin != std::string_view::npos;
       begin = text.find_first_not_of(white_space)) {
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(white_space));
    text.remove_prefix(word.size());
    if (!lines.empty() && lines.back().size() + 1 + word.size() <= width) {
      (lines.back() += ' ') += word;
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

std::string joined(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  std::string_view between;
  for (const std::string& part : parts) {
    (out += std::exchange(between, separator)) += part;
  }
  return out;
}

}  // namespace penstock::cli
