#include "penstock/remote/replay_run.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "penstock/core/system_clock.hpp"
#include "penstock/remote/endpoint.hpp"
#include "penstock/remote/session_fsm.hpp"
#include "remote/requester.hpp"

namespace penstock::remote {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

}  // namespace

// A replay is a session that no other follows: SessionFsm decides, and its first wait is the end.
class ReplayRun::Impl {
 public:
  Impl(asio::io_context& io, ReplayOptions options, ByteSink& sink, ReplayListener& listener,
       Counter& received_bytes)
      : io_(io),
        options_(std::move(options)),
        sink_(sink),
        listener_(listener),
        received_bytes_(received_bytes),
        requester_(io, options_.access),
        fsm_(BackoffOptions{}, options_.stall_timeout, 0),
        room_made_(io) {}

  static void start(const std::shared_ptr<Impl>& self) {
    asio::co_spawn(self->io_, run(self), [](const std::exception_ptr& failure) {
      if (failure) {
        std::rethrow_exception(failure);  // out of io_context::run
      }
    });
  }

  void resume() {
    room_ = true;
    room_made_.cancel();
  }

  void stop() {
    stopping_ = true;
    room_made_.cancel();
    requester_.abort();
  }

  void abandon() {
    abandoned_ = true;
    requester_.drop_sink();
    stop();
  }

 private:
  // `self` keeps the frame's references good.
  static awaitable<void> run(std::shared_ptr<Impl> self) {
    Impl& replay = *self;
    co_await asio::post(replay.io_, asio::use_awaitable);  // leave start()
    const auto path = make_path(std::vector<std::string>{
        "v1", "replay", std::string(normal_job_id(replay.options_.job_id))});
    if (!path && !replay.abandoned_) {
      replay.listener_.replay_failed(ReplayEnd::gone, std::nullopt, path.error().what);
    }
    if (!path) {
      co_return;
    }
    const auto target = parse_endpoint(replay.options_.url + *path);
    Outcome what = outcome::Due{};
    while (!replay.abandoned_) {
      if (replay.stopping_) {
        what = outcome::StopRequested{};
      }
      const Decision decision = replay.fsm_.resume(what, monotonic_now());
      if (decision.action == Action::wait || decision.action == Action::stop) {
        replay.requester_.close();
        replay.tell_end(decision, what);
        break;
      }
      if (decision.opened) {
        replay.listener_.replay_opened();
      }
      if (replay.stopping_) {
        continue;  // the listener just asked for it
      }
      what = co_await replay.act(decision.action, target);
    }
  }

  awaitable<Outcome> act(Action action, const Result<Endpoint>& target) {
    Outcome what;
    switch (action) {
      case Action::connect:
        what = co_await requester_.get(target);
        break;
      case Action::follow:
        what = co_await requester_.get(requester_.redirect());
        break;
      case Action::read:
        what = co_await requester_.read(sink_, received_bytes_, [this](MonotonicTime last_byte) {
          return fsm_.stalls_at(last_byte);
        });
        room_ = !std::holds_alternative<outcome::SinkFull>(what);
        break;
      case Action::pause:
        while (!room_ && !stopping_) {
          room_made_.expires_at(asio::steady_timer::time_point::max());
          auto [ec] = co_await room_made_.async_wait(asio::as_tuple(asio::use_awaitable));
          static_cast<void>(ec);
        }
        what = outcome::SinkReady{requester_.remote_gone()};
        break;
      case Action::wait:
      case Action::stop:
        break;
    }
    co_return what;
  }

  void tell_end(const Decision& decision, const Outcome& what) {
    const std::string detail = decision.ending ? decision.ending->detail : "stopped";
    if (decision.ending && decision.ending->was_open) {
      listener_.replay_closed(decision.ending->cause, detail);
      return;
    }
    const auto* answer = std::get_if<outcome::Answered>(&what);
    const bool gone = answer != nullptr && answer->status == 404;
    listener_.replay_failed(gone ? ReplayEnd::gone : ReplayEnd::refused,
                            answer != nullptr ? answer->retry_after : std::nullopt, detail);
  }

  asio::io_context& io_;
  ReplayOptions options_;
  ByteSink& sink_;
  ReplayListener& listener_;
  Counter& received_bytes_;

  Requester requester_;
  SessionFsm fsm_;
  asio::steady_timer room_made_;  // cancelled when a pause may be over
  bool room_ = true;              // the sink may have some
  bool stopping_ = false;
  bool abandoned_ = false;
};

ReplayRun::ReplayRun(asio::io_context& io, ReplayOptions options, ByteSink& sink,
                     ReplayListener& listener, Counter& received_bytes)
    : impl_(std::make_shared<Impl>(io, std::move(options), sink, listener, received_bytes)) {}

ReplayRun::~ReplayRun() { impl_->abandon(); }

void ReplayRun::start() { Impl::start(impl_); }
void ReplayRun::resume() { impl_->resume(); }
void ReplayRun::stop() { impl_->stop(); }

}  // namespace penstock::remote
