#include "live_session.hpp"

#include <algorithm>

namespace penstock::scenario {

using remote::Action;
namespace outcome = remote::outcome;

namespace {

constexpr Duration stall_timeout{600'000};  // there are keep-alives on no stream
constexpr Duration dead_peer{60'000};       // TCP_USER_TIMEOUT finds it

remote::BackoffOptions backoff() {
  remote::BackoffOptions options;
  options.throttled_first = Duration{10'000};
  options.refused = Duration{20'000};
  return options;
}

}  // namespace

LiveSession::LiveSession(std::string source, std::size_t instance, RemoteModel& remote,
                         const test::TurnedClock& clock, const Clock& machine, Dice& dice,
                         Story& story, BlockLane& lane, Failed failed, Opened opened)
    : source_(std::move(source)),
      instance_(instance),
      remote_(remote),
      clock_(clock),
      machine_(machine),
      dice_(dice),
      story_(story),
      lane_(lane),
      failed_(std::move(failed)),
      opened_(std::move(opened)),
      fsm_(backoff(), stall_timeout, dice()),
      at_(clock.monotonic()),
      sessions_(lane.ring().last_recovered_session().value) {}

const Connection& LiveSession::connection() const {
  return remote_.source(source_).connections.at(connection_);
}

std::optional<MonotonicTime> LiveSession::due() const {
  switch (action_) {
    case Action::wait:
    case Action::connect:
    case Action::follow:
      return at_;
    case Action::read: {
      const MonotonicTime stall = fsm_.stalls_at(last_byte_);
      if (connection().comes_at > clock_.wall()) {
        return clock_.monotonic() + (connection().comes_at - clock_.wall());
      }
      if (connection().end != Connection::End::silent) {
        return stall;
      }
      const auto silent_for = clock_.wall() - connection().ended_at;
      return std::min(stall, clock_.monotonic() + (dead_peer - silent_for));
    }
    case Action::pause:
    case Action::stop:
      break;
  }
  return std::nullopt;
}

bool LiveSession::can_step() const {
  switch (action_) {
    case Action::read:
      return connection().comes_at <= clock_.wall() &&
             (connection().delivered < connection().bytes.size() || end_of_reading());
    case Action::pause:
      return room_;
    case Action::stop:
      return false;
    default:
      return clock_.monotonic() >= at_;
  }
}

std::optional<remote::Outcome> LiveSession::end_of_reading() const {
  switch (connection().end) {
    case Connection::End::orderly:
      return outcome::BodyEnded{};
    case Connection::End::broken:
      return outcome::Broken{"reset by peer"};
    case Connection::End::silent:
      if (clock_.wall() >= connection().ended_at + dead_peer) {
        return outcome::Broken{"no sign of the peer"};
      }
      break;
    case Connection::End::none:
      break;
  }
  return clock_.monotonic() >= fsm_.stalls_at(last_byte_)
             ? std::optional<remote::Outcome>(outcome::Stalled{})
             : std::nullopt;
}

void LiveSession::step() {
  switch (action_) {
    case Action::wait:
      go_on(outcome::Due{});
      break;
    case Action::connect:
    case Action::follow:
      go_on(connect());
      break;
    case Action::read:
      read();
      break;
    case Action::pause:
      go_on(outcome::SinkReady{connection().end != Connection::End::none});
      break;
    case Action::stop:
      break;
  }
}

void LiveSession::stop() {
  if (action_ != Action::stop) {
    go_on(outcome::StopRequested{});
  }
}

remote::Outcome LiveSession::connect() {
  if (const auto trouble = remote_.trouble(source_)) {
    if (trouble->kind == Answer::Kind::unreachable) {
      return outcome::Failed{outcome::FailureKind::unreachable, "no route"};
    }
    outcome::Answered answered;
    answered.status = trouble->status;
    answered.retry_after = trouble->retry_after;
    return answered;
  }
  connection_ = remote_.connect(source_, instance_).id;
  outcome::Answered answered;
  answered.status = 200;
  return answered;
}

void LiveSession::read() {
  Connection& from = remote_.source(source_).connections.at(connection_);
  const std::size_t there = from.bytes.size() - from.delivered;
  if (there == 0) {
    go_on(*end_of_reading());
    return;
  }
  const std::span<char> room = lane_.ring().writable();
  if (room.empty()) {
    room_ = false;
    lane_.held_back().full(clock_.monotonic());
    from.held_back_until = clock_.wall();
    from.held_back_from = from.held_back_from.value_or(clock_.wall());
    go_on(outcome::SinkFull{});
    return;
  }
  const std::size_t most = std::min(room.size(), there);
  const std::size_t count = dice_.one_in(2) ? most : 1 + dice_.below(most);
  from.bytes.copy(room.data(), count, from.delivered);
  from.delivered += count;
  from.received_at = clock_.wall();
  last_byte_ = clock_.monotonic();
  lane_.look(last_byte_, machine_.wall());
  lane_.ring().received(count, machine_.wall());
  lane_.held_back().received(last_byte_);
  story_.say(source_, "receives ", count, " bytes of connection ", connection_);
  lane_.feed();
}

void LiveSession::go_on(const remote::Outcome& what) {
  lane_.look(clock_.monotonic(), machine_.wall());
  const remote::Decision decision = fsm_.resume(what, clock_.monotonic());
  action_ = decision.action;
  if (decision.opened) {
    open_ = true;
    const SessionId session{++sessions_};
    last_byte_ = clock_.monotonic();
    story_.say(source_, "session ", session.value, " opened on connection ", connection_);
    opened_(session);
    lane_.held_back().opened(last_byte_, machine_.wall());
    lane_.ring().open_session(ChannelId{sessions_}, session, machine_.wall());
  }
  if (decision.ending) {
    if (decision.ending->was_open) {
      open_ = false;
      story_.say(source_, "session ", sessions_, " closed: ", to_string(decision.ending->cause));
      lane_.ring().close_session(decision.ending->cause,
                                 lane_.held_back().lost_since(clock_.monotonic(), machine_.wall()));
    } else {
      story_.say(source_, "no session: ", to_string(decision.ending->cause));
      failed_(decision.ending->cause);
    }
  }
  lane_.feed();
  if (action_ == Action::wait) {
    at_ = clock_.monotonic() + decision.wait;
  } else if (action_ == Action::connect) {
    at_ = clock_.monotonic() + Duration{dice_.between(1, 30)};
  }
}

}  // namespace penstock::scenario
