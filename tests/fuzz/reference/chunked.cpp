#include "fuzz/reference/chunked.hpp"

#include <algorithm>

namespace penstock::fuzz {
namespace {

constexpr std::string_view line_end = "\r\n";

bool is_token(std::string_view text) {
  constexpr std::string_view allowed =
      "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

// Takes what stands before the next CRLF, and that; none: there is none.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find(line_end);
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + line_end.size());
  return line;
}

// `;name` or `;name=token`, any number of them.
bool are_extensions(std::string_view text) {
  while (!text.empty()) {
    if (!text.starts_with(';')) {
      return false;
    }
    text.remove_prefix(1);
    const std::string_view one = text.substr(0, text.find(';'));
    const std::size_t sign = one.find('=');
    if (!is_token(one.substr(0, sign)) ||
        (sign != std::string_view::npos && !is_token(one.substr(sign + 1)))) {
      return false;
    }
    text.remove_prefix(one.size());
  }
  return true;
}

std::optional<std::uint64_t> size_of(std::string_view head) {
  constexpr std::size_t most_digits = 15;
  const std::size_t end = std::min(head.find(';'), head.size());
  const std::string_view digits = head.substr(0, end);
  if (digits.empty() || digits.size() > most_digits || !are_extensions(head.substr(end)) ||
      digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::stoull(std::string(digits), nullptr, 16);
}

bool is_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  const bool visible = std::all_of(line.begin(), line.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  });
  return colon != std::string_view::npos && is_token(line.substr(0, colon)) && visible;
}

}  // namespace

std::optional<std::string> dechunk(std::string_view bytes) {
  std::string body;
  while (true) {
    const auto head = take_line(bytes);
    const auto size = head ? size_of(*head) : std::nullopt;
    if (!size) {
      return std::nullopt;
    }
    if (*size == 0) {
      break;
    }
    if (*size > bytes.size() || !bytes.substr(*size).starts_with(line_end)) {
      return std::nullopt;
    }
    body += bytes.substr(0, *size);
    bytes.remove_prefix(*size + line_end.size());
  }
  for (auto field = take_line(bytes); field; field = take_line(bytes)) {
    if (field->empty()) {
      return bytes.empty() ? std::optional(body) : std::nullopt;
    }
    if (!is_field(*field)) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::vector<Line> lines_of(std::string_view body) {
  std::vector<Line> lines;
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    const bool ended = end != std::string_view::npos;
    lines.push_back({body.substr(0, end), ended});
    body.remove_prefix(ended ? end + 1 : body.size());
  }
  return lines;
}

}  // namespace penstock::fuzz
