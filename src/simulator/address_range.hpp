// What queries and tasks aim at: an address, a network, or a range of addresses. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "penstock/core/network_set.hpp"

namespace penstock::simulator {

// As core has addresses, IPv4 ones are IPv4-mapped; no range holds both families.
struct AddressRange : IpRange {
  bool contains(const IpAddress& address) const;
  // Number `n` of it, from 0 and round again; the first 2^32 of a larger one.
  IpAddress at(std::uint64_t n) const;
};

// `192.0.2.7`, `192.0.2.0/24` (bits behind the prefix are passed over), `192.0.2.1-192.0.2.9`, and
// the same of IPv6. None: it is none of these, has two families, or ends before it begins.
std::optional<AddressRange> parse_range(std::string_view text);

// Dotted decimal, or as RFC 5952 writes IPv6.
std::string to_string(const IpAddress& address);

}  // namespace penstock::simulator
