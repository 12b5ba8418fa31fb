// TLS of admin.listen, as a server.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "penstock/core/error.hpp"

namespace penstock::ops {

struct ServerTls {
  // shared: AdminAccess
  std::shared_ptr<boost::asio::ssl::context> context;
  std::string valid_until;  // RFC 3339
  bool is_expired = false;
};

// TLS 1.2 or later, with the certificate and the chain behind it. Errors name the key of the
// configuration.
Result<ServerTls> make_server_tls(const std::filesystem::path& certificate,
                                  const std::filesystem::path& key);

}  // namespace penstock::ops
