#include "penstock/core/network_set.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace penstock {
namespace {

constexpr unsigned v4_offset = 96;  // of an IPv4 prefix among 128 bits
constexpr unsigned all_bits = 128;
constexpr IpAddress v4_first{0, 0xFFFF'0000'0000}, v4_last{0, 0xFFFF'FFFF'FFFF};

std::optional<unsigned> parse_number(std::string_view text, unsigned most, std::size_t digits,
                                     int base = 10) noexcept {
  unsigned number = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || text.size() > digits) {
    return std::nullopt;
  }
  const auto [stop, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc{} && stop == end && number <= most ? std::optional(number)
                                                               : std::nullopt;
}

// Takes what stands before the next `separator` off the front.
std::string_view take_part(std::string_view& text, char separator) noexcept {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::optional<std::uint32_t> parse_v4(std::string_view text) noexcept {
  std::uint32_t address = 0;
  if (std::count(text.begin(), text.end(), '.') != 3) {
    return std::nullopt;
  }
  for (int i = 0; i < 4; ++i) {
    const std::string_view part = take_part(text, '.');
    const auto byte = parse_number(part, 255, 3);
    if (!byte || (part.size() > 1 && part.front() == '0')) {
      return std::nullopt;
    }
    address = address << 8 | *byte;
  }
  return address;
}

using Groups = std::array<std::uint16_t, 8>;

// The groups before or behind a `::`, or all. None: they are no groups, or too many.
std::optional<std::size_t> parse_groups(std::string_view text, bool at_end,
                                        Groups& groups) noexcept {
  std::size_t count = 0;
  while (!text.empty()) {
    const bool is_last = text.find(':') == std::string_view::npos;
    const bool ends_open = text.back() == ':';
    const std::string_view part = take_part(text, ':');
    if (is_last && at_end && part.find('.') != std::string_view::npos) {
      const auto v4 = parse_v4(part);
      if (!v4 || count + 2 > groups.size()) {
        return std::nullopt;
      }
      groups[count++] = static_cast<std::uint16_t>(*v4 >> 16);
      groups[count++] = static_cast<std::uint16_t>(*v4 & 0xFFFF);
      continue;
    }
    const auto group = parse_number(part, 0xFFFF, 4, 16);
    if (!group || count == groups.size() || (text.empty() && ends_open)) {
      return std::nullopt;
    }
    groups[count++] = static_cast<std::uint16_t>(*group);
  }
  return count;
}

std::optional<IpAddress> parse_v6(std::string_view text) noexcept {
  Groups groups{};
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto count = parse_groups(text, true, groups);
    if (count != groups.size()) {
      return std::nullopt;
    }
  } else {
    Groups behind{};
    const auto before_count = parse_groups(text.substr(0, gap), false, groups);
    const auto behind_count = parse_groups(text.substr(gap + 2), true, behind);
    if (!before_count || !behind_count || *before_count + *behind_count >= groups.size()) {
      return std::nullopt;
    }
    std::copy_n(behind.begin(), *behind_count, groups.end() - static_cast<int>(*behind_count));
  }
  IpAddress address;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::uint64_t& half = i < 4 ? address.high : address.low;
    half = half << 16 | groups[i];
  }
  return address;
}

// Those behind the first `length` bits.
IpAddress host_bits(unsigned length) noexcept {
  const auto ones = [](unsigned count) {
    return count == 0 ? 0 : ~std::uint64_t{0} >> (64 - count);
  };
  const unsigned bits = all_bits - length;
  return bits > 64 ? IpAddress{ones(bits - 64), ~std::uint64_t{0}} : IpAddress{0, ones(bits)};
}

bool follows_at_once(const IpAddress& last, const IpAddress& first) noexcept {
  return last.low == ~std::uint64_t{0} ? first.high == last.high + 1 && first.low == 0
                                       : first.high == last.high && first.low == last.low + 1;
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) noexcept {
  if (text.find(':') != std::string_view::npos) {
    return parse_v6(text);
  }
  const auto v4 = parse_v4(text);
  return v4 ? std::optional(IpAddress{0, v4_first.low | *v4}) : std::nullopt;
}

bool is_ipv4(const IpAddress& address) noexcept {
  return address >= v4_first && address <= v4_last;
}

std::optional<IpRange> parse_network(std::string_view network) noexcept {
  const std::size_t slash = network.find('/');
  const std::string_view text = network.substr(0, slash);
  const bool is_v4 = text.find(':') == std::string_view::npos;
  const auto address = parse_ip(text);
  unsigned length = all_bits;
  if (slash != std::string_view::npos) {
    const unsigned most = is_v4 ? all_bits - v4_offset : all_bits;
    const auto given = parse_number(network.substr(slash + 1), most, 3);
    if (!given) {
      return std::nullopt;
    }
    length = *given + (is_v4 ? v4_offset : 0);
  }
  if (!address) {
    return std::nullopt;
  }
  const IpAddress host = host_bits(length);
  return IpRange{{address->high & ~host.high, address->low & ~host.low},
                 {address->high | host.high, address->low | host.low}};
}

bool NetworkSet::add(std::string_view network) {
  const auto range = parse_network(network);
  if (!range) {
    return false;
  }
  // No IPv6 network holds the mapped addresses, but one within them.
  const bool holds_mapped = range->first <= v4_first && range->last >= v4_last;
  if (holds_mapped && (range->first < v4_first || range->last > v4_last)) {
    if (range->first < v4_first) {
      ranges_.push_back({range->first, {0, v4_first.low - 1}});
    }
    if (range->last > v4_last) {
      ranges_.push_back({{0, v4_last.low + 1}, range->last});
    }
  } else {
    ranges_.push_back(*range);
  }
  return true;
}

void NetworkSet::finish() {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const IpRange& a, const IpRange& b) { return a.first < b.first; });
  std::size_t kept = 0;
  for (const IpRange& range : ranges_) {
    if (kept > 0 && (range.first <= ranges_[kept - 1].last ||
                     follows_at_once(ranges_[kept - 1].last, range.first))) {
      ranges_[kept - 1].last = std::max(ranges_[kept - 1].last, range.last);
    } else {
      ranges_[kept++] = range;
    }
  }
  ranges_.resize(kept);
}

bool NetworkSet::contains(std::string_view text) const noexcept {
  const auto address = parse_ip(text);
  if (!address) {
    return false;
  }
  const auto behind = std::upper_bound(
      ranges_.begin(), ranges_.end(), *address,
      [](const IpAddress& wanted, const IpRange& range) { return wanted < range.first; });
  return behind != ranges_.begin() && *address <= std::prev(behind)->last;
}

}  // namespace penstock
