#include "penstock/ops/admin_server.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <optional>
#include <set>
#include <tuple>

#include "ops/admin_routes.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::ops {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

struct HostPort {
  std::string host;
  std::string port;
};

std::optional<HostPort> split_host_port(std::string_view listen) {
  const auto colon = listen.rfind(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view host = listen.substr(0, colon);
  const std::string_view port = listen.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  const bool number = port.find_first_not_of("0123456789") == std::string_view::npos;
  if (host.empty() || port.empty() || !number) {
    return std::nullopt;
  }
  return HostPort{std::string(host), std::string(port)};
}

http::response<http::string_body> make_message(Response response, unsigned version, bool keep_alive,
                                               bool head) {
  http::response<http::string_body> message;
  message.version(version);
  message.result(static_cast<unsigned>(response.status));
  message.keep_alive(keep_alive);
  message.set(http::field::content_type, response.content_type);
  message.set(http::field::cache_control, "no-store");
  message.set("X-Content-Type-Options", "nosniff");
  message.set("X-Frame-Options", "DENY");
  message.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  message.set("Cross-Origin-Resource-Policy", "same-origin");
  message.set("Referrer-Policy", "no-referrer");
  if (message.result() == http::status::method_not_allowed) {
    message.set(http::field::allow, "GET, HEAD");
  }
  message.body() = std::move(response.body);
  message.prepare_payload();
  if (head) {
    message.body().clear();  // Content-Length stays that of the GET
  }
  return message;
}

// The answer to what isn't a request of ours. None where nobody is left to read one.
std::optional<Response> answer_to(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return error_response(431, "the request is too large");
  }
  if (error == http::error::unexpected_body || error == http::error::body_limit) {
    return error_response(413, "a request has no body here");
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error.category() != make_error_code(http::error::bad_method).category()) {
    return std::nullopt;
  }
  return error_response(400, "not an HTTP/1.1 request");
}

// What gets out of a coroutine is a defect or the end of memory; it leaves io_context::run().
void rethrow(std::exception_ptr failure) {
  if (failure) {
    std::rethrow_exception(failure);
  }
}

}  // namespace

class AdminServer::State : public std::enable_shared_from_this<State> {
 public:
  State(asio::io_context& io, std::string listen, Handlers handlers, Log& log)
      : io_(io),
        listen_(std::move(listen)),
        handlers_(std::move(handlers)),
        log_(log),
        acceptor_(io),
        retry_(io) {}

