// What a query or a scan is about: an address, a network, a range of addresses, or a name. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::remote {

enum class TargetKind : std::uint8_t {
  address,  // 192.0.2.1, 2001:db8::1
  network,  // 192.0.2.0/24
  range,    // 192.0.2.1-192.0.2.9: of one family, in that order
  name,     // host.example
};

// None: it is none of these.
std::optional<TargetKind> target_kind(std::string_view text) noexcept;

// As segments of a path: the slash of a network stands in it (API V1 documentation, Query
// Endpoints).
std::vector<std::string> path_of_target(std::string_view target);

// `80`, `80,443`, `1-1024`, and all of it joined by commas; within 1–65535.
bool is_port_list(std::string_view text) noexcept;

}  // namespace penstock::remote
