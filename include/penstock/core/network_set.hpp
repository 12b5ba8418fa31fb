// A set of IP networks, and whether an address is in it. Pure.
//
// Kept as sorted ranges that don't touch: a million prefixes take 32 MB, and a look-up 20 steps.
// An IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) is the IPv4 one; no other IPv6 network holds any.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace penstock {

struct IpAddress {
  std::uint64_t high = 0, low = 0;
  auto operator<=>(const IpAddress&) const = default;
};

// As RFC 4291 (2.2) writes IPv6, and dotted decimal without leading zeros. None: it is neither.
std::optional<IpAddress> parse_ip(std::string_view text) noexcept;

struct IpRange {
  IpAddress first, last;
};

// `192.0.2.0/24`, `2001:db8::/32`, or an address. Bits behind the prefix are passed over. None: it
// is none of these.
std::optional<IpRange> parse_network(std::string_view text) noexcept;

// An IPv4 address, mapped ones included.
bool is_ipv4(const IpAddress& address) noexcept;

class NetworkSet {
 public:
  // As parse_network() reads it. False: it is none.
  bool add(std::string_view network);
  // Before contains(), after the last add().
  void finish();

  bool empty() const noexcept { return ranges_.empty(); }
  // False also where it is no address.
  bool contains(std::string_view address) const noexcept;

 private:
  std::vector<IpRange> ranges_;
};

}  // namespace penstock
