#include "test_server.hpp"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <memory>

namespace penstock::remote::test {
namespace {

using asio::awaitable;
using asio::ip::tcp;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

const tcp::endpoint loopback(asio::ip::address_v4::loopback(), 0);

// From one socket to the other until one ends; shared by the two directions.
awaitable<void> relay(std::shared_ptr<std::pair<tcp::socket, tcp::socket>> pair, bool forth) {
  tcp::socket& from = forth ? pair->first : pair->second;
  tcp::socket& to = forth ? pair->second : pair->first;
  std::array<char, 4096> buffer;
  while (true) {
    auto [error, count] = co_await from.async_read_some(asio::buffer(buffer), as_result);
    if (error) {
      break;
    }
    auto [write_error, written] =
        co_await asio::async_write(to, asio::buffer(buffer.data(), count), as_result);
    static_cast<void>(written);
    if (write_error) {
      break;
    }
  }
  boost::system::error_code ignored;
  from.close(ignored);
  to.close(ignored);
}

}  // namespace

void Gate::open() {
  open_ = true;
  timer_.cancel();
}

awaitable<void> Gate::wait() {
  while (!open_) {
    auto [error] = co_await timer_.async_wait(as_result);
    static_cast<void>(error);
  }
}

awaitable<bool> Peer::handshake() {
  auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, as_result);
  co_return !error;
}

awaitable<std::string> Peer::read_request() {
  std::string text;
  auto [error, size] =
      co_await asio::async_read_until(stream_, asio::dynamic_buffer(text), "\r\n\r\n", as_result);
  static_cast<void>(size);
  if (error) {
    text.clear();
  }
  co_return text;
}

awaitable<void> Peer::send(std::string_view bytes) {
  auto [error, count] =
      co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), as_result);
  static_cast<void>(error);
  static_cast<void>(count);
}

awaitable<void> Peer::shut_down() {
  auto [error] = co_await stream_.async_shutdown(as_result);
  static_cast<void>(error);
  cut();
}

void Peer::cut() {
  boost::system::error_code ignored;
  stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
}

void Peer::reset() {
  boost::system::error_code ignored;
  stream_.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
  stream_.next_layer().close(ignored);
}

std::string Peer::server_name() const {
  auto& stream = const_cast<asio::ssl::stream<tcp::socket>&>(stream_);
  const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? "" : name;
}

TestServer::TestServer(asio::io_context& io, const Identity& identity, Script script)
    : io_(io),
      tls_(asio::ssl::context::tls_server),
      acceptor_(io, loopback),
      script_(std::move(script)) {
  tls_.use_certificate_chain(asio::buffer(identity.certificate));
  tls_.use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
  asio::co_spawn(io_, accept(), asio::detached);
}

std::string TestServer::url(std::string_view path, std::string_view host) const {
  return "https://" + std::string(host) + ":" + std::to_string(port()) + std::string(path);
}

awaitable<void> TestServer::accept() {
  while (true) {
    auto [error, socket] = co_await acceptor_.async_accept(as_result);
    if (error) {
      co_return;
    }
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(io_, serve(std::move(socket), connections_++), asio::detached);
  }
}

awaitable<void> TestServer::serve(tcp::socket socket, int connection) {
  Peer peer(std::move(socket), tls_);
  const bool secure = co_await peer.handshake();
  if (!secure) {
    co_return;
  }
  server_names_.push_back(peer.server_name());
  std::string request = co_await peer.read_request();
  if (request.empty()) {
    co_return;
  }
  requests_.push_back(std::move(request));
  co_await script_(peer, connection);
  std::string rest = co_await peer.read_request();  // until the client goes
  static_cast<void>(rest);
}

SilentServer::SilentServer(asio::io_context& io) : acceptor_(io, loopback) {}

std::string SilentServer::url() const {
  return "https://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/";
}

TestProxy::TestProxy(asio::io_context& io, std::uint16_t target, std::string answer)
    : io_(io), acceptor_(io, loopback), target_(target), answer_(std::move(answer)) {
  asio::co_spawn(io_, accept(), asio::detached);
}

awaitable<void> TestProxy::accept() {
  while (true) {
    auto [error, socket] = co_await acceptor_.async_accept(as_result);
    if (error) {
      co_return;
    }
    asio::co_spawn(io_, serve(std::move(socket)), asio::detached);
  }
}

awaitable<void> TestProxy::serve(tcp::socket client) {
  std::string request;
  auto [error, size] =
      co_await asio::async_read_until(client, asio::dynamic_buffer(request), "\r\n\r\n", as_result);
  static_cast<void>(size);
  if (error) {
    co_return;
  }
  requests_.push_back(std::move(request));
  auto pair =
      std::make_shared<std::pair<tcp::socket, tcp::socket>>(std::move(client), tcp::socket(io_));
  if (answer_.find("HTTP/1.1 200") != std::string::npos) {
    auto [connect_error] = co_await pair->second.async_connect(
        tcp::endpoint(asio::ip::address_v4::loopback(), target_), as_result);
    static_cast<void>(connect_error);
  }
  auto [write_error, written] =
      co_await asio::async_write(pair->first, asio::buffer(answer_), as_result);
  static_cast<void>(write_error);
  static_cast<void>(written);
  if (pair->second.is_open()) {
    asio::co_spawn(io_, relay(pair, true), asio::detached);
    asio::co_spawn(io_, relay(pair, false), asio::detached);
  }
}

}  // namespace penstock::remote::test
