#include "penstock/remote/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/remote/endpoint.hpp"
#include "remote/requester.hpp"

namespace penstock::remote {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

AccessOptions access_options(const SessionOptions& options) {
  return {.token_header = options.token_header,
          .read_token = options.read_token,
          .ca_file = options.ca_file,
          .connect_timeout = options.connect_timeout,
          .user_agent = options.user_agent,
          .proxy = options.proxy};
}

}  // namespace

class Session::Impl {
 public:
  Impl(asio::io_context& io, SessionOptions options, ByteSink& sink, SessionListener& listener,
       SourceCounters& counters, Log& log)
      : io_(io),
        options_(std::move(options)),
        sink_(sink),
        listener_(listener),
        counters_(counters),
        log_(log),
        target_(parse_endpoint(options_.url)),
        access_(access_options(options_)),
        requester_(io, access_),
        fsm_(options_.backoff, options_.stall_timeout, options_.seed),
        timer_(io) {}

  static void start(const std::shared_ptr<Impl>& self) {
    self->running_ = true;
    asio::co_spawn(self->io_, run(self), [](const std::exception_ptr& failure) {
      if (failure) {
        std::rethrow_exception(failure);  // out of io_context::run
      }
    });
  }

  void reconfigure(const SessionOptions& options) {
    access_.replace(access_options(options));
    fsm_.reconfigure(options.backoff, options.stall_timeout);
    if (waits_for_help_) {
      timer_.cancel();
    }
  }

  void resume() {
    if (!room_) {
      room_ = true;
      timer_.cancel();
    }
  }

  void stop(std::function<void()> stopped) {
    if (!running_) {
      asio::post(io_, std::move(stopped));
      return;
    }
    stopped_ = std::move(stopped);
    interrupt();
  }

  void abandon() {
    abandoned_ = true;
    requester_.drop_sink();
    interrupt();
  }

 private:
  // Each action of the FSM ends early when interrupted.
  void interrupt() {
    stopping_ = true;
    timer_.cancel();
    requester_.abort();
  }

  // `self` keeps the frame's references good.
  static awaitable<void> run(std::shared_ptr<Impl> self) {
    Impl& session = *self;
    Outcome what = outcome::Due{};
    while (true) {
      if (session.stopping_) {
        what = outcome::StopRequested{};
      }
      const Decision decision = session.fsm_.resume(what, monotonic_now());
      session.tell(decision);
      if (decision.action == Action::stop) {
        break;
      }
      if (session.stopping_) {
        continue;  // the listener just asked for it
      }
      what = co_await session.act(decision);
      if (session.abandoned_) {
        co_return;
      }
    }
    session.running_ = false;
    const auto stopped = std::move(session.stopped_);
    if (stopped) {
      stopped();
    }
  }

  awaitable<Outcome> act(const Decision& decision) {
    Outcome what;
    switch (decision.action) {
      case Action::connect:
        what = co_await requester_.get(target_);
        break;
      case Action::follow:
        what = co_await requester_.get(requester_.redirect());
        break;
      case Action::read:
        what = co_await read();
        break;
      case Action::pause:
        what = co_await pause();
        break;
      case Action::wait:
        waits_for_help_ = decision.for_help;
        what = co_await wait(decision.wait);
        waits_for_help_ = false;
        break;
      case Action::stop:
        break;
    }
    co_return what;
  }

  awaitable<Outcome> read() {
    Outcome what = co_await requester_.read(
        sink_, counters_.received_bytes,
        [this](MonotonicTime last_byte) { return fsm_.stalls_at(last_byte); });
    room_ = !std::holds_alternative<outcome::SinkFull>(what);
    co_return what;
  }

