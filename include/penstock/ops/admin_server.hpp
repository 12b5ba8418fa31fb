// The HTTP/1.1 server on admin.listen and admin.socket. Over TCP it only shows, with TLS and to
// those with a password where it is told to (admin_access.hpp); what changes something is answered
// on the socket alone, whose file's mode says who may.
//
// Runs on the given io_context, which one thread runs; handlers are called there and have to be
// quick. Bounds: limits::admin_request, admin_timeout and, for each of the two, admin_connections
// of core.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "penstock/core/error.hpp"
#include "penstock/core/log.hpp"
#include "penstock/ops/admin_access.hpp"
#include "penstock/ops/status_document.hpp"

namespace boost::asio {
class io_context;
}

namespace penstock::ops {

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string allow = "GET, HEAD";  // the methods that a 405 names
  // If set, the body is endless: server-sent events, each what this returns then, one line. Source:
  // https://html.spec.whatwg.org/multipage/server-sent-events.html
  std::function<std::string()> events = {};
};

// Takes the one answer to a call that may take time. On the io_context's thread, within the call or
// later; later than limits::admin_timeout nobody waits for it any more.
using Answer = std::function<void(Response)>;

// POST /replay/<id>[?force=1][&source=NAME]
struct ReplayCall {
  std::string job;
  bool force = false;
  std::string source;  // empty: the one that has jobs
};

enum class MetricsFormat : std::uint8_t { prometheus, open_metrics };

// What stands behind the paths. All have to be set.
struct Handlers {
  std::function<Response()> livez;
  std::function<Response()> readyz;
  std::function<std::string(MetricsFormat)> metrics;
  std::function<StatusSnapshot()> snapshot;  // for /, /events and /status
  std::function<Response()> version;
  // On the socket alone.
  std::function<void(const ReplayCall&, Answer)> replay;
  std::function<void(Answer)> reload;
};

// What open_socket() says of a path that can't be used, `invalid_argument`; nothing is changed.
Result<void> check_socket_path(const std::filesystem::path& path);

class AdminServer {
 public:
  // `listen` is `host:port`, `[::1]:port` for IPv6; port 0 takes a free one. What the handlers
  // refer to, and `log`, have to stay until stop() or the destructor.
  AdminServer(boost::asio::io_context& io, std::string listen, Handlers handlers, Log& log);
  ~AdminServer();  // stops
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // For the TCP connections to come; before the first call there is neither TLS nor a password. On
  // the io_context's thread, or while it doesn't run.
  void secure(AdminAccess access);
  // Resolves, binds and listens before it returns. Once.
  Result<void> start();
  std::uint16_t port() const;  // of the listening socket, 0 before start()
  // Listens on a UNIX socket of mode 0660 as well; what an ended process left there is replaced.
  // Once. Errors: `invalid_argument` for a path that can't be used, `network` where another process
  // answers on it, `io` where the directory is missing or can't be written.
  Result<void> open_socket(const std::filesystem::path& path);
  // Closes the listeners and all connections and removes the socket's file; no handler is called
  // any more. On the io_context's thread, or while it doesn't run.
  void stop();

 private:
  class State;
  // shared: with the coroutines, which end only after the io_context ran their cancelled operations
  std::shared_ptr<State> state_;
};

}  // namespace penstock::ops
