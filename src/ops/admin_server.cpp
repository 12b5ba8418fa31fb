#include "penstock/ops/admin_server.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>

#include "ops/admin_connections.hpp"
#include "ops/admin_listener.hpp"
#include "ops/admin_message.hpp"
#include "ops/admin_routes.hpp"
#include "ops/admin_socket.hpp"
#include "ops/admin_users.hpp"
#include "ops/password_verifier.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::ops {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

enum class Standing {
  known,
  unknown,    // without credentials
  refused,    // with wrong ones
  undecided,  // they weren't looked at in time
};

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
    auto opened = open_listener(acceptor_, listen_);
    if (opened) {
      asio::co_spawn(io_, accept_loop(shared_from_this(), acceptor_, connections_, retry_),
                     rethrow);
    }
    return opened;
  }

  void secure(AdminAccess access) { access_ = std::move(access); }

  Result<void> open_socket(const std::filesystem::path& path) {
    auto opened = socket_.open(path);
    if (opened) {
      asio::co_spawn(
          io_,
          accept_loop(shared_from_this(), socket_.acceptor(), socket_connections_, socket_retry_),
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
    connections_.close();
    socket_connections_.close();
    verifier_.stop();
  }

 private:
  // Who is at the other end.
  struct Peer {
    bool may_change = false;            // it came over the socket
    std::string address;                // of TCP
    std::shared_ptr<AdminUsers> users;  // none: it needs no password
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

  // The coroutines hold `self`, as they may end after the server is gone. `acceptor`, `connections`
  // and `retry` are members of it.
  template <class Acceptor>
  static asio::awaitable<void> accept_loop(std::shared_ptr<State> self, Acceptor& acceptor,
                                           Connections& connections, asio::steady_timer& retry) {
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
      if (!connections.make_room()) {
        continue;  // closes the socket: what is being served goes first
      }
      self->begin(std::move(socket));
    }
  }

  void begin(asio::local::stream_protocol::socket socket) {
    asio::co_spawn(io_, serve(shared_from_this(), Plain(std::move(socket)), Peer{true, {}, {}}),
                   rethrow);
  }
  void begin(tcp::socket socket) {
    error_code ignored;
    Peer peer{false, socket.remote_endpoint(ignored).address().to_string(), access_.users};
    Plain plain(std::move(socket));
    if (access_.tls) {
      Secured secured(std::move(plain), *access_.tls);
      asio::co_spawn(io_, serve(shared_from_this(), std::move(secured), std::move(peer)), rethrow);
    } else {
      asio::co_spawn(io_, serve(shared_from_this(), std::move(plain), std::move(peer)), rethrow);
    }
  }

  // A connection from its beginning to its end.
  template <class Stream>
  static asio::awaitable<void> serve(std::shared_ptr<State> self, Stream stream, Peer peer) {
    if (self->stopped_) {
      co_return;  // between the accept and here
    }
    Plain& plain = beast::get_lowest_layer(stream);
    Connections::Entry entry(peer.may_change ? self->socket_connections_ : self->connections_,
                             plain);
    if constexpr (std::is_same_v<Stream, Secured>) {
      plain.expires_after(penstock::limits::admin_timeout);
      const auto [error] =
          co_await stream.async_handshake(asio::ssl::stream_base::server, as_result);
      if (error || self->stopped_) {
        self->log_.debug("admin connection without a TLS handshake",
                         {{"address", peer.address}, {"error", error.message()}});
        co_return;
      }
    }
    const bool in_order = co_await self->answer_requests(stream, peer, entry);
    if (!in_order || self->stopped_) {
      co_return;
    }
    entry.may_be_closed();
    if constexpr (std::is_same_v<Stream, Secured>) {
      plain.expires_after(penstock::limits::admin_timeout);
      co_await stream.async_shutdown(as_result);
    }
    co_await end_in_order(plain);
  }

  // One after the other. False: the connection is broken.
  template <class Stream>
  asio::awaitable<bool> answer_requests(Stream& stream, Peer& peer, Connections::Entry& entry) {
    Plain& plain = beast::get_lowest_layer(stream);
    beast::flat_buffer buffer(penstock::limits::admin_request.count);
    bool more = true;
    while (more) {
      http::request_parser<http::empty_body> parser;
      parser.header_limit(static_cast<std::uint32_t>(penstock::limits::admin_request.count));
      // One deadline for a whole request, and one for its answer: a byte now and then renews none.
      plain.expires_after(penstock::limits::admin_timeout);
      entry.may_be_closed();
      const auto [read_error, ignored] =
          co_await http::async_read(stream, buffer, parser, as_result);
      entry.must_stay();
      if (stopped_) {
        co_return false;
      }
      std::optional<Response> response;
      if (read_error) {
        response = answer_to(read_error);
      } else {
        response = co_await answer(parser.get(), peer, entry);
      }
      if (!response || stopped_) {
        co_return false;
      }
      if (response->events && parser.get().method() == http::verb::get) {
        co_return co_await send_events(stream, std::move(*response), entry);
      }
      more = !read_error && parser.get().keep_alive();
      const auto message = make_message(std::move(*response), parser.get().version(), more,
                                        parser.get().method() == http::verb::head);
      plain.expires_after(penstock::limits::admin_timeout);
      entry.may_be_closed();
      const auto [write_error, sent] = co_await http::async_write(stream, message, as_result);
      if (write_error || stopped_) {
        co_return false;
      }
    }
    co_return true;
  }

  // Until the client is gone, or the server stops. True: there were too many, and it was told so.
  template <class Stream>
  asio::awaitable<bool> send_events(Stream& stream, Response response, Connections::Entry& entry) {
    Plain& plain = beast::get_lowest_layer(stream);
    const Viewer viewer(viewers_);
    const bool too_many = viewers_ > penstock::limits::admin_viewers;
    const std::function<std::string()> next = std::move(response.events);
    auto head = make_message(
        too_many ? error_response(503, "too many status pages are open") : std::move(response), 11,
        false, false);
    if (!too_many) {
      head.content_length(boost::none);  // the body ends with the connection
    }
    plain.expires_after(penstock::limits::admin_timeout);
    auto [error, ignored] = co_await http::async_write(stream, head, as_result);
    // shared: with the list of what stop() cancels
    const auto pause = std::make_shared<asio::steady_timer>(io_);
    entry.waits_for(pause);
    while (!too_many && !error && !stopped_) {
      const std::string event = "data: " + next() + "\n\n";
      plain.expires_after(penstock::limits::admin_timeout);
      std::tie(error, ignored) = co_await asio::async_write(stream, asio::buffer(event), as_result);
      if (!error && !stopped_) {
        pause->expires_after(penstock::limits::live_interval);
        co_await pause->async_wait(as_result);
      }
    }
    entry.waits_for(nullptr);
    co_return too_many && !error;
  }

  // Reads what the client still sends until it closes: closing with unread bytes would reset the
  // connection, and the client might never see the answer.
  static asio::awaitable<void> end_in_order(Plain& stream) {
    error_code error;
    stream.socket().shutdown(asio::socket_base::shutdown_send, error);
    std::array<char, 4096> unread;
    stream.expires_after(penstock::limits::admin_timeout);
    while (!error) {
      std::tie(error, std::ignore) =
          co_await stream.async_read_some(asio::buffer(unread), as_result);
    }
  }

  // Until it is given, or nobody waits for it any more.
  template <class T>
  static asio::awaitable<void> wait_for(std::shared_ptr<Owed<T>> owed, Connections::Entry& entry) {
    if (!owed->value) {
      entry.waits_for({owed, &owed->given});
      owed->given.expires_after(penstock::limits::admin_timeout);
      co_await owed->given.async_wait(as_result);
      entry.waits_for(nullptr);
    }
  }

  asio::awaitable<Response> answer(const http::request<http::empty_body>& request, Peer& peer,
                                   Connections::Entry& entry) {
    Standing standing = Standing::known;
    if (peer.users) {
      const std::string header(request[http::field::authorization]);
      standing = co_await standing_of(header, peer, entry);
    }
    if (standing == Standing::refused) {
      log_.warning("admin password refused", {{"address", peer.address}});
      co_return unauthorised();
    }
    if (standing == Standing::undecided) {
      co_return error_response(503, "too many passwords are being looked at: try again");
    }
    const auto owed = std::make_shared<Owed<Response>>(io_);
    const auto give = [owed](Response response) { owed->give(std::move(response)); };
    try {
      route({.method = request.method_string(),
             .target = request.target(),
             .accept = request[http::field::accept],
             .may_change = peer.may_change,
             .may_see = standing == Standing::known},
            handlers_, give);
    } catch (const std::exception& failed) {
      log_.error("admin request failed", {{"target", request.target()}, {"error", failed.what()}});
      give(error_response(500, "the answer could not be made; the log says why"));
    }
    co_await wait_for(owed, entry);
    if (!owed->value) {
      give(late_answer(request.target()));
    }
    co_return std::move(*owed->value);
  }

  asio::awaitable<Standing> standing_of(std::string header, Peer& peer, Connections::Entry& entry) {
    if (header.empty()) {
      co_return Standing::unknown;
    }
    const auto credentials = read_basic(header);
    if (!credentials) {
      co_return Standing::refused;
    }
    if (peer.users->remembers(*credentials)) {
      co_return Standing::known;
    }
    const auto owed = std::make_shared<Owed<bool>>(io_);
    verifier_.ask(
        peer.users, *credentials, [watched = std::weak_ptr(owed)] { return !watched.expired(); },
        [watched = std::weak_ptr(owed)](bool right) {
          if (const auto waiting = watched.lock()) {
            waiting->give(right);
          }
        });
    co_await wait_for(owed, entry);
    if (!owed->value) {
      co_return Standing::undecided;
    }
    if (!*owed->value) {
      co_return Standing::refused;
    }
    peer.users->remember(*credentials);
    co_return Standing::known;
  }

  asio::io_context& io_;
  std::string listen_;
  Handlers handlers_;
  Log& log_;
  tcp::acceptor acceptor_;
  AdminSocket socket_;
  asio::steady_timer retry_;
  asio::steady_timer socket_retry_;
  Connections connections_;         // of TCP
  Connections socket_connections_;  // apart: what comes by TCP leaves the socket its own
  AdminAccess access_;
  PasswordVerifier verifier_{io_};
  std::size_t viewers_ = 0;
  bool stopped_ = false;
};

AdminServer::AdminServer(asio::io_context& io, std::string listen, Handlers handlers, Log& log)
    : state_(std::make_shared<State>(io, std::move(listen), std::move(handlers), log)) {}

AdminServer::~AdminServer() { state_->stop(); }

Result<void> AdminServer::start() { return state_->start(); }

void AdminServer::secure(AdminAccess access) { state_->secure(std::move(access)); }

std::uint16_t AdminServer::port() const { return state_->port(); }

Result<void> AdminServer::open_socket(const std::filesystem::path& path) {
  return state_->open_socket(path);
}

void AdminServer::stop() { state_->stop(); }

}  // namespace penstock::ops
