// Opens admin.listen.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "penstock/core/error.hpp"

namespace penstock::ops {

// Resolves, binds and listens. `listen` is `host:port`, `[::1]:port` for IPv6. After an error the
// acceptor is closed.
Result<void> open_listener(boost::asio::ip::tcp::acceptor& acceptor, const std::string& listen);

}  // namespace penstock::ops
