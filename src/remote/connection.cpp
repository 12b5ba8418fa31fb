#include "remote/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "penstock/remote/retry_after.hpp"
#include "remote/tcp_options.hpp"
#include "remote/tls.hpp"
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

std::optional<outcome::Failed> failed(FailureKind kind, std::string detail) {
  return outcome::Failed{kind, std::move(detail)};
}

std::string text_of(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" +
         std::to_string(endpoint.port());
}

template <class Parser>
std::string field(const Parser& parser, http::field name) {
  return std::string(parser.get()[name]);
}

// Reads until the parser has a whole header. An error of the parser has Beast's http category.
template <class Stream, class Parser>
awaitable<error_code> read_until_header(Stream& stream, boost::beast::flat_buffer& buffer,
                                        Parser& parser, std::size_t chunk) {
  while (true) {
    error_code ec;
    if (buffer.size() > 0) {
      buffer.consume(parser.put(buffer.data(), ec));
      if (parser.is_header_done() || (ec && ec != http::error::need_more)) {
        co_return ec;
      }
      if (!ec) {
        continue;
      }
    }
    const std::size_t room = std::min(chunk, buffer.max_size() - buffer.size());
    if (room == 0) {
      co_return http::make_error_code(http::error::header_limit);
    }
    auto [error, count] = co_await stream.async_read_some(buffer.prepare(room), as_result);
    buffer.commit(count);
    if (error) {
      co_return error;
    }
  }
}

bool is_parse_error(const error_code& ec) {
  return ec.category() == http::make_error_code(http::error::need_more).category();
}

}  // namespace

// A name resolution. getaddrinfo(3) can't be interrupted: an abandoned one ends on its own.
struct Connection::Lookup {
  explicit Lookup(asio::io_context& io) : resolver(io), done(io) {}
  tcp::resolver resolver;
  asio::steady_timer done;  // cancelled when there is a result, or nobody waits for it any more
  bool complete = false;
  error_code error;
  std::vector<tcp::endpoint> addresses;
};

Connection::Connection(asio::io_context& io, asio::ssl::context& tls, Duration timeout)
    : io_(io),
      timeout_(timeout),
      stream_(io, tls),
      buffer_(static_cast<std::size_t>(limits::receive_buffer.count)) {
  buffer_.reserve(buffer_.max_size());
}

void Connection::abort() {
  aborted_ = true;
  if (lookup_) {
    lookup_->done.cancel();
    lookup_->resolver.cancel();  // one that waits for its turn never starts
  }
  error_code ignored;
  stream_.next_layer().close(ignored);
}

void Connection::drop_sink() {
  if (parser_) {
    parser_->get().body().sink = nullptr;
  }
}

bool Connection::remote_gone() { return ended_by_remote(stream_.next_layer().native_handle()); }

awaitable<Outcome> Connection::open(const Endpoint& endpoint, const std::optional<Proxy>& proxy,
                                    const std::string& request) {
  const auto phase = [this](MonotonicTime deadline) -> Watch::Look {
    return [this, deadline]() -> std::optional<MonotonicTime> {
      if (monotonic_now() < deadline) {
        return deadline;
      }
      timed_out_ = true;
      abort();
      return std::nullopt;
    };
  };
  Failure failure;
  {
    const Watch watch(io_.get_executor(), phase(monotonic_now() + timeout_));
    failure = co_await reach(endpoint, proxy);
  }
  if (timed_out_) {
    co_return outcome::Failed{FailureKind::unreachable,
                              "no connection to " + endpoint.authority() + " within " +
                                  to_string(timeout_) + (failure ? ": " + failure->detail : "")};
  }
  if (failure) {
    co_return std::move(*failure);
  }
  {
    const Watch watch(io_.get_executor(), phase(monotonic_now() + timeout_));
    failure = co_await exchange(request);
  }
  if (timed_out_) {
    co_return outcome::Failed{FailureKind::no_answer, "no response header from " + address_ +
                                                          " within " + to_string(timeout_)};
  }
  if (failure) {
    co_return std::move(*failure);
  }
  co_return answer(endpoint);
}

awaitable<Connection::Failure> Connection::reach(const Endpoint& endpoint,
                                                 const std::optional<Proxy>& proxy) {
  const MonotonicTime deadline = monotonic_now() + timeout_;
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

awaitable<Connection::Failure> Connection::resolve(const std::string& host, std::uint16_t port) {
  error_code ec;
  const auto address = asio::ip::make_address(host, ec);
  if (!ec) {
    addresses_ = {tcp::endpoint(address, port)};
    co_return std::nullopt;
  }
  lookup_ = std::make_shared<Lookup>(io_);
  lookup_->done.expires_at(asio::steady_timer::time_point::max());
  lookup_->resolver.async_resolve(
      host, std::to_string(port),
      [lookup = lookup_](const error_code& error, const tcp::resolver::results_type& results) {
        lookup->error = error;
        lookup->complete = true;
        for (const auto& result : results) {
          lookup->addresses.push_back(result.endpoint());
        }
        lookup->done.cancel();
      });
  auto [woken] = co_await lookup_->done.async_wait(as_result);
  static_cast<void>(woken);  // always operation_aborted
  if (!lookup_->complete) {
    co_return failed(FailureKind::unreachable, "resolving " + host + " takes too long");
  }
  if (lookup_->error || lookup_->addresses.empty()) {
    co_return failed(FailureKind::unreachable,
                     "resolving " + host + " failed: " + lookup_->error.message());
  }
  addresses_ = std::move(lookup_->addresses);
  lookup_.reset();
  co_return std::nullopt;
}

awaitable<Connection::Failure> Connection::connect(MonotonicTime deadline) {
  Socket& socket = stream_.next_layer();
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
      co_return std::nullopt;
    }
  }
  co_return failed(FailureKind::unreachable,
                   "connecting to " + address_ + " failed: " + error.message());
}

