#include "penstock/remote/session_fsm.hpp"

#include <algorithm>
#include <cassert>

#include "penstock/core/limits.hpp"
#include "remote/answer_text.hpp"

namespace penstock::remote {
namespace {

using outcome::FailureKind;

// For people: `250ms`, `1500ms`, `61s`.
std::string shown(Duration wait) {
  constexpr std::chrono::seconds exact_below{10};
  return wait < exact_below ? to_string(wait)
                            : to_string(Duration(std::chrono::round<std::chrono::seconds>(wait)));
}

// Alike failures share it. What is wrong with a certificate or a file is part of it; the address
// that didn't answer isn't.
std::string reason_of(const outcome::Failed& failure) {
  switch (failure.kind) {
    case FailureKind::untrusted:
    case FailureKind::token:
    case FailureKind::local:
      return failure.detail;
    case FailureKind::unreachable:
    case FailureKind::proxy:
    case FailureKind::tls:
    case FailureKind::no_answer:
    case FailureKind::malformed:
      break;
  }
  return std::to_string(static_cast<int>(failure.kind));
}

}  // namespace

SessionFsm::SessionFsm(const BackoffOptions& backoff, Duration stall_timeout, std::uint64_t seed)
    : options_(backoff),
      stall_timeout_(stall_timeout),
      random_(seed),
      network_(Duration(0), backoff.network_step, backoff.network_max),
      http_(backoff.http_first, backoff.http_max),
      throttled_(backoff.throttled_first, backoff.throttled_max) {}

Decision SessionFsm::resume(const Outcome& outcome, MonotonicTime now) {
  return std::visit([&](const auto& what) { return on(what, now); }, outcome);
}

void SessionFsm::reconfigure(const BackoffOptions& backoff, Duration stall_timeout) {
  stall_timeout_ = stall_timeout;
  if (options_ == backoff) {
    return;
  }
  options_ = backoff;
  network_ = LinearBackoff(Duration(0), backoff.network_step, backoff.network_max);
  http_ = DoublingBackoff(backoff.http_first, backoff.http_max);
  throttled_ = DoublingBackoff(backoff.throttled_first, backoff.throttled_max);
}

MonotonicTime SessionFsm::stalls_at(MonotonicTime last_byte) const {
  return std::max(last_byte, reading_since_) + stall_timeout_;
}

Decision SessionFsm::on(const outcome::Due&, MonotonicTime) {
  assert(state_ == State::idle);
  state_ = State::connecting;
  redirects_ = 0;
  Decision decision;
  decision.action = Action::connect;
  return decision;
}

Decision SessionFsm::on(const outcome::Failed& failure, MonotonicTime) {
  const auto fail_as = [&](Class back_off, DisconnectCause cause,
                           SourceEvent event = SourceEvent::disconnected) {
    return fail(back_off, cause, event, reason_of(failure), failure.detail);
  };
  switch (failure.kind) {
    case FailureKind::unreachable:
    case FailureKind::proxy:
    case FailureKind::tls:
    case FailureKind::no_answer:
      return fail_as(Class::network, DisconnectCause::unreachable);
    case FailureKind::untrusted:
      return fail_as(Class::network, DisconnectCause::refused);
    case FailureKind::malformed:
      return fail_as(Class::http, DisconnectCause::server_error);
    case FailureKind::token:
      return fail_as(Class::refused, DisconnectCause::refused, SourceEvent::unauthorised);
    case FailureKind::local:
      break;
  }
  return fail_as(Class::refused, DisconnectCause::unreachable);
}

Decision SessionFsm::on(const outcome::Answered& answer, MonotonicTime now) {
  assert(state_ == State::connecting);
  const auto fail_as = [&](Class back_off, DisconnectCause cause, SourceEvent event) {
    return fail(back_off, cause, event, std::to_string(answer.status), status_line(answer),
                answer.retry_after);
  };
  if (answer.redirect != Redirect::none) {
    return redirected(answer);
  }
  switch (answer.status) {
    case 200:
      break;
    case 401:
    case 403:
      return fail_as(Class::refused, DisconnectCause::refused, SourceEvent::unauthorised);
    case 404:
      return fail_as(Class::refused, DisconnectCause::refused, SourceEvent::not_found);
    case 420:
    case 429:
      return fail_as(Class::throttled, DisconnectCause::throttled, SourceEvent::throttled);
    default:
      return fail_as(Class::http, DisconnectCause::server_error, SourceEvent::disconnected);
  }
  if (std::string fault = coding_fault(answer); !fault.empty()) {
    return fail(Class::http, DisconnectCause::server_error, SourceEvent::disconnected,
                "content encoding", std::move(fault));
  }
  state_ = State::streaming;
  reading_since_ = now;
  streamed_ = std::chrono::nanoseconds(0);
  remote_gone_ = false;
  last_failure_.clear();
  Decision decision;
  decision.action = Action::read;
  decision.opened = true;
  decision.notices.push_back({SourceEvent::connected, answer.address});
  return decision;
}

Decision SessionFsm::redirected(const outcome::Answered& answer) {
  const auto fail_as = [&](Class back_off, DisconnectCause cause, std::string reason) {
    return fail(back_off, cause, SourceEvent::disconnected, std::move(reason),
                redirect_refused(answer));
  };
  switch (answer.redirect) {
    case Redirect::same_origin:
      if (redirects_ < limits::redirects) {
        ++redirects_;
        Decision decision;
        decision.action = Action::follow;
        return decision;
      }
      return fail_as(Class::refused, DisconnectCause::refused, "redirects");
    case Redirect::elsewhere:
      return fail_as(Class::refused, DisconnectCause::refused,
                     status_line(answer) + " to " + answer.location);
    case Redirect::none:
      assert(false);
      break;
    case Redirect::unusable:
      break;
  }
  return fail_as(Class::http, DisconnectCause::server_error, std::to_string(answer.status));
}

Decision SessionFsm::on(const outcome::SinkFull&, MonotonicTime now) {
  assert(state_ == State::streaming);
  state_ = State::paused;
  streamed_ += now - reading_since_;
  Decision decision;
  decision.action = Action::pause;
  decision.notices.push_back({SourceEvent::paused, "no room for what comes; reading stops"});
  return decision;
}

Decision SessionFsm::on(const outcome::SinkReady& ready, MonotonicTime now) {
  assert(state_ == State::paused);
  state_ = State::streaming;
  reading_since_ = now;
  remote_gone_ = ready.remote_gone;
  Decision decision;
  decision.action = Action::read;
  decision.notices.push_back({SourceEvent::resumed, ""});
  return decision;
}

Decision SessionFsm::on(const outcome::BodyEnded&, MonotonicTime now) {
  return end_session(DisconnectCause::ended, SourceEvent::disconnected, "the body came to its end",
                     now);
}

Decision SessionFsm::on(const outcome::Broken& broken, MonotonicTime now) {
  return end_session(remote_gone_ ? DisconnectCause::paused : DisconnectCause::aborted,
                     SourceEvent::disconnected, broken.detail, now);
}

Decision SessionFsm::on(const outcome::Stalled&, MonotonicTime now) {
  return end_session(DisconnectCause::stalled, SourceEvent::stalled,
                     "no byte for " + to_string(stall_timeout_), now);
}

Decision SessionFsm::on(const outcome::StopRequested&, MonotonicTime) {
  Decision decision;
  decision.action = Action::stop;
  if (state_ == State::streaming || state_ == State::paused) {
    decision.ending = Ending{.cause = DisconnectCause::daemon_down,
                             .was_open = true,
                             .alarm = false,
                             .repeated = false,
                             .detail = "stopped"};
    decision.notices.push_back({SourceEvent::disconnected, "stopped"});
  }
  state_ = State::stopped;
  return decision;
}

Decision SessionFsm::end_session(DisconnectCause cause, SourceEvent event, std::string detail,
                                 MonotonicTime now) {
  assert(state_ == State::streaming);  // of an end during a pause, reading tells behind it
  reset_if_healthy(now);
  state_ = State::idle;
  Decision decision;
  decision.action = Action::wait;
  decision.wait = jittered(next_wait(Class::network), options_.jitter, random_);
  decision.notices.push_back({event, std::string(to_string(cause)) + ": " + detail});
  decision.ending = Ending{.cause = cause,
                           .was_open = true,
                           .alarm = false,
                           .repeated = false,
                           .detail = std::move(detail)};
  return decision;
}

Decision SessionFsm::fail(Class back_off, DisconnectCause cause, SourceEvent event,
                          std::string reason, std::string detail,
                          std::optional<Duration> retry_after) {
  assert(state_ == State::connecting);
  state_ = State::idle;
  Decision decision;
  decision.action = Action::wait;
  Duration wait;
  if (back_off == Class::throttled && retry_after) {
    wait = *retry_after;
    // Never earlier than told.
    decision.wait = wait + std::chrono::abs(jittered(wait, options_.jitter, random_) - wait);
  } else {
    wait = next_wait(back_off);
    decision.wait = jittered(wait, options_.jitter, random_);
  }

  // Two events never share a reason: statuses, kinds and texts differ.
  const bool changed = last_failure_ != reason;
  const bool grown = wait >= 2 * last_line_wait_;
  if (changed || grown) {
    last_line_wait_ = wait;
  }
  last_failure_ = std::move(reason);
  const bool alarm = back_off == Class::refused || cause == DisconnectCause::refused;
  decision.for_help = alarm;
  if (changed) {
    decision.notices.push_back({event, detail + "; next attempt in " + shown(decision.wait)});
  }
  decision.ending = Ending{.cause = cause,
                           .was_open = false,
                           .alarm = alarm,
                           .repeated = !changed && !grown,
                           .detail = std::move(detail)};
  return decision;
}

Duration SessionFsm::next_wait(Class back_off) {
  switch (back_off) {
    case Class::network:
      return network_.next();
    case Class::http:
      return http_.next();
    case Class::throttled:
      return throttled_.next();
    case Class::refused:
      break;
  }
  return options_.refused;
}

void SessionFsm::reset_if_healthy(MonotonicTime now) {
  streamed_ += now - reading_since_;
  if (streamed_ >= options_.healthy_after) {
    network_.reset();
    http_.reset();
    throttled_.reset();
  }
}

}  // namespace penstock::remote
