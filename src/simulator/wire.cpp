#include "simulator/wire.hpp"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <cerrno>
#include <tuple>

#include "penstock/core/system_clock.hpp"

namespace penstock::simulator {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::seconds;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

constexpr seconds handshake_timeout{10};
constexpr seconds idle_timeout{120};    // between requests
constexpr seconds closing_timeout{10};  // for the peer to close as well
constexpr std::size_t request_body_limit = 64 * 1024;

bool was_reset(const error_code& error) {
  return error == asio::error::connection_reset || error == asio::error::broken_pipe;
}

}  // namespace

Wire::Wire(tcp::socket socket, asio::ssl::context& context)
    : stream_(std::move(socket), context), timer_(stream_.get_executor()) {}

asio::awaitable<bool> Wire::handshake() {
  stream_.next_layer().expires_after(handshake_timeout);
  const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, use_tuple);
  co_return !error;
}

asio::awaitable<std::optional<HttpRequest>> Wire::read_request() {
  http::request_parser<http::string_body> parser;
  parser.body_limit(request_body_limit);
  stream_.next_layer().expires_after(idle_timeout);
  const auto [error, size] = co_await http::async_read(stream_, input_, parser, use_tuple);
  stream_.next_layer().expires_never();
  if (error) {
    co_return std::nullopt;
  }
  co_return parser.release();
}

asio::awaitable<bool> Wire::write(std::string_view bytes) {
  if (bytes.empty()) {
    co_return true;
  }
  const auto [error, size] =
      co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), use_tuple);
  co_return !error;
}

asio::awaitable<bool> Wire::write_slowly(std::string_view bytes, Duration duration) {
  const Duration pause = duration / static_cast<Duration::rep>(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (peer() != Peer::there || !co_await write(bytes.substr(i, 1))) {
      co_return false;
    }
    co_await wait(pause);
  }
  co_return true;
}

asio::awaitable<void> Wire::wait(Duration duration) {
  timer_.expires_after(duration);
  co_await timer_.async_wait(use_tuple);
}

Wire::Peer Wire::peer() {
  char byte;
  const ssize_t size = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (size >= 0) {
    return Peer::closed;
  }
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Peer::there : Peer::reset;
}

asio::awaitable<SessionState> Wire::end_orderly(Duration patience) {
  const MonotonicTime until = monotonic_now() + patience;
  while (peer() == Peer::there && monotonic_now() < until) {
    co_await wait(tick);
  }
  co_return co_await close() ? SessionState::orderly : SessionState::aborted;
}

asio::awaitable<SessionState> Wire::end_without_close_notify() {
  error_code error;
  socket().shutdown(tcp::socket::shutdown_send, error);
  stream_.next_layer().expires_after(closing_timeout);
  char ignored[512];
  while (!error) {
    std::tie(error, std::ignore) =
        co_await stream_.next_layer().async_read_some(asio::buffer(ignored), use_tuple);
  }
  const bool aborted = was_reset(error);
  socket().close(error);
  co_return aborted ? SessionState::aborted : SessionState::orderly;
}

SessionState Wire::reset() {
  error_code ignored;
  socket().set_option(asio::socket_base::linger(true, 0), ignored);
  socket().close(ignored);
  return SessionState::aborted;
}

asio::awaitable<bool> Wire::close() {
  const Peer before = peer();
  stream_.next_layer().expires_after(closing_timeout);
  const auto [error] = co_await stream_.async_shutdown(use_tuple);
  error_code ignored;
  socket().shutdown(tcp::socket::shutdown_both, ignored);
  socket().close(ignored);
  co_return before == Peer::closed || (before == Peer::there && !was_reset(error));
}

}  // namespace penstock::simulator
