// One TLS connection of a client: what can be done with it, and the ways in which it can end. All
// members are for one coroutine at a time.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string_view>

#include "penstock/core/units.hpp"
#include "simulator/truth.hpp"

namespace penstock::simulator {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

class Wire {
 public:
  template <class T>
  using Awaitable = boost::asio::awaitable<T>;
  enum class Peer { there, closed, reset };

  Wire(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& context);

  Awaitable<bool> handshake();
  Awaitable<std::optional<HttpRequest>> read_request();
  // False: the connection is broken.
  Awaitable<bool> write(std::string_view bytes);
  Awaitable<bool> write_slowly(std::string_view bytes, Duration duration);
  Awaitable<void> wait(Duration duration);
  // A client has nothing to say while it is streamed to: what comes is its close_notify.
  Peer peer();
  bool is_open() const { return stream_.next_layer().socket().is_open(); }

  // Gives the peer up to `patience` to close first: a client that closes while our close_notify is
  // under way resets the connection, which couldn't be told from an abort.
  Awaitable<SessionState> end_orderly(Duration patience);
  Awaitable<SessionState> end_without_close_notify();
  SessionState reset();
  // close_notify, and FIN once the peer has answered it. False: the peer reset the connection, so
  // it may not have read everything.
  Awaitable<bool> close();

 private:
  boost::asio::ip::tcp::socket& socket() { return stream_.next_layer().socket(); }

  boost::asio::ssl::stream<boost::beast::tcp_stream> stream_;
  boost::asio::steady_timer timer_;
  boost::beast::flat_buffer input_;
};

inline constexpr Duration tick{5};  // between two looks at what is waited for

}  // namespace penstock::simulator