awaitable<Connection::Failure> Connection::tunnel(const Endpoint& endpoint, const Proxy& proxy) {
  Socket& socket = stream_.next_layer();
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
  http::response_parser<http::empty_body> parser;
  parser.skip(true);  // a 2xx answer to CONNECT has no body, whatever its header says
  const error_code error = co_await read_until_header(socket, buffer, parser, buffer.max_size());
  if (error) {
    co_return failed(FailureKind::proxy,
                     "the proxy " + address_ + " gave no answer: " + error.message());
  }
  const unsigned status = parser.get().result_int();
  if (status / 100 != 2) {
    co_return failed(FailureKind::proxy,
                     "the proxy " + address_ + " refused: " + std::to_string(status) + " " +
                         printable(parser.get().reason()) +
                         (status == 407 ? "; HTTPS_PROXY needs a user name and password" : ""));
  }
  if (buffer.size() != 0) {
    co_return failed(FailureKind::proxy, "the proxy " + address_ + " spoke out of turn");
  }
  co_return std::nullopt;
}

awaitable<Connection::Failure> Connection::handshake(const Endpoint& endpoint) {
  const auto expected = expect_host(stream_.native_handle(), endpoint);
  if (!expected) {
    co_return failed(FailureKind::local, expected.error().what);
  }
  stream_.set_verify_callback([this, &endpoint](bool trusted, asio::ssl::verify_context& context) {
    if (!trusted) {
      distrust_ = distrust(context.native_handle(), endpoint.authority());
    }
    return trusted;
  });
  auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::client, as_result);
  if (!error) {
    co_return std::nullopt;
  }
  if (!distrust_.empty()) {
    co_return failed(FailureKind::untrusted, distrust_);
  }
  co_return failed(FailureKind::tls,
                   "the TLS handshake with " + address_ + " failed: " + error.message());
}

awaitable<Connection::Failure> Connection::exchange(const std::string& request) {
  auto [error, written] = co_await asio::async_write(stream_, asio::buffer(request), as_result);
  static_cast<void>(written);
  if (error) {
    co_return failed(FailureKind::no_answer,
                     "sending the request to " + address_ + " failed: " + error.message());
  }
  Failure failure = co_await read_header();
  co_return failure;
}

awaitable<Connection::Failure> Connection::read_header() {
  for (int interim = 0; interim <= limits::interim_answers; ++interim) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits::response_header.count));
    parser_->body_limit(boost::none);
    const error_code error =
        co_await read_until_header(stream_, buffer_, *parser_, buffer_.max_size());
    if (error && is_parse_error(error)) {
      co_return failed(FailureKind::malformed,
                       address_ + " answered what isn't HTTP/1.1: " + error.message());
    }
    if (error) {
      co_return failed(
          FailureKind::no_answer,
          "the connection to " + address_ + " ended before a response header: " + error.message());
    }
    const unsigned status = parser_->get().result_int();
    // 101 ends HTTP on the connection (RFC 9110 section 15.2.2); it isn't interim.
    if (status / 100 != 1 || status == 101) {
      co_return std::nullopt;
    }
  }
  co_return failed(FailureKind::malformed, address_ + " sent more than " +
                                               std::to_string(limits::interim_answers) +
                                               " interim answers (1xx)");
}

outcome::Answered Connection::answer(const Endpoint& endpoint) {
  last_byte_ = monotonic_now();
  outcome::Answered answered;
  answered.status = parser_->get().result_int();
  answered.reason = printable(parser_->get().reason());
  answered.address = address_;
  answered.content_encoding = printable(field(*parser_, http::field::content_encoding));
  answered.retry_after = parse_retry_after(field(*parser_, http::field::retry_after), wall_now());
  switch (answered.status) {
    case 301:
    case 302:
    case 303:
    case 307:
    case 308: {
      const std::string location = field(*parser_, http::field::location);
      RedirectTarget target = judge_redirect(endpoint, location);
      answered.redirect = target.kind;
      answered.location = printable(location);
      redirect_ = std::move(target.endpoint);
      break;
    }
    default:
      break;
  }
  return answered;
}

awaitable<Outcome> Connection::read(ByteSink& sink, Counter& received) {
  Parser& parser = *parser_;
  auto& body = parser.get().body();
  body.sink = &sink;
  parser.eager(true);
  while (true) {
    const std::uint64_t before = body.received;
    error_code ec;
    while (buffer_.size() > 0 && !parser.is_done() && !ec) {
      buffer_.consume(parser.put(buffer_.data(), ec));
    }
    if (body.received != before) {
      received.add(body.received - before);
    }
    if (ec == http::error::need_buffer) {
      co_return outcome::SinkFull{};
    }
    if (ec && ec != http::error::need_more) {
      co_return outcome::Broken{"what came is no HTTP body: " + ec.message()};
    }
    if (parser.is_done()) {
      co_return outcome::BodyEnded{};
    }
    if (buffer_.size() == buffer_.max_size()) {
      co_return outcome::Broken{"what came is no HTTP body: a chunk header has no end"};
    }
    auto [error, count] = co_await stream_.async_read_some(
        buffer_.prepare(buffer_.max_size() - buffer_.size()), as_result);
    buffer_.commit(count);
    if (!error) {
      last_byte_ = monotonic_now();
      continue;
    }
    if (error == asio::error::eof) {
      // The end of a body that has no other; of any other body it is a cut.
      parser.put_eof(ec);
      if (!ec) {
        co_return outcome::BodyEnded{};
      }
      co_return outcome::Broken{"the connection ended before the body did"};
    }
    co_return outcome::Broken{error.message()};
  }
}

}  // namespace penstock::remote
