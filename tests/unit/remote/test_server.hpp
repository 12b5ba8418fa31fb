// Servers on loopback that do what a test tells them, on the test's own io_context.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "test_certificates.hpp"

namespace penstock::remote::test {

namespace asio = boost::asio;

// Opened by the test when a server may go on.
class Gate {
 public:
  explicit Gate(asio::io_context& io) : timer_(io, asio::steady_timer::time_point::max()) {}
  void open();
  asio::awaitable<void> wait();

 private:
  asio::steady_timer timer_;
  bool open_ = false;
};

// The server's end of one connection. What a client's disappearance breaks is ignored.
class Peer {
 public:
  Peer(asio::ip::tcp::socket socket, asio::ssl::context& tls) : stream_(std::move(socket), tls) {}

  asio::awaitable<bool> handshake();
  asio::awaitable<std::string> read_request();         // its header; empty: the client went away
  asio::awaitable<void> send(std::string_view bytes);  // as one TLS record, below 16 KiB
  asio::awaitable<void> shut_down();                   // close_notify, then FIN
  void cut();                                          // FIN without close_notify
  void reset();                                        // RST
  std::string server_name() const;                     // SNI

 private:
  asio::ssl::stream<asio::ip::tcp::socket> stream_;
};

// A TLS server. `script` runs for each connection after the handshake; the request has been read.
// The connection stays open until it is ended, or the io_context goes.
class TestServer {
 public:
  using Script = std::function<asio::awaitable<void>(Peer&, int connection)>;

  TestServer(asio::io_context& io, const Identity& identity, Script script);

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string url(std::string_view path = "/v1/firehose",
                  std::string_view host = "127.0.0.1") const;
  int connections() const { return connections_; }
  const std::vector<std::string>& requests() const { return requests_; }
  const std::vector<std::string>& server_names() const { return server_names_; }

 private:
  asio::awaitable<void> accept();
  asio::awaitable<void> serve(asio::ip::tcp::socket socket, int connection);

  asio::io_context& io_;
  asio::ssl::context tls_;
  asio::ip::tcp::acceptor acceptor_;
  Script script_;
  int connections_ = 0;
  std::vector<std::string> requests_;
  std::vector<std::string> server_names_;
};

// Accepts, and never says a word.
class SilentServer {
 public:
  explicit SilentServer(asio::io_context& io);
  std::string url() const;

 private:
  asio::ip::tcp::acceptor acceptor_;
};

// An HTTP proxy: answers CONNECT with `answer`, and where a 200 is in it connects to `target`.
class TestProxy {
 public:
  TestProxy(asio::io_context& io, std::uint16_t target, std::string answer);
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  const std::vector<std::string>& requests() const { return requests_; }

 private:
  asio::awaitable<void> accept();
  asio::awaitable<void> serve(asio::ip::tcp::socket client);

  asio::io_context& io_;
  asio::ip::tcp::acceptor acceptor_;
  std::uint16_t target_;
  std::string answer_;
  std::vector<std::string> requests_;
};

}  // namespace penstock::remote::test
