#include "penstock/remote/target.hpp"

#include <algorithm>

#include "penstock/core/network_set.hpp"
#include "remote/number.hpp"

namespace penstock::remote {
namespace {

constexpr std::size_t longest_name = 253;  // RFC 1035 section 2.3.4, without the last dot
constexpr std::size_t longest_label = 63;

bool is_ipv6(std::string_view text) { return text.find(':') != std::string_view::npos; }

// A decimal number without sign and leading zeros.
std::optional<unsigned> number_of(std::string_view text, unsigned max) {
  const auto value = parse_number<unsigned>(text);
  const bool padded = text.size() > 1 && text.front() == '0';
  return padded || value > max ? std::nullopt : value;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_of_label(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

// RFC 1123 section 2.1, underscores too, as the DNS has them; a last label of digits would be an
// address that isn't one.
bool is_host_name(std::string_view text) {
  if (text.ends_with('.')) {
    text.remove_suffix(1);
  }
  if (text.empty() || text.size() > longest_name) {
    return false;
  }
  std::string_view last;
  for (std::string_view rest = text; !rest.empty() || last.empty();) {
    last = rest.substr(0, rest.find('.'));
    if (last.empty() || last.size() > longest_label || last.front() == '-' || last.back() == '-' ||
        !std::ranges::all_of(last, is_of_label)) {
      return false;
    }
    if (last.size() == rest.size()) {
      break;
    }
    rest.remove_prefix(last.size() + 1);
    if (rest.empty()) {
      return false;
    }
  }
  return !std::ranges::all_of(last, is_digit);
}

}  // namespace

std::optional<TargetKind> target_kind(std::string_view text) noexcept {
  if (parse_ip(text)) {
    return TargetKind::address;
  }
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    const std::string_view address = text.substr(0, slash);
    const bool good = parse_ip(address) &&
                      number_of(text.substr(slash + 1), is_ipv6(address) ? 128 : 32).has_value();
    return good ? std::optional(TargetKind::network) : std::nullopt;
  }
  if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    const std::string_view low = text.substr(0, dash);
    const std::string_view high = text.substr(dash + 1);
    const auto first = parse_ip(low);
    const auto last = parse_ip(high);
    if (first && last) {
      const bool good = is_ipv6(low) == is_ipv6(high) && *first <= *last;
      return good ? std::optional(TargetKind::range) : std::nullopt;
    }
  }
  return is_host_name(text) ? std::optional(TargetKind::name) : std::nullopt;
}

std::vector<std::string> path_of_target(std::string_view target) {
  const auto slash = target.find('/');
  std::vector<std::string> segments{std::string(target.substr(0, slash))};
  if (slash != std::string_view::npos) {
    segments.emplace_back(target.substr(slash + 1));
  }
  return segments;
}

bool is_port_list(std::string_view text) noexcept {
  constexpr unsigned max = 65'535;
  while (true) {
    const std::string_view part = text.substr(0, text.find(','));
    const auto dash = part.find('-');
    const auto low = number_of(part.substr(0, dash), max);
    const auto high = dash == std::string_view::npos ? low : number_of(part.substr(dash + 1), max);
    if (!low || !high || *low == 0 || *low > *high) {
      return false;
    }
    if (part.size() == text.size()) {
      return true;
    }
    text.remove_prefix(part.size() + 1);
  }
}

}  // namespace penstock::remote
