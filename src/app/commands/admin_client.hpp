// Asks a daemon's admin endpoint: its UNIX socket, or HTTP with or without TLS. A connection a
// request: the daemon has few, and they are for others, too.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/http/verb.hpp>
#include <string>

#include "app/commands/admin_address.hpp"
#include "penstock/core/error.hpp"

namespace penstock::app {

struct AdminAnswer {
  unsigned status = 0;  // HTTP
  std::string body;
};

// `target` is a path with its query, as it stands in a request line. Ends within twice
// limits::admin_timeout: the daemon answers within that, or says that it can't. On `io`.
boost::asio::awaitable<Result<AdminAnswer>> ask_admin(boost::asio::io_context& io,
                                                      AdminAddress address,
                                                      boost::beast::http::verb verb,
                                                      std::string target);

// The same, on an io_context of its own.
Result<AdminAnswer> ask_admin_now(const AdminAddress& address, boost::beast::http::verb verb,
                                  const std::string& target);

}  // namespace penstock::app
