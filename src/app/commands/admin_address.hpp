// Where a daemon's state is asked for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "penstock/core/error.hpp"

namespace penstock::app {

struct AdminAddress {
  std::filesystem::path socket{};  // empty: the rest holds
  std::string host{};              // a name or an address, IPv6 without brackets
  std::uint16_t port = 0;
  bool tls = false;
  std::string base{};                              // before the path, without a slash at its end
  std::optional<std::filesystem::path> ca_file{};  // none: the system's trust store
  std::string authorization{};                     // a header's value, secret; empty: none

  // As it is shown: `http://127.0.0.1:9469`, `/run/penstock/admin.sock`.
  std::string text() const;
  bool operator==(const AdminAddress&) const = default;
};

// `http://host[:port][/base]` or https; no credentials: arguments are visible to everyone.
Result<AdminAddress> parse_admin_url(std::string_view url);

// `user:password` as the value of the header Authorization (RFC 7617).
Result<std::string> basic_authorization(std::string_view credentials);

}  // namespace penstock::app
