// Where a request goes: an https URL (RFC 3986), taken apart. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "penstock/core/error.hpp"

namespace penstock::remote {

// With a dot at its end a name is absolute (RFC 1034 section 3.1): resolvers try no search domain.
// In SNI, certificates and lists of names it has none.
constexpr std::string_view without_last_dot(std::string_view host) noexcept {
  return host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
}

struct Endpoint {
  std::string host;  // lower case; an IPv6 address without brackets; a name's last dot is kept
  std::uint16_t port = 443;
  std::string target = "/";  // path and query, as they stand in a request line
  bool is_address = false;   // host is an IP address, no name

  std::string authority() const;    // host:port, IPv6 in brackets
  std::string host_header() const;  // without the port where it is 443
  bool operator==(const Endpoint&) const = default;
};

// Only https, no credentials in the URL: a token goes nowhere in the clear, and errors may show a
// URL. A fragment is dropped.
Result<Endpoint> parse_endpoint(std::string_view url);

// `segments` as a path, each percent-encoded (RFC 3986 sections 2.1 and 3.3): "/v1/tasks/a%2Fb". An
// error where one is empty, a dot segment or longer than limits::path_segment: no server would see
// it as what was meant.
Result<std::string> make_path(std::span<const std::string> segments);

// `?name=value&…`, percent-encoded (RFC 3986 section 3.4); empty where there is none. A space is
// %20 and a plus %2B, as servers read a plus as a space.
std::string make_query(std::span<const std::pair<std::string, std::string>> members);

// Scheme (always https), host and port are the same (RFC 6454).
bool same_origin(const Endpoint& a, const Endpoint& b) noexcept;

enum class Redirect {
  none,         // no redirect
  same_origin,  // may be followed
  elsewhere,    // another origin or scheme: the token doesn't go there
  unusable,     // no Location, or none that is a URL
};

struct RedirectTarget {
  Redirect kind = Redirect::unusable;
  std::optional<Endpoint> endpoint;  // of same_origin
};

// Where a Location header, relative or absolute, leads from `from`.
RedirectTarget judge_redirect(const Endpoint& from, std::string_view location);

}  // namespace penstock::remote
