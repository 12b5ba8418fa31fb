#include "simulator/connection.hpp"

#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <charconv>

#include "penstock/core/system_clock.hpp"
#include "simulator/control.hpp"
#include "simulator/session_feed.hpp"

namespace penstock::simulator {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

constexpr seconds handshake_timeout{10};
constexpr seconds idle_timeout{120};    // between requests
constexpr seconds closing_timeout{10};  // for the peer to close as well
constexpr milliseconds tick{5};         // between writes of a paced stream
constexpr seconds peer_closes_first{5};
constexpr milliseconds peer_closes_first_at_stop{200};
constexpr std::size_t request_body_limit = 64 * 1024;
constexpr std::size_t truth_chunk = 64 * 1024;
constexpr Duration default_slow_headers = seconds(2);

using Request = http::request<http::string_body>;

class Connection {
 public:
  Connection(State& state, tcp::socket socket, asio::ssl::context& context)
      : state_(state), stream_(std::move(socket), context), timer_(stream_.get_executor()) {}

  asio::awaitable<void> run();

 private:
  enum class Peer { there, closed, reset };

  asio::awaitable<bool> serve_request();
  asio::awaitable<bool> send_answer(const Answer& answer, bool keep_alive);
  asio::awaitable<bool> send_truth(Source source, bool keep_alive);
  asio::awaitable<bool> serve_stream(SourceState& source, const Request& request);
  asio::awaitable<SessionState> stream(SourceState& source, const std::optional<Fault>& fault);
  asio::awaitable<SessionState> send_whole_body(SourceState& source, SessionFeed& feed);
  asio::awaitable<SessionState> send_events(SourceState& source, SessionFeed& feed,
                                            SessionFeed::Framing framing);
  asio::awaitable<bool> stall(Duration duration);
  asio::awaitable<SessionState> end_orderly(bool peer_knows_the_end);
  asio::awaitable<SessionState> end_without_close_notify();
  SessionState reset();

  asio::awaitable<bool> write(std::string_view bytes);
  asio::awaitable<bool> write_slowly(std::string_view bytes, Duration duration);
  asio::awaitable<void> wait(milliseconds duration);
  asio::awaitable<bool> close();
  tcp::socket& socket() { return stream_.next_layer().socket(); }
  Peer peer();

  State& state_;
  asio::ssl::stream<beast::tcp_stream> stream_;
  asio::steady_timer timer_;
  beast::flat_buffer input_;
};

// A session for as long as it lives: its place in the figures and in the truth.
class OpenSession {
 public:
  OpenSession(State& state, SourceState& source, std::uint64_t number)
      : state_(state), source_(source), number_(number) {
    if (source_.connected++ == 0) {
      source_.pace.restart(monotonic_now());
    }
    ++source_.sessions;
    ++state_.streaming;
  }
  ~OpenSession() {
    --source_.connected;
    --state_.streaming;
    source_.truth.end_session(number_, ended_);
  }
  OpenSession(const OpenSession&) = delete;
  OpenSession& operator=(const OpenSession&) = delete;
  void ended(SessionState how) { ended_ = how; }

 private:
  State& state_;
  SourceState& source_;
  std::uint64_t number_;
  SessionState ended_ = SessionState::aborted;
};

bool was_reset(const error_code& error) {
  return error == asio::error::connection_reset || error == asio::error::broken_pipe;
}

asio::awaitable<void> Connection::run() {
  stream_.next_layer().expires_after(handshake_timeout);
  const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, use_tuple);
  if (error) {
    co_return;
  }
  while (co_await serve_request()) {
  }
  if (socket().is_open()) {
    co_await close();
  }
}

// False: the connection is not to be used any more.
asio::awaitable<bool> Connection::serve_request() {
  http::request_parser<http::string_body> parser;
  parser.body_limit(request_body_limit);
  stream_.next_layer().expires_after(idle_timeout);
  const auto [error, size] = co_await http::async_read(stream_, input_, parser, use_tuple);
  stream_.next_layer().expires_never();
  if (error) {
    co_return false;
  }
  const Request request = parser.release();
  const std::string_view target = request.target();
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string_view method = request.method_string();
  const Options& options = state_.options;
  const bool authorised = options.token.empty() || request[options.token_header] == options.token;

  constexpr std::string_view truth = "/_sim/truth/", streams = "/v1/";
  if (method == "GET" && path.starts_with(truth)) {
    if (const auto source = source_named(path.substr(truth.size()))) {
      co_return co_await send_truth(*source, request.keep_alive());
    }
  }
  const auto source = method == "GET" && path.starts_with(streams)
                          ? source_named(path.substr(streams.size()))
                          : std::nullopt;
  if (source && authorised) {
    co_return co_await serve_stream(state_.of(*source), request);
  }
  const Answer made = answer(state_, method, path, request.body(), authorised);
  ++(source ? state_.of(*source).responses : state_.other_responses)[made.status];
  co_return co_await send_answer(made, request.keep_alive());
}

