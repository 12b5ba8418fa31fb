// The HTTP/1.1 server on admin.listen. It only shows; nothing here changes anything.
//
// Runs on the given io_context, which one thread runs; handlers are called there and have to be
// quick. Bounds: limits::admin_request, admin_connections, admin_timeout of core.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/core/log.hpp"

namespace boost::asio {
class io_context;
}

namespace penstock::ops {

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
};

enum class MetricsFormat : std::uint8_t { prometheus, open_metrics };

// What stands behind the paths. All have to be set.
struct Handlers {
  std::function<Response()> livez;
  std::function<Response()> readyz;
  std::function<std::string(MetricsFormat)> metrics;
  std::function<Response()> status;
  std::function<Response()> version;
};

class AdminServer {
 public:
  // `listen` is `host:port`, `[::1]:port` for IPv6; port 0 takes a free one. What the handlers
  // refer to, and `log`, have to stay until stop() or the destructor.
  AdminServer(boost::asio::io_context& io, std::string listen, Handlers handlers, Log& log);
  ~AdminServer();  // stops
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // Resolves, binds and listens before it returns. Once.
  Result<void> start();
  std::uint16_t port() const;  // of the listening socket, 0 before start()
  // Closes the listener and all connections; no handler is called any more. On the io_context's
  // thread, or while it doesn't run.
  void stop();

 private:
  class State;
  // shared: with the coroutines, which end only after the io_context ran their cancelled operations
  std::shared_ptr<State> state_;
};

}  // namespace penstock::ops