  awaitable<Outcome> pause() {
    auto counted = monotonic_now();
    while (!room_ && !stopping_) {
      timer_.expires_after(limits::paused_tick);
      auto [ec] = co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
      static_cast<void>(ec);
      if (abandoned_) {
        break;  // what is referred to may be gone
      }
      const auto passed = std::chrono::floor<std::chrono::milliseconds>(monotonic_now() - counted);
      counters_.paused_ms.add(static_cast<std::uint64_t>(passed.count()));
      counted += passed;
    }
    co_return outcome::SinkReady{requester_.remote_gone()};
  }

  awaitable<Outcome> wait(Duration duration) {
    requester_.close();
    timer_.expires_after(duration);
    auto [ec] = co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    static_cast<void>(ec);
    co_return outcome::Due{};
  }

  void tell(const Decision& decision) {
    if (decision.opened) {
      id_ = id_.next();
      opened_at_ = monotonic_now();
      counters_.sessions.add();
      counters_.connected.set(true);
      log_.info("session opened", {{"source", options_.source.str()},
                                   {"session", id_.value},
                                   {"address", requester_.connection().address()}});
      listener_.session_opened(id_);
    }
    if (decision.ending) {
      tell_ending(*decision.ending, decision.wait);
    }
    for (const Notice& notice : decision.notices) {
      if (notice.event == SourceEvent::paused || notice.event == SourceEvent::resumed) {
        log_.info(notice.event == SourceEvent::paused ? "reading paused" : "reading resumed",
                  {{"source", options_.source.str()}, {"session", id_.value}});
      }
      listener_.notice(notice.event, notice.detail);
    }
  }

  void tell_ending(const Ending& ending, Duration next_wait) {
    if (ending.cause != DisconnectCause::daemon_down) {  // its own stop is no disconnect
      counters_.disconnects[static_cast<std::size_t>(ending.cause)].add();
    }
    if (ending.was_open) {
      counters_.connected.set(false);
      log_.info("session closed", {{"source", options_.source.str()},
                                   {"session", id_.value},
                                   {"cause", to_string(ending.cause)},
                                   {"detail", ending.detail},
                                   {"seconds", open_seconds()},
                                   {"bytes", requester_.connection().received()},
                                   {"wait_ms", std::int64_t{next_wait.count()}}});
      listener_.session_closed(id_, ending.cause);
      return;
    }
    listener_.attempt_failed(ending.cause);
    if (!ending.repeated) {
      log_.write(ending.alarm ? LogLevel::error : LogLevel::warning, "no session",
                 {{"source", options_.source.str()},
                  {"cause", to_string(ending.cause)},
                  {"detail", ending.detail},
                  {"wait_ms", std::int64_t{next_wait.count()}}});
    }
  }

  // To the millisecond.
  double open_seconds() const {
    return std::chrono::duration<double>(std::chrono::floor<Duration>(monotonic_now() - opened_at_))
        .count();
  }

  asio::io_context& io_;
  SessionOptions options_;
  ByteSink& sink_;
  SessionListener& listener_;
  SourceCounters& counters_;
  Log& log_;

  Result<Endpoint> target_;
  Access access_;
  Requester requester_;
  SessionFsm fsm_;
  asio::steady_timer timer_;  // of a wait or a pause
  SessionId id_ = options_.last_session;
  MonotonicTime opened_at_{};
  bool room_ = true;  // the sink may have some
  bool running_ = false;
  bool stopping_ = false;
  bool abandoned_ = false;
  bool waits_for_help_ = false;
  std::function<void()> stopped_;
};

Session::Session(asio::io_context& io, SessionOptions options, ByteSink& sink,
                 SessionListener& listener, SourceCounters& counters, Log& log)
    : impl_(std::make_shared<Impl>(io, std::move(options), sink, listener, counters, log)) {}

Session::~Session() { impl_->abandon(); }

void Session::start() { Impl::start(impl_); }
void Session::reconfigure(const SessionOptions& options) { impl_->reconfigure(options); }
void Session::resume() { impl_->resume(); }
void Session::stop(std::function<void()> stopped) { impl_->stop(std::move(stopped)); }

}  // namespace penstock::remote