asio::awaitable<bool> Connection::send_answer(const Answer& answer, bool keep_alive) {
  std::string text = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  text.append(reason_phrase(answer.status))
      .append("\r\nContent-Type: ")
      .append(answer.content_type);
  text.append("\r\nContent-Length: ").append(std::to_string(answer.body.size())).append("\r\n");
  text.append(answer.headers).append(keep_alive ? "" : "Connection: close\r\n").append("\r\n");
  text.append(answer.body);
  co_return co_await write(text) && keep_alive;
}

asio::awaitable<bool> Connection::send_truth(Source source, bool keep_alive) {
  TruthReader reader(state_.of(source).truth, state_.generator, source, state_.options.max_event);
  ++state_.other_responses[200];
  std::string chunk =
      "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n";
  chunk.append(keep_alive ? "" : "Connection: close\r\n").append("\r\n");
  std::string records;
  bool more = true;
  while (more) {
    records.clear();
    while (more && records.size() < truth_chunk) {
      const auto record = reader.next();
      more = record.has_value();
      if (record) {
        append_json(records, *record);
      }
    }
    if (!records.empty()) {
      char digits[16];
      chunk.append(digits, std::to_chars(digits, digits + sizeof digits, records.size(), 16).ptr);
      chunk.append("\r\n").append(records).append("\r\n");
    }
    chunk.append(more ? "" : "0\r\n\r\n");
    if (!co_await write(chunk)) {
      co_return false;
    }
    chunk.clear();
  }
  co_return keep_alive;
}

asio::awaitable<bool> Connection::serve_stream(SourceState& source, const Request& request) {
  source.faults.advance(monotonic_now());
  source.faults.on_connection();
  const std::optional<Fault> fault = source.faults.take(FaultGroup::connection);
  if (fault) {
    if (const auto refusal = fault_answer(*fault, request[http::field::host], request.target())) {
      ++source.responses[refusal->status];
      co_return co_await send_answer(*refusal, request.keep_alive());
    }
  }
  ++source.responses[200];
  co_await stream(source, fault);
  co_return false;
}

asio::awaitable<SessionState> Connection::stream(SourceState& source,
                                                 const std::optional<Fault>& fault) {
  const bool whole = fault && fault->kind == FaultKind::content_length;
  const bool until_close = fault && fault->kind == FaultKind::until_close;
  const auto framing =
      whole || until_close ? SessionFeed::Framing::none : SessionFeed::Framing::chunked;
  SplitMix64 random(state_.options.seed, 0x50, source.sessions);
  const std::uint64_t lines = whole         ? random.between(20, 200)
                              : until_close ? random.between(50, 500)
                                            : Pace::unlimited;
  SessionFeed feed(state_.generator, source, state_.options.max_event, framing, lines,
                   state_.options.seed);
  OpenSession session(state_, source, feed.session());
  if (whole) {
    const SessionState how = co_await send_whole_body(source, feed);
    session.ended(how);
    co_return how;
  }
  std::string header = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
  header.append(until_close ? "\r\n" : "Transfer-Encoding: chunked\r\n\r\n");
  const bool slow = fault && fault->kind == FaultKind::slow_headers;
  const bool written =
      slow ? co_await write_slowly(header, fault->lasts.value_or(default_slow_headers))
           : co_await write(header);
  const SessionState how =
      written ? co_await send_events(source, feed, framing) : SessionState::aborted;
  session.ended(how);
  co_return how;
}

asio::awaitable<SessionState> Connection::send_whole_body(SourceState& source, SessionFeed& feed) {
  const std::string_view body = feed.whole_body();
  source.pace.spend(feed.lines());
  const std::string header =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n";
  if (!co_await write(header) || !co_await write(body)) {
    co_return SessionState::aborted;
  }
  co_return co_await end_orderly(true);
}

