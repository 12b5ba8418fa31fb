#include "simulator/sender.hpp"

#include <string>

#include "penstock/core/system_clock.hpp"

namespace penstock::simulator {
namespace {

namespace asio = boost::asio;

constexpr Duration peer_closes_first{5'000};
constexpr Duration peer_closes_first_at_stop{200};
constexpr Duration default_slow_headers{2'000};

Duration patience(const State& state) {
  return state.stopping ? peer_closes_first_at_stop : peer_closes_first;
}

// A session for as long as it lives: its place in the figures and in the truth.
class OpenSession {
 public:
  explicit OpenSession(const Sending& sending) : sending_(sending) {
    ++sending_.endpoint.connected;
    ++sending_.state.streaming;
  }
  ~OpenSession() {
    --sending_.endpoint.connected;
    --sending_.state.streaming;
    sending_.truth.end_session(sending_.feed.session(), ended_);
  }
  OpenSession(const OpenSession&) = delete;
  OpenSession& operator=(const OpenSession&) = delete;
  void ended(SessionState how) { ended_ = how; }

 private:
  const Sending& sending_;
  SessionState ended_ = SessionState::aborted;
};

// A session as long as it is to be told what happens.
class Listening {
 public:
  explicit Listening(const Sending& sending) : sending_(sending) {
    if (sending_.source != nullptr) {
      sending_.source->listening.push_back(&sending_.cursor);
    }
  }
  ~Listening() {
    if (sending_.source != nullptr) {
      std::erase(sending_.source->listening, &sending_.cursor);
    }
  }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  const Sending& sending_;
};

// The feed's next step.
Step next_step(const Sending& sending, MonotonicTime now) {
  SourceState* const source = sending.source;
  if (source == nullptr) {
    return sending.feed.next(now, Pace::unlimited);
  }
  source->begin_turn(sending.cursor);
  const std::uint64_t before = sending.feed.lines();
  const Step step = sending.feed.next(now, sending.state.allowance(*source, sending.cursor));
  source->pace.spend(sending.feed.lines() - before);
  source->end_turn(sending.cursor);
  return step;
}

// False: the client ended the session meanwhile.
asio::awaitable<bool> stall(Wire& wire, const State& state, Duration duration) {
  const MonotonicTime until = monotonic_now() + duration;
  while (monotonic_now() < until && !state.stopping) {
    if (wire.peer() != Wire::Peer::there) {
      co_return false;
    }
    co_await wire.wait(tick);
  }
  co_return true;
}

std::string begin_of_header(const Sending& sending) {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + std::string(sending.content_type) +
         "\r\nConnection: close\r\n";
}

asio::awaitable<SessionState> send_whole_body(Wire& wire, const Sending& sending) {
  SourceState* const source = sending.source;
  if (source != nullptr) {
    source->begin_turn(sending.cursor);
  }
  const std::string_view body = sending.feed.whole_body();
  if (source != nullptr) {
    source->pace.spend(sending.feed.lines());
    source->end_turn(sending.cursor);
  }
  const std::string header =
      begin_of_header(sending) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  if (!co_await wire.write(header) || !co_await wire.write(body)) {
    co_return SessionState::aborted;
  }
  co_return co_await wire.end_orderly(patience(sending.state));
}

asio::awaitable<bool> send_header(Wire& wire, const Sending& sending) {
  std::string header = begin_of_header(sending);
  header.append(sending.until_close() ? "\r\n" : "Transfer-Encoding: chunked\r\n\r\n");
  if (sending.fault && sending.fault->kind == FaultKind::slow_headers) {
    co_return co_await wire.write_slowly(header,
                                         sending.fault->lasts.value_or(default_slow_headers));
  }
  co_return co_await wire.write(header);
}

// How the feed wants it to end; go_on: the simulator stops; none: the connection is broken.
asio::awaitable<std::optional<Step::Then>> send_lines(Wire& wire, const Sending& sending) {
  State& state = sending.state;
  const Listening listening(sending);
  if (!co_await send_header(wire, sending)) {
    co_return std::nullopt;
  }
  while (wire.peer() == Wire::Peer::there) {
    if (state.stopping) {
      co_return Step::Then::go_on;
    }
    const MonotonicTime now = monotonic_now();
    state.advance(now);
    const Step step = next_step(sending, now);
    if (!co_await wire.write(step.bytes)) {
      break;
    }
    if (step.then == Step::Then::stall) {
      if (!co_await stall(wire, state, step.stall) ||
          !co_await wire.write(sending.feed.after_stall().bytes)) {
        break;
      }
    } else if (step.then != Step::Then::go_on) {
      co_return step.then;
    }
    if (step.bytes.empty() || (sending.source != nullptr && state.options.rate)) {
      co_await wire.wait(tick);
    }
  }
  co_return std::nullopt;
}

asio::awaitable<SessionState> send(Wire& wire, const Sending& sending) {
  if (sending.whole()) {
    co_return co_await send_whole_body(wire, sending);
  }
  const bool chunked = !sending.until_close();
  const std::optional<Step::Then> then = co_await send_lines(wire, sending);
  if (!then) {
    co_return SessionState::aborted;
  }
  switch (*then) {
    case Step::Then::end:
      co_return co_await wire.end_orderly(chunked ? patience(sending.state) : Duration::zero());
    case Step::Then::fin:
      co_return co_await wire.end_orderly(Duration::zero());
    case Step::Then::tls_truncate:
      co_return co_await wire.end_without_close_notify();
    case Step::Then::reset:
      co_return wire.reset();
    case Step::Then::go_on:
    case Step::Then::stall:
      break;
  }
  // The simulator stops. A stream may end anywhere; another body that did would seem complete.
  const bool last_chunk = chunked && sending.source != nullptr;
  if (last_chunk && !co_await wire.write("0\r\n\r\n")) {
    co_return SessionState::aborted;
  }
  co_return co_await wire.end_orderly(last_chunk ? patience(sending.state) : Duration::zero());
}

}  // namespace

SessionFeed::Framing framing_of(const std::optional<Fault>& fault) {
  return fault &&
                 (fault->kind == FaultKind::content_length || fault->kind == FaultKind::until_close)
             ? SessionFeed::Framing::none
             : SessionFeed::Framing::chunked;
}

asio::awaitable<void> send_body(Wire& wire, const Sending& sending) {
  OpenSession session(sending);
  session.ended(co_await send(wire, sending));
}

namespace {

// Without its body.
std::string header_of(const Answer& answer, bool keep_alive) {
  std::string text = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  text.append(reason_phrase(answer.status)).append("\r\nContent-Type: ");
  text.append(answer.content_type).append("\r\nContent-Length: ");
  text.append(std::to_string(answer.body.size())).append("\r\n").append(answer.headers);
  return text.append(keep_alive ? "\r\n" : "Connection: close\r\n\r\n");
}

}  // namespace

asio::awaitable<bool> send_answer(Wire& wire, const Answer& answer, bool keep_alive) {
  const std::string text = header_of(answer, keep_alive) + answer.body;
  co_return co_await wire.write(text) && keep_alive;
}

asio::awaitable<bool> send_cut_answer(Wire& wire, const State& state, const Answer& answer,
                                      std::size_t cut, Fault fault) {
  const std::string text = header_of(answer, false) + answer.body.substr(0, cut);
  const bool sent = co_await wire.write(text);
  if (sent && fault.kind == FaultKind::stall) {
    const bool waited = co_await stall(wire, state, fault.lasts.value_or(default_stall));
    if (waited) {
      co_await wire.write(std::string_view(answer.body).substr(cut));
    }
  } else if (sent && fault.kind == FaultKind::fin) {
    co_await wire.end_orderly(Duration::zero());
  } else if (sent) {
    wire.reset();
  }
  co_return false;
}

}  // namespace penstock::simulator
