#include "penstock/ops/admin_server.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <optional>
#include <set>
#include <tuple>

#include "ops/admin_message.hpp"
#include "ops/admin_routes.hpp"
#include "ops/admin_socket.hpp"
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

// A connection of either kind.
using Stream = beast::basic_stream<asio::generic::stream_protocol>;

// An answer that a handler owes. Shared with the handler, which may give it when nobody waits.
struct Owed {
  explicit Owed(asio::io_context& io) : given(io) {}
  std::optional<Response> response;
  asio::steady_timer given;  // cancelled then, and when the server stops
};

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
        socket_(io),
        retry_(io),
        socket_retry_(io) {}

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
    asio::co_spawn(io_, accept_loop(shared_from_this(), acceptor_, retry_, false), rethrow);
    return {};
  }

  Result<void> open_socket(const std::filesystem::path& path) {
    auto opened = socket_.open(path);
    if (opened) {
      asio::co_spawn(io_, accept_loop(shared_from_this(), socket_.acceptor(), socket_retry_, true),
                     rethrow);
    }
    return opened;
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
    socket_.close();
    retry_.cancel();
    socket_retry_.cancel();
    for (Connected* connection : connections_) {
      connection->close();
    }
  }

 private:
  Error failure(const error_code& error) const {
    return make_error(Errc::network, "admin.listen: can't listen on " + printable(listen_) + ": " +
                                         error.message());
  }

  // A connection's entry in the list of those that stop() closes.
  class Connected {
   public:
    Connected(State& state, Stream& stream) : state_(state), stream_(stream) {
      state_.connections_.insert(this);
    }
    ~Connected() { state_.connections_.erase(this); }
    Connected(const Connected&) = delete;
    Connected& operator=(const Connected&) = delete;

    void waits_for(std::shared_ptr<Owed> owed) { owed_ = std::move(owed); }
    void close() {
      stream_.close();
      if (owed_) {
        owed_->given.cancel();
      }
    }

   private:
    State& state_;
    Stream& stream_;
    std::shared_ptr<Owed> owed_;
  };

  // Counts an open status page.
  class Viewer {
   public:
    explicit Viewer(std::size_t& count) : count_(count) { ++count_; }
    ~Viewer() { --count_; }
    Viewer(const Viewer&) = delete;
    Viewer& operator=(const Viewer&) = delete;

   private:
    std::size_t& count_;
  };

  // The coroutines hold `self`, as they may end after the server is gone. `acceptor` and `retry`
  // are members of it.
  template <class Acceptor>
  static asio::awaitable<void> accept_loop(std::shared_ptr<State> self, Acceptor& acceptor,
                                           asio::steady_timer& retry, bool may_change) {
    while (!self->stopped_) {
      auto [error, socket] = co_await acceptor.async_accept(as_result);
      if (self->stopped_) {
        co_return;
      }
      if (error) {
        self->log_.warning("admin connection not accepted", {{"error", error.message()}});
        retry.expires_after(limits::accept_retry);
        co_await retry.async_wait(as_result);
        continue;
      }
      if (self->connections_.size() >= penstock::limits::admin_connections) {
        continue;  // closes the socket: what is being served goes first
      }
      asio::co_spawn(self->io_, serve(self, Stream(std::move(socket)), may_change), rethrow);
    }
  }

  static asio::awaitable<void> serve(std::shared_ptr<State> self, Stream stream, bool may_change) {
    if (self->stopped_) {
      co_return;  // between the accept and here
    }
    Connected connected(*self, stream);
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
        response = co_await self->answer(parser.get(), may_change, connected);
        if (self->stopped_) {
          co_return;
        }
      }
      if (response->events && parser.get().method() == http::verb::get) {
        co_await self->send_events(stream, std::move(*response), connected);
        co_return;
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

  // Until the client is gone, or the server stops.
  asio::awaitable<void> send_events(Stream& stream, Response response, Connected& connected) {
    const Viewer viewer(viewers_);
    const bool too_many = viewers_ > penstock::limits::admin_viewers;
    const std::function<std::string()> next = std::move(response.events);
    auto head = make_message(
        too_many ? error_response(503, "too many status pages are open") : std::move(response), 11,
        false, false);
    if (!too_many) {
      head.content_length(boost::none);  // the body ends with the connection
    }
    http::response_serializer<http::string_body> serializer(head);
    stream.expires_after(penstock::limits::admin_timeout);
    auto [error, ignored] = co_await http::async_write(stream, serializer, as_result);
    const auto pause = std::make_shared<Owed>(io_);
    connected.waits_for(pause);
    while (!too_many && !error && !stopped_) {
      const std::string event = "data: " + next() + "\n\n";
      stream.expires_after(penstock::limits::admin_timeout);
      std::tie(error, ignored) = co_await asio::async_write(stream, asio::buffer(event), as_result);
      if (!error && !stopped_) {
        pause->given.expires_after(penstock::limits::live_interval);
        co_await pause->given.async_wait(as_result);
      }
    }
    connected.waits_for(nullptr);
  }

  // Reads what the client still sends until it closes: closing with unread bytes would reset the
  // connection, and the client might never see the answer.
  static asio::awaitable<void> end_in_order(Stream& stream) {
    error_code error;
    stream.socket().shutdown(asio::socket_base::shutdown_send, error);
    std::array<char, 4096> unread;
    stream.expires_after(penstock::limits::admin_timeout);
    while (!error) {
      std::tie(error, std::ignore) =
          co_await stream.async_read_some(asio::buffer(unread), as_result);
    }
  }

  asio::awaitable<Response> answer(const http::request<http::empty_body>& request, bool may_change,
                                   Connected& connected) {
    const auto owed = std::make_shared<Owed>(io_);
    const auto give = [owed](Response response) {
      if (!owed->response) {
        owed->response = std::move(response);
        owed->given.cancel();
      }
    };
    try {
      route({request.method_string(), request.target(), request[http::field::accept], may_change},
            handlers_, give);
    } catch (const std::exception& failed) {
      log_.error("admin request failed", {{"target", request.target()}, {"error", failed.what()}});
      give(error_response(500, "the answer could not be made; the log says why"));
    }
    if (!owed->response) {
      connected.waits_for(owed);
      owed->given.expires_after(penstock::limits::admin_timeout);
      co_await owed->given.async_wait(as_result);
      connected.waits_for(nullptr);
    }
    if (!owed->response) {
      give(error_response(504, "no answer in time: is Kafka away? It may still be carried out"));
    }
    co_return std::move(*owed->response);
  }

  asio::io_context& io_;
  std::string listen_;
  Handlers handlers_;
  Log& log_;
  tcp::acceptor acceptor_;
  AdminSocket socket_;
  asio::steady_timer retry_;
  asio::steady_timer socket_retry_;
  std::set<Connected*> connections_;
  std::size_t viewers_ = 0;
  bool stopped_ = false;
};

AdminServer::AdminServer(asio::io_context& io, std::string listen, Handlers handlers, Log& log)
    : state_(std::make_shared<State>(io, std::move(listen), std::move(handlers), log)) {}

AdminServer::~AdminServer() { state_->stop(); }

Result<void> AdminServer::start() { return state_->start(); }

std::uint16_t AdminServer::port() const { return state_->port(); }

Result<void> AdminServer::open_socket(const std::filesystem::path& path) {
  return state_->open_socket(path);
}

void AdminServer::stop() { state_->stop(); }

}  // namespace penstock::ops
