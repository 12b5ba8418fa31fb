#include "simulator/address_range.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace penstock::simulator {
namespace {

std::string v6_text(const IpAddress& address) {
  std::array<unsigned, 8> groups{};
  for (unsigned i = 0; i < 8; ++i) {
    groups[i] = ((i < 4 ? address.high : address.low) >> (48 - i % 4 * 16)) & 0xFFFF;
  }
  // The longest row of zeros, of at least two, is written as `::`.
  std::size_t gap = 0, gap_size = 1;
  for (std::size_t begin = 0, end = 0; begin < groups.size(); begin = end + 1) {
    end = begin;
    while (end < groups.size() && groups[end] == 0) {
      ++end;
    }
    if (end - begin > gap_size) {
      gap = begin;
      gap_size = end - begin;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (gap_size > 1 && i == gap) {
      text += "::";
      i += gap_size - 1;
      continue;
    }
    char digits[4];
    text += text.empty() || text.back() == ':' ? "" : ":";
    text.append(digits, std::to_chars(digits, digits + sizeof digits, groups[i], 16).ptr);
  }
  return text;
}

}  // namespace

bool AddressRange::contains(const IpAddress& address) const {
  return is_ipv4(address) == is_ipv4(first) && address >= first && address <= last;
}

IpAddress AddressRange::at(std::uint64_t n) const {
  const bool large = last.high != first.high || last.low - first.low > UINT32_MAX;
  const std::uint64_t size = large ? std::uint64_t{1} << 32 : last.low - first.low + 1;
  const std::uint64_t low = first.low + n % size;
  return {first.high + (low < first.low ? 1 : 0), low};
}

std::optional<AddressRange> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    const std::optional<IpRange> network = parse_network(text);
    return network ? std::optional(AddressRange{*network}) : std::nullopt;
  }
  const auto is_v4 = [](std::string_view part) { return part.find(':') == std::string_view::npos; };
  const std::string_view begin = text.substr(0, dash), end = text.substr(dash + 1);
  const std::optional<IpAddress> first = parse_ip(begin), last = parse_ip(end);
  if (!first || !last || is_v4(begin) != is_v4(end) || *first > *last ||
      is_ipv4(*first) != is_ipv4(*last)) {
    return std::nullopt;
  }
  return AddressRange{{*first, *last}};
}

std::string to_string(const IpAddress& address) {
  if (!is_ipv4(address)) {
    return v6_text(address);
  }
  std::string text;
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    text += text.empty() ? "" : ".";
    text += std::to_string((address.low >> (shift - 8)) & 255);
  }
  return text;
}

}  // namespace penstock::simulator