asio::awaitable<SessionState> Connection::send_events(SourceState& source, SessionFeed& feed,
                                                      SessionFeed::Framing framing) {
  const bool chunked = framing == SessionFeed::Framing::chunked;
  while (peer() == Peer::there) {
    if (state_.stopping) {
      if (chunked && !co_await write("0\r\n\r\n")) {
        break;
      }
      co_return co_await end_orderly(chunked);
    }
    const MonotonicTime now = monotonic_now();
    const std::uint64_t before = feed.lines();
    const Step step = feed.next(now, source.quiet ? 0 : source.pace.allowance(now));
    source.pace.spend(feed.lines() - before);
    if (!co_await write(step.bytes)) {
      break;
    }
    switch (step.then) {
      case Step::Then::go_on:
        break;
      case Step::Then::end:
        co_return co_await end_orderly(chunked);
      case Step::Then::fin:
        co_return co_await end_orderly(false);
      case Step::Then::tls_truncate:
        co_return co_await end_without_close_notify();
      case Step::Then::reset:
        co_return reset();
      case Step::Then::stall:
        if (!co_await stall(step.stall) || !co_await write(feed.after_stall().bytes)) {
          co_return SessionState::aborted;
        }
        break;
    }
    if (state_.options.rate || step.bytes.empty()) {
      co_await wait(tick);
    }
  }
  co_return SessionState::aborted;
}

// False: the client ended the session meanwhile.
asio::awaitable<bool> Connection::stall(Duration duration) {
  const MonotonicTime until = monotonic_now() + duration;
  while (monotonic_now() < until && !state_.stopping) {
    if (peer() != Peer::there) {
      co_return false;
    }
    co_await wait(tick);
  }
  co_return true;
}

// With `peer_knows_the_end` the client gets the time to close first: a client that closes while our
// close_notify is under way resets the connection, which couldn't be told from an abort.
asio::awaitable<SessionState> Connection::end_orderly(bool peer_knows_the_end) {
  if (peer_knows_the_end) {
    const MonotonicTime until =
        monotonic_now() + (state_.stopping ? peer_closes_first_at_stop : peer_closes_first);
    while (peer() == Peer::there && monotonic_now() < until) {
      co_await wait(tick);
    }
  }
  co_return co_await close() ? SessionState::orderly : SessionState::aborted;
}

asio::awaitable<SessionState> Connection::end_without_close_notify() {
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

SessionState Connection::reset() {
  error_code ignored;
  socket().set_option(asio::socket_base::linger(true, 0), ignored);
  socket().close(ignored);
  return SessionState::aborted;
}

// close_notify, and FIN once the peer has answered it. False: the peer reset the connection, so it
// may not have read everything.
asio::awaitable<bool> Connection::close() {
  const Peer before = peer();
  stream_.next_layer().expires_after(closing_timeout);
  const auto [error] = co_await stream_.async_shutdown(use_tuple);
  error_code ignored;
  socket().shutdown(tcp::socket::shutdown_both, ignored);
  socket().close(ignored);
  co_return before == Peer::closed || (before == Peer::there && !was_reset(error));
}

asio::awaitable<bool> Connection::write(std::string_view bytes) {
  if (bytes.empty()) {
    co_return true;
  }
  const auto [error, size] =
      co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), use_tuple);
  co_return !error;
}

asio::awaitable<bool> Connection::write_slowly(std::string_view bytes, Duration duration) {
  const Duration pause = duration / static_cast<Duration::rep>(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (peer() != Peer::there || !co_await write(bytes.substr(i, 1))) {
      co_return false;
    }
    co_await wait(pause);
  }
  co_return true;
}

asio::awaitable<void> Connection::wait(milliseconds duration) {
  timer_.expires_after(duration);
  co_await timer_.async_wait(use_tuple);
}

// A client has nothing to say while it is streamed to: what comes is its close_notify.
Connection::Peer Connection::peer() {
  char byte;
  const ssize_t size = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (size >= 0) {
    return Peer::closed;
  }
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Peer::there : Peer::reset;
}

}  // namespace

asio::awaitable<void> serve(State& state, tcp::socket socket, asio::ssl::context& context) {
  Connection connection(state, std::move(socket), context);
  co_await connection.run();
}

}  // namespace penstock::simulator
