#include "simulator/address_range.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace penstock::simulator {
namespace {

constexpr IpAddress v4_first{0, 0xFFFF'0000'0000}, v4_last{0, 0xFFFF'FFFF'FFFF};
constexpr unsigned v4_offset = 96;  // of an IPv4 prefix among 128 bits

bool is_v4(const IpAddress& address) { return address >= v4_first && address <= v4_last; }

bool is_v4(std::string_view text) { return text.find(':') == std::string_view::npos; }

// The bits behind a prefix of `length`.
IpAddress host_bits(unsigned length) {
  constexpr std::uint64_t all = ~std::uint64_t{0};
  return length < 64 ? IpAddress{all >> length, all}
                     : IpAddress{0, length == 128 ? 0 : all >> (length - 64)};
}

std::optional<AddressRange> parse_network(std::string_view text, std::size_t slash) {
  const std::optional<IpAddress> address = parse_ip(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  const unsigned offset = is_v4(text) ? v4_offset : 0;
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (!address || error != std::errc{} || end != digits.data() + digits.size() ||
      length > 128 - offset) {
    return std::nullopt;
  }
  const IpAddress host = host_bits(length + offset);
  return AddressRange{{address->high & ~host.high, address->low & ~host.low},
                      {address->high | host.high, address->low | host.low}};
}

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
  return is_v4(address) == is_v4(first) && address >= first && address <= last;
}

IpAddress AddressRange::at(std::uint64_t n) const {
  const bool large = last.high != first.high || last.low - first.low > UINT32_MAX;
  const std::uint64_t size = large ? std::uint64_t{1} << 32 : last.low - first.low + 1;
  const std::uint64_t low = first.low + n % size;
  return {first.high + (low < first.low ? 1 : 0), low};
}

std::optional<AddressRange> parse_range(std::string_view text) {
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    return parse_network(text, slash);
  }
  const std::size_t dash = std::min(text.find('-'), text.size());
  const std::string_view begin = text.substr(0, dash);
  const std::string_view end = dash < text.size() ? text.substr(dash + 1) : begin;
  const std::optional<IpAddress> first = parse_ip(begin), last = parse_ip(end);
  if (!first || !last || is_v4(begin) != is_v4(end) || *first > *last ||
      is_v4(*first) != is_v4(*last)) {
    return std::nullopt;
  }
  return AddressRange{*first, *last};
}

std::string to_string(const IpAddress& address) {
  if (!is_v4(address)) {
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
