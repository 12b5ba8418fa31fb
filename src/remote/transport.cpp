#include "remote/transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "remote/http_header.hpp"
#include "remote/tcp_options.hpp"
#include "remote/tls.hpp"
#include "remote/token_echo.hpp"
#include "remote/watch.hpp"

namespace penstock::remote {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using outcome::FailureKind;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

std::string text_of(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" +
         std::to_string(endpoint.port());
}

// " " and the reason that the proxy gave, unless it quotes the credentials.
std::string shown_reason(std::string_view reason, const Proxy& proxy) {
  const std::string_view scheme_and_credentials = proxy.authorization;
  const std::string_view credentials =
      scheme_and_credentials.substr(scheme_and_credentials.find(' ') + 1);
  return quotes(reason, credentials) ? "" : " " + printable(reason);
}

}  // namespace

Transport::Transport(asio::io_context& io, asio::ssl::context& tls, AddressChoice& choice)
    : io_(io), stream_(io, tls), choice_(choice), lookup_(io) {}

void Transport::abort() {
  aborted_ = true;
  lookup_.abandon();
  error_code ignored;
  stream_.socket().close(ignored);
}

bool Transport::remote_gone() { return ended_by_remote(stream_.socket().native_handle()); }

awaitable<Failure> Transport::reach(const Endpoint& endpoint, const std::optional<Proxy>& proxy,
                                    MonotonicTime deadline) {
  const std::string& host = proxy ? proxy->host : endpoint.host;
  const std::uint16_t port = proxy ? proxy->port : endpoint.port;
  Failure failure = co_await resolve(host, port);
  if (failure) {
    co_return failure;
  }
  failure = co_await connect(deadline);
  if (failure) {
    co_return failure;
  }
  if (proxy) {
    failure = co_await tunnel(endpoint, *proxy);
    if (failure) {
      co_return failure;
    }
  }
  failure = co_await handshake(endpoint);
  co_return failure;
}

awaitable<Failure> Transport::resolve(const std::string& host, std::uint16_t port) {
  authority_ = host + ":" + std::to_string(port);
  error_code ec;
  const auto address = asio::ip::make_address(host, ec);
  if (!ec) {
    addresses_ = {tcp::endpoint(address, port)};
    co_return std::nullopt;
  }
  std::optional<Lookup::Answer> answer = co_await lookup_.find(host, port);
  if (!answer) {
    co_return failed(FailureKind::unreachable, "resolving " + host + " takes too long");
  }
  if (answer->error || answer->addresses.empty()) {
    co_return failed(FailureKind::unreachable,
                     "resolving " + host + " failed: " + answer->error.message());
  }
  addresses_ = choice_.ordered(authority_, std::move(answer->addresses));
  co_return std::nullopt;
}

void Transport::tried(const Outcome& what) {
  if (connected_to_) {
    choice_.tried(authority_, *connected_to_, what);
  }
}

awaitable<Failure> Transport::connect(MonotonicTime deadline) {
  TlsStream::Socket& socket = stream_.socket();
  error_code error;
  for (std::size_t i = 0; i < addresses_.size() && !aborted_; ++i) {
    // Each address has its share of what time is left, so that a black hole doesn't hide the next.
    const auto left = deadline - monotonic_now();
    const MonotonicTime until =
        monotonic_now() + left / static_cast<std::int64_t>(addresses_.size() - i);
    address_ = text_of(addresses_[i]);
    error_code ignored;
    socket.close(ignored);
    {
      bool late = false;
      const Watch watch(io_.get_executor(), [&]() -> std::optional<MonotonicTime> {
        if (monotonic_now() < until) {
          return until;
        }
        late = true;
        socket.close(ignored);
        return std::nullopt;
      });
      auto [ec] = co_await socket.async_connect(addresses_[i], as_result);
      error = late ? asio::error::make_error_code(asio::error::timed_out) : ec;
    }
    if (!error) {
      set_tcp_options(socket.native_handle(), error);
    }
    if (!error) {
      socket.non_blocking(true, error);  // of calls that aren't asynchronous
    }
    if (!error) {
      connected_to_ = addresses_[i];
      co_return std::nullopt;
    }
  }
  co_return failed(FailureKind::unreachable,
                   "connecting to " + address_ + " failed: " + error.message());
}

awaitable<Failure> Transport::tunnel(const Endpoint& endpoint, const Proxy& proxy) {
  TlsStream::Socket& socket = stream_.socket();
  std::string request =
      "CONNECT " + endpoint.authority() + " HTTP/1.1\r\nHost: " + endpoint.authority() + "\r\n";
  if (!proxy.authorization.empty()) {
    request += "Proxy-Authorization: " + proxy.authorization + "\r\n";
  }
  request += "\r\n";
  auto [write_error, written] =
      co_await asio::async_write(socket, asio::buffer(request), as_result);
  static_cast<void>(written);
  if (write_error) {
    co_return failed(FailureKind::proxy,
                     "the proxy " + address_ + " broke off: " + write_error.message());
  }
  boost::beast::flat_buffer buffer(static_cast<std::size_t>(limits::proxy_answer.count));
  const auto read = [&](asio::mutable_buffer room) {
    return socket.async_read_some(room, as_result);
  };
  for (int interim = 0; interim <= limits::interim_answers; ++interim) {
    http::response_parser<http::empty_body> parser;
    parser.skip(true);  // a 2xx answer to CONNECT has no body, whatever its header says
    const error_code error = co_await read_until_header(read, buffer, parser, buffer.max_size());
    if (error) {
      co_return failed(FailureKind::proxy,
                       "the proxy " + address_ + " gave no answer: " + error.message());
    }
    const unsigned status = parser.get().result_int();
    if (is_interim(status)) {
      continue;
    }
    if (status / 100 != 2) {
      co_return failed(FailureKind::proxy,
                       "the proxy " + address_ + " refused: " + std::to_string(status) +
                           shown_reason(parser.get().reason(), proxy) +
                           (status == 407 ? "; HTTPS_PROXY needs a user name and password" : ""));
    }
    if (buffer.size() != 0) {
      co_return failed(FailureKind::proxy, "the proxy " + address_ + " spoke out of turn");
    }
    co_return std::nullopt;
  }
  co_return failed(FailureKind::proxy, "the proxy " + address_ + " sent more than " +
                                           std::to_string(limits::interim_answers) +
                                           " interim answers (1xx)");
}

awaitable<Failure> Transport::handshake(const Endpoint& endpoint) {
  const auto expected = expect_host(stream_.native_handle(), endpoint);
  if (!expected) {
    co_return failed(FailureKind::local, expected.error().what);
  }
  stream_.on_distrust([this, host = endpoint.authority()](X509_STORE_CTX* store) {
    distrust_ = distrust(store, host);
  });
  const error_code error = co_await stream_.handshake();
  if (!error) {
    co_return std::nullopt;
  }
  if (!distrust_.empty()) {
    co_return failed(FailureKind::untrusted, distrust_);
  }
  co_return failed(FailureKind::tls,
                   "the TLS handshake with " + address_ + " failed: " + error.message());
}

}  // namespace penstock::remote
