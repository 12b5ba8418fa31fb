// Which proxy a connection goes through, by the customary environment variables. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "penstock/core/error.hpp"

namespace penstock::remote {

// The variables' values; empty where unset.
struct ProxyEnvironment {
  std::string https_proxy;
  std::string no_proxy;
};

// `lookup` is std::getenv or a test's. The names in lower case go first, as with curl.
ProxyEnvironment read_proxy_environment(const std::function<const char*(const char*)>& lookup);

struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  std::string authorization;  // value of Proxy-Authorization, empty: none. A secret.
  bool operator==(const Proxy&) const = default;
};

// The proxy for a connection to host:port, none where there is none or NO_PROXY excludes the host.
// HTTPS_PROXY is `[http://][user:password@]host[:port]`, port 1080 by default as with curl.
// NO_PROXY is a list of names (their subdomains too, with or without a leading dot), IP addresses,
// networks (`10.0.0.0/8`), each with an optional `:port`, or `*`. Errors never quote the variable.
Result<std::optional<Proxy>> choose_proxy(const ProxyEnvironment& environment,
                                          std::string_view host, std::uint16_t port);

}  // namespace penstock::remote
