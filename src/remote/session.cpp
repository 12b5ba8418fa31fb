#include "penstock/remote/session.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/remote/endpoint.hpp"
#include "remote/connection.hpp"
#include "remote/tls.hpp"
#include "remote/watch.hpp"

namespace penstock::remote {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using outcome::FailureKind;

// A value that can stand in a header; the token comes from a file, with whatever is in it.
bool fits_header(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, [](char c) { return c > ' ' && c <= '~'; });
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
        configured_(parse_endpoint(options_.url)),
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
    if (connection_) {
      connection_->drop_sink();
    }
    interrupt();
  }

 private:
  // Each action of the FSM ends early when interrupted.
  void interrupt() {
    stopping_ = true;
    timer_.cancel();
    if (connection_) {
      connection_->abort();
    }
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
        target_ = configured_;
        what = co_await connect();
        break;
      case Action::follow:
        target_ = *connection_->redirect();
        what = co_await connect();
        break;
      case Action::read:
        what = co_await read();
        break;
      case Action::pause:
        what = co_await pause();
        break;
      case Action::wait:
        what = co_await wait(decision.wait);
        break;
      case Action::stop:
        break;
    }
    co_return what;
  }

  awaitable<Outcome> connect() {
    connection_.reset();
    if (!target_) {
      co_return outcome::Failed{FailureKind::local, target_.error().what};
    }
    const auto proxy = choose_proxy(options_.proxy, target_->host, target_->port);
    if (!proxy) {
      co_return outcome::Failed{FailureKind::local, proxy.error().what};
    }
    const auto token = options_.read_token();
    if (!token) {
      co_return outcome::Failed{FailureKind::token, token.error().what};
    }
    if (!fits_header(*token)) {
      co_return outcome::Failed{FailureKind::token,
                                "the token is empty or has characters that no HTTP header may "
                                "have"};
    }
    if (!tls_) {
      auto made = make_tls_context(options_.ca_file);
      if (!made) {
        co_return outcome::Failed{FailureKind::local, made.error().what};
      }
      tls_.emplace(std::move(*made));
    }
    connection_ = std::make_unique<Connection>(io_, *tls_, options_.connect_timeout);
    const std::string text = request(*token);
    Outcome what = co_await connection_->open(*target_, *proxy, text);
    const auto* failure = std::get_if<outcome::Failed>(&what);
    if (failure != nullptr && failure->kind == FailureKind::untrusted) {
      connection_.reset();
      tls_.reset();  // read the trust store anew next time: it may have been put right
    }
    co_return what;
  }

  std::string request(const std::string& token) const {
    return "GET " + target_->target + " HTTP/1.1\r\nHost: " + target_->host_header() +
           "\r\nUser-Agent: " + options_.user_agent + "\r\nAccept: */*\r\n" +
           options_.token_header + ": " + token + "\r\n\r\n";
  }

  awaitable<Outcome> read() {
    bool stalled = false;
    const Watch watch(io_.get_executor(), [&]() -> std::optional<MonotonicTime> {
      const MonotonicTime at = fsm_.stalls_at(connection_->last_byte());
      if (monotonic_now() < at) {
        return at;
      }
      stalled = true;
      connection_->abort();
      return std::nullopt;
    });
    Outcome what = co_await connection_->read(sink_, counters_.received_bytes);
    // What came just before the watch's end counts; only a read that it cut off has stalled.
    if (stalled && std::holds_alternative<outcome::Broken>(what)) {
      what = outcome::Stalled{};
    }
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
    co_return outcome::SinkReady{connection_->remote_gone()};
  }

  awaitable<Outcome> wait(Duration duration) {
    connection_.reset();
    timer_.expires_after(duration);
    auto [ec] = co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    static_cast<void>(ec);
    co_return outcome::Due{};
  }

  void tell(const Decision& decision) {
    if (decision.opened) {
      id_ = id_.next();
      counters_.sessions.add();
      counters_.connected.set(true);
      log_.info("session opened", {{"source", options_.source.str()},
                                   {"session", id_.value},
                                   {"address", connection_->address()}});
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
    counters_.disconnects[static_cast<std::size_t>(ending.cause)].add();
    if (ending.was_open) {
      counters_.connected.set(false);
      log_.info("session closed", {{"source", options_.source.str()},
                                   {"session", id_.value},
                                   {"cause", to_string(ending.cause)},
                                   {"detail", ending.detail},
                                   {"bytes", connection_->received()},
                                   {"wait_ms", std::int64_t{next_wait.count()}}});
      listener_.session_closed(id_, ending.cause);
    } else if (!ending.repeated) {
      log_.write(ending.alarm ? LogLevel::error : LogLevel::warning, "no session",
                 {{"source", options_.source.str()},
                  {"cause", to_string(ending.cause)},
                  {"detail", ending.detail},
                  {"wait_ms", std::int64_t{next_wait.count()}}});
    }
  }

  asio::io_context& io_;
  SessionOptions options_;
  ByteSink& sink_;
  SessionListener& listener_;
  SourceCounters& counters_;
  Log& log_;

  Result<Endpoint> configured_;
  Result<Endpoint> target_ = configured_;  // of the attempt under way
  SessionFsm fsm_;
  std::optional<asio::ssl::context> tls_;  // made once: loading a trust store is expensive
  std::unique_ptr<Connection> connection_;
  asio::steady_timer timer_;  // of a wait or a pause
  SessionId id_;
  bool room_ = true;  // the sink may have some
  bool running_ = false;
  bool stopping_ = false;
  bool abandoned_ = false;
  std::function<void()> stopped_;
};

Session::Session(asio::io_context& io, SessionOptions options, ByteSink& sink,
                 SessionListener& listener, SourceCounters& counters, Log& log)
    : impl_(std::make_shared<Impl>(io, std::move(options), sink, listener, counters, log)) {}

Session::~Session() { impl_->abandon(); }

void Session::start() { Impl::start(impl_); }
void Session::resume() { impl_->resume(); }
void Session::stop(std::function<void()> stopped) { impl_->stop(std::move(stopped)); }

}  // namespace penstock::remote
