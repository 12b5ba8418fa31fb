// How the API is reached, and with which token: what all requests to it share.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/core/units.hpp"
#include "penstock/remote/proxy.hpp"

namespace penstock::remote {

struct AccessOptions {
  std::string token_header;
  // Called before each request, so that a new token is used as soon as it is there.
  std::function<Result<std::string>()> read_token;
  std::optional<std::filesystem::path> ca_file;  // none: the system's trust store
  Duration connect_timeout;  // to the end of the TLS handshake, and from there to the header's end
  std::string user_agent;
  ProxyEnvironment proxy;
};

// Used on the I/O thread only. Copies are cheap and share the trust store, which takes some 20 ms
// to load: give one to all that asks of the same API.
class Access {
 public:
  explicit Access(AccessOptions options);

  // From the next request on, of all copies. The trust store is read anew.
  void replace(AccessOptions options);

 private:
  friend class Requester;
  struct State;
  std::shared_ptr<State> state_;  // shared: by copies, and by requests that outlive who made them
};

// Whether the certificates can be used that are to be trusted.
Result<void> check_trust(const std::optional<std::filesystem::path>& ca_file);

}  // namespace penstock::remote