  Result<void> start() {
    const auto address = split_host_port(listen_);
    if (!address) {
      return make_error(Errc::invalid_argument, "admin.listen: `" + printable(listen_) +
                                                    "` is not host:port; write it like "
                                                    "127.0.0.1:9469 or [::1]:9469");
    }
    error_code error;
    const auto found =
        tcp::resolver(io_).resolve(address->host, address->port,
                                   tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error) {
      return failure(error);
    }
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) {
      acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error) {
      acceptor_.bind(endpoint, error);
    }
    if (!error) {
      acceptor_.listen(tcp::acceptor::max_listen_connections, error);
    }
    if (error) {
      error_code ignored;
      acceptor_.close(ignored);
      return failure(error);
    }
    asio::co_spawn(io_, accept_loop(shared_from_this()), rethrow);
    return {};
  }

  std::uint16_t port() const {
    error_code error;
    const auto endpoint = acceptor_.local_endpoint(error);
    return error ? std::uint16_t{0} : endpoint.port();
  }

  void stop() {
    stopped_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    for (beast::tcp_stream* connection : connections_) {
      connection->close();
    }
  }

 private:
  Error failure(const error_code& error) const {
    return make_error(Errc::network, "admin.listen: can't listen on " + printable(listen_) + ": " +
                                         error.message());
  }

  // The coroutines hold `self`, as they may end after the server is gone.
  static asio::awaitable<void> accept_loop(std::shared_ptr<State> self) {
    while (!self->stopped_) {
      auto [error, socket] = co_await self->acceptor_.async_accept(as_result);
      if (self->stopped_) {
        co_return;
      }
      if (error) {
        self->log_.warning("admin connection not accepted", {{"error", error.message()}});
        self->retry_.expires_after(limits::accept_retry);
        co_await self->retry_.async_wait(as_result);
        continue;
      }
      if (self->connections_.size() >= penstock::limits::admin_connections) {
        continue;  // closes the socket: what is being served goes first
      }
      asio::co_spawn(self->io_, serve(self, std::move(socket)), rethrow);
    }
  }

  static asio::awaitable<void> serve(std::shared_ptr<State> self, tcp::socket socket) {
    if (self->stopped_) {
      co_return;  // between the accept and here
    }
    beast::tcp_stream stream(std::move(socket));
    const Connected connected(*self, stream);
    beast::flat_buffer buffer(penstock::limits::admin_request.count);
    bool more = true;
    while (more) {
      http::request_parser<http::empty_body> parser;
      parser.header_limit(static_cast<std::uint32_t>(penstock::limits::admin_request.count));
      // One deadline for a whole request, and one for its answer: a byte now and then renews none.
      stream.expires_after(penstock::limits::admin_timeout);
      const auto [read_error, ignored] =
          co_await http::async_read(stream, buffer, parser, as_result);
      if (self->stopped_) {
        co_return;
      }
      std::optional<Response> response;
      if (read_error) {
        response = answer_to(read_error);
        if (!response) {
          co_return;
        }
      } else {
        response = self->answer(parser.get());
      }
      more = !read_error && parser.get().keep_alive();
      const auto message = make_message(std::move(*response), parser.get().version(), more,
                                        parser.get().method() == http::verb::head);
      stream.expires_after(penstock::limits::admin_timeout);
      const auto [write_error, sent] = co_await http::async_write(stream, message, as_result);
      if (write_error || self->stopped_) {
        co_return;
      }
    }
    co_await end_in_order(stream);
  }

  // Reads what the client still sends until it closes: closing with unread bytes would reset the
  // connection, and the client might never see the answer.
  static asio::awaitable<void> end_in_order(beast::tcp_stream& stream) {
    error_code error;
    stream.socket().shutdown(tcp::socket::shutdown_send, error);
    std::array<char, 4096> unread;
    stream.expires_after(penstock::limits::admin_timeout);
    while (!error) {
      std::tie(error, std::ignore) =
          co_await stream.async_read_some(asio::buffer(unread), as_result);
    }
  }

  Response answer(const http::request<http::empty_body>& request) {
    try {
      return route({request.method_string(), request.target(), request[http::field::accept]},
                   handlers_);
    } catch (const std::exception& failed) {
      log_.error("admin request failed", {{"target", request.target()}, {"error", failed.what()}});
      return error_response(500, "the answer could not be made; the log says why");
    }
  }

  // A connection's entry in the list of those that stop() closes.
  class Connected {
   public:
    Connected(State& state, beast::tcp_stream& stream) : state_(state), stream_(stream) {
      state_.connections_.insert(&stream_);
    }
    ~Connected() { state_.connections_.erase(&stream_); }
    Connected(const Connected&) = delete;
    Connected& operator=(const Connected&) = delete;

   private:
    State& state_;
    beast::tcp_stream& stream_;
  };

  asio::io_context& io_;
  std::string listen_;
  Handlers handlers_;
  Log& log_;
  tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  std::set<beast::tcp_stream*> connections_;
  bool stopped_ = false;
};

AdminServer::AdminServer(asio::io_context& io, std::string listen, Handlers handlers, Log& log)
    : state_(std::make_shared<State>(io, std::move(listen), std::move(handlers), log)) {}

AdminServer::~AdminServer() { state_->stop(); }

Result<void> AdminServer::start() { return state_->start(); }

std::uint16_t AdminServer::port() const { return state_->port(); }

void AdminServer::stop() { state_->stop(); }

}  // namespace penstock::ops
