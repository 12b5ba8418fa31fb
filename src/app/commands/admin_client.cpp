#include "app/commands/admin_client.hpp"

#include <sys/un.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <exception>
#include <utility>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "penstock/remote/lookup.hpp"

namespace penstock::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using asio::awaitable;
using boost::system::error_code;
using Local = asio::local::stream_protocol;
using Answered = Result<AdminAnswer>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr auto patience = 2 * limits::admin_timeout;

struct Call {
  AdminAddress address;
  http::verb verb;
  std::string target;

  Error failed(const std::string& what, const error_code& error) const {
    return make_error(Errc::network, what + address.text() + ": " + error.message());
  }
};

// On a stream that is connected.
template <class Stream>
awaitable<Answered> exchange(Stream& stream, const Call& call) {
  const AdminAddress& to = call.address;
  http::request<http::empty_body> request(call.verb, to.base + call.target, 11);
  request.set(http::field::host, to.socket.empty() ? to.host + ":" + std::to_string(to.port)
                                                   : std::string("localhost"));
  if (!to.authorization.empty()) {
    request.set(http::field::authorization, to.authorization);
  }
  request.keep_alive(false);
  request.prepare_payload();
  const auto [unsent, sent] = co_await http::async_write(stream, request, as_result);
  static_cast<void>(sent);
  if (unsent) {
    co_return call.failed("no answer from the daemon on ", unsent);
  }
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(limits::admin_answer.count);
  const auto [unread, read] = co_await http::async_read(stream, buffer, parser, as_result);
  static_cast<void>(read);
  if (unread) {
    co_return call.failed("no answer from the daemon on ", unread);
  }
  auto answer = parser.release();
  co_return AdminAnswer{answer.result_int(), std::move(answer.body())};
}

awaitable<Answered> over_socket(asio::io_context& io, const Call& call) {
  const std::string path = call.address.socket.string();
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    co_return make_error(Errc::invalid_argument,
                         "admin.socket: the path is too long for a UNIX socket");
  }
  beast::basic_stream<Local> stream(io);
  stream.expires_after(patience);
  const Local::endpoint endpoint(path);
  const auto [unconnected] = co_await stream.async_connect(endpoint, as_result);
  if (unconnected == boost::system::errc::permission_denied) {
    co_return call.failed("not allowed, be root or in the daemon's group: ", unconnected);
  }
  if (unconnected) {
    co_return call.failed("no daemon answers on ", unconnected);
  }
  co_return co_await exchange(stream, call);
}

// What is left of `patience` holds for what follows on the stream, too.
awaitable<error_code> connect(asio::io_context& io, beast::tcp_stream& stream,
                              const AdminAddress& to) {
  const MonotonicTime until = monotonic_now() + patience;
  remote::Lookup lookup(io);
  const auto found = co_await lookup.find(to.host, to.port, until);
  if (!found) {
    co_return asio::error::make_error_code(asio::error::timed_out);
  }
  if (found->error) {
    co_return found->error;
  }
  stream.expires_at(until);
  const auto [unconnected, endpoint] = co_await stream.async_connect(found->addresses, as_result);
  static_cast<void>(endpoint);
  co_return unconnected;
}

awaitable<Answered> over_tcp(asio::io_context& io, const Call& call) {
  beast::tcp_stream stream(io);
  const error_code unconnected = co_await connect(io, stream, call.address);
  if (unconnected) {
    co_return call.failed("no daemon answers on ", unconnected);
  }
  co_return co_await exchange(stream, call);
}

awaitable<Answered> over_tls(asio::io_context& io, const Call& call) {
  const AdminAddress& to = call.address;
  ssl::context trust(ssl::context::tls_client);
  error_code untrusting;
  trust.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 |
                    ssl::context::no_tlsv1_1);
  trust.set_verify_mode(ssl::verify_peer);
  trust.set_verify_callback(ssl::host_name_verification(to.host));
  if (to.ca_file) {
    trust.load_verify_file(to.ca_file->string(), untrusting);
  } else {
    trust.set_default_verify_paths(untrusting);
  }
  if (untrusting) {
    co_return make_error(
        Errc::tls, "can't read certificates to trust" +
                       (to.ca_file ? " from " + printable(to.ca_file->string()) : std::string()) +
                       ": " + untrusting.message());
  }
  beast::ssl_stream<beast::tcp_stream> stream(io, trust);
  const error_code unconnected = co_await connect(io, stream.next_layer(), to);
  if (unconnected) {
    co_return call.failed("no daemon answers on ", unconnected);
  }
  // SNI is for names only (RFC 6066, section 3).
  error_code no_address;
  asio::ip::make_address(to.host, no_address);
  if (no_address) {
    std::string name = to.host;
    // What SSL_set_tlsext_host_name is, without its C cast.
    SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             name.data());
  }
  const auto [untrusted] = co_await stream.async_handshake(ssl::stream_base::client, as_result);
  if (untrusted) {
    co_return call.failed("no TLS that is trusted, is the CA in --ca-file? ", untrusted);
  }
  co_return co_await exchange(stream, call);
}

}  // namespace

awaitable<Answered> ask_admin(asio::io_context& io, AdminAddress address, http::verb verb,
                              std::string target) {
  const Call call{std::move(address), verb, std::move(target)};
  if (!call.address.socket.empty()) {
    co_return co_await over_socket(io, call);
  }
  if (call.address.tls) {
    co_return co_await over_tls(io, call);
  }
  co_return co_await over_tcp(io, call);
}

Answered ask_admin_now(const AdminAddress& address, http::verb verb, const std::string& target) {
  asio::io_context io;
  Answered answered = make_error(Errc::network, "no answer");
  asio::co_spawn(io, ask_admin(io, address, verb, target),
                 [&](const std::exception_ptr& failure, Answered result) {
                   if (failure) {
                     std::rethrow_exception(failure);
                   }
                   answered = std::move(result);
                 });
  io.run();
  return answered;
}

}  // namespace penstock::app
