#include "remote/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "penstock/remote/retry_after.hpp"
#include "remote/http_header.hpp"
#include "remote/watch.hpp"

namespace penstock::remote {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;
using boost::system::error_code;
using outcome::FailureKind;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

template <class Parser>
std::string field(const Parser& parser, http::field name) {
  return std::string(parser.get()[name]);
}

// How the body is encoded, by all headers that say so. The parser undoes `chunked` alone.
template <class Parser>
std::string codings(const Parser& parser) {
  std::string all;
  const auto add = [&](http::field name, std::string_view harmless) {
    const auto [first, last] = parser.get().equal_range(name);
    for (auto header = first; header != last; ++header) {
      if (!iequals_ascii(header->value(), harmless)) {
        all += (all.empty() ? "" : ", ") + std::string(header->value());
      }
    }
  };
  add(http::field::content_encoding, "identity");
  add(http::field::transfer_encoding, "chunked");
  return all;
}

bool is_parse_error(const error_code& ec) {
  return ec.category() == http::make_error_code(http::error::need_more).category();
}

}  // namespace

Connection::Connection(asio::io_context& io, asio::ssl::context& tls, AddressChoice& choice,
                       Duration connect_timeout, Duration header_timeout)
    : io_(io),
      connect_timeout_(connect_timeout),
      header_timeout_(header_timeout),
      transport_(io, tls, choice),
      buffer_(static_cast<std::size_t>(limits::receive_buffer.count)) {}

void Connection::abort() {
  aborted_ = true;
  transport_.abort();
}

void Connection::drop_sink() {
  if (parser_) {
    parser_->get().body().sink = nullptr;
  }
}

Watch::Look Connection::until(MonotonicTime deadline) {
  return [this, deadline]() -> std::optional<MonotonicTime> {
    if (monotonic_now() < deadline) {
      return deadline;
    }
    timed_out_ = true;
    transport_.abort();
    return std::nullopt;
  };
}

awaitable<Outcome> Connection::open(const Endpoint& endpoint, const std::optional<Proxy>& proxy,
                                    const std::string& request) {
  Outcome what = co_await reach_and_ask(endpoint, proxy, request);
  if (!aborted_) {
    transport_.tried(what);
  }
  co_return what;
}

awaitable<Outcome> Connection::reach_and_ask(const Endpoint& endpoint,
                                             const std::optional<Proxy>& proxy,
                                             const std::string& request) {
  Failure failure;
  {
    const MonotonicTime deadline = monotonic_now() + connect_timeout_;
    const Watch watch(io_.get_executor(), until(deadline));
    failure = co_await transport_.reach(endpoint, proxy, deadline);
  }
  if (timed_out_) {
    co_return outcome::Failed{FailureKind::unreachable,
                              "no connection to " + endpoint.authority() + " within " +
                                  to_string(connect_timeout_) +
                                  (failure ? ": " + failure->detail : "")};
  }
  if (failure) {
    co_return std::move(*failure);
  }
  co_return co_await ask(endpoint, request);
}

awaitable<Outcome> Connection::ask(const Endpoint& endpoint, const std::string& request) {
  Failure failure;
  used_ = true;
  ended_whole_ = false;
  redirect_.reset();
  buffer_.reserve(buffer_.max_size());
  {
    const Watch watch(io_.get_executor(), until(monotonic_now() + header_timeout_));
    failure = co_await exchange(request);
  }
  if (timed_out_) {
    co_return outcome::Failed{
        FailureKind::no_answer,
        "no response header from " + transport_.address() + " within " + to_string(header_timeout_),
        true};
  }
  if (failure) {
    co_return std::move(*failure);
  }
  co_return answer(endpoint);
}

awaitable<Failure> Connection::exchange(const std::string& request) {
  if (const error_code error = co_await transport_.stream().write(request)) {
    co_return failed(FailureKind::no_answer, "sending the request to " + transport_.address() +
                                                 " failed: " + error.message());
  }
  Failure failure = co_await read_header();
  co_return failure;
}

awaitable<Failure> Connection::read_header() {
  for (int interim = 0; interim <= limits::interim_answers; ++interim) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits::response_header.count));
    parser_->body_limit(boost::none);
    const auto read = [this](asio::mutable_buffer room) { return transport_.stream().read(room); };
    const error_code error =
        co_await read_until_header(read, buffer_, *parser_, buffer_.max_size());
    if (error && is_parse_error(error)) {
      co_return failed(FailureKind::malformed,
                       transport_.address() + " answered what isn't HTTP/1.1: " + error.message());
    }
    if (error) {
      co_return failed(FailureKind::no_answer,
                       "the connection to " + transport_.address() +
                           " ended before a response header: " + error.message());
    }
    if (!is_interim(parser_->get().result_int())) {
      co_return std::nullopt;
    }
  }
  co_return failed(FailureKind::malformed, transport_.address() + " sent more than " +
                                               std::to_string(limits::interim_answers) +
                                               " interim answers (1xx)");
}

outcome::Answered Connection::answer(const Endpoint& endpoint) {
  last_byte_ = monotonic_now();
  outcome::Answered answered;
  answered.status = parser_->get().result_int();
  answered.reason = printable(parser_->get().reason());
  answered.address = transport_.address();
  answered.content_encoding = printable(codings(*parser_));
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
  TlsStream& stream = transport_.stream();
  int in_turn = 0;  // reads that found something at once
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
      ended_whole_ = parser.keep_alive() && buffer_.size() == 0;
      if (ended_whole_) {
        buffer_.shrink_to_fit();  // it may be long until the next request, or for ever
      }
      co_return outcome::BodyEnded{};
    }
    if (buffer_.size() == buffer_.max_size()) {
      co_return outcome::Broken{"what came is no HTTP body: a chunk header has no end"};
    }
    // Not where it was aborted: the read says so.
    if (body.sink != nullptr && sink.is_ahead() && stream.socket().is_open()) {
      asio::steady_timer timer(io_, limits::read_ahead_step);
      co_await timer.async_wait(as_result);
      last_byte_ = monotonic_now();  // it isn't the remote that is silent
      continue;
    }
    const auto room = buffer_.prepare(buffer_.max_size() - buffer_.size());
    if (++in_turn > limits::reads_in_turn) {
      in_turn = 0;
      co_await asio::post(io_, asio::use_awaitable);
    }
    error_code error;
    const std::size_t count = stream.read_some(room, error);
    if (error == asio::error::would_block) {
      in_turn = 0;
      error = co_await stream.await_more();
      if (!error) {
        continue;
      }
    }
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
    if (error == asio::ssl::error::stream_truncated) {
      co_return outcome::Broken{"the connection was cut off, without an end of TLS"};
    }
    co_return outcome::Broken{error.message()};
  }
}

}  // namespace penstock::remote
