#include "app/replay_desk.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"

namespace penstock::app {
namespace {

// Two segments of the smallest size that holds the largest event: what isn't taken waits in the
// remote, and a replay that breaks is asked for again.
journal::RingOptions replay_ring(Bytes max_line) {
  const Bytes segment{max_line.count + limits::segment_slack.count};
  return {.max_size = Bytes{2 * segment.count}, .max_line = max_line, .segment_size = segment};
}

double seconds_since(MonotonicTime begin) {
  return std::chrono::duration<double>(std::chrono::floor<Duration>(monotonic_now() - begin))
      .count();
}

}  // namespace

// One run, from its request until its last batch is committed.
class ReplayDesk::Replay final : private remote::ReplayListener {
 public:
  Replay(ReplayDesk& desk, const jobs::order::StartReplay& order)
      : desk_(desk),
        order_(order),
        feed_(desk.io_, desk.pool_,
              {.ring = replay_ring(desk.options_.max_line),
               .beat = desk.live_.beat(),
               .segments = std::make_unique<journal::MemorySegments>(
                   replay_ring(desk.options_.max_line).segment_size),
               .kind = ChannelKind::replay,
               .has_ledger = true,
               .max_lines = limits::max_replayed_lines,
               .max_bytes = limits::max_replayed_bytes},
              desk.push_, [this] { moved(); }),
        run_(desk.io_,
             {.url = desk.options_.replay_url, .job_id = order.job, .access = desk.access_}, feed_,
             *this, desk.counters_.received_bytes) {
    run_.start();
  }

  void stop() { run_.stop(); }
  void abandon() {
    run_.stop();
    feed_.abandon();
  }
  void released(const Released& released) { feed_.released(released); }
  bool idle() const { return feed_.idle(); }
  bool done() const { return closed_ && feed_.empty(); }

 private:
  void replay_opened() override { feed_.open(order_.run, SessionId{order_.run.value}); }
  void replay_closed(DisconnectCause cause, std::string_view detail) override {
    desk_.log_.info("replay ended", {{"source", desk_.options_.source.str()},
                                     {"job", order_.job},
                                     {"cause", to_string(cause)},
                                     {"seconds", seconds_since(begun_)},
                                     {"detail", detail}});
    closed_ = true;
    feed_.close(cause);
    feed_.finish();
  }
  void replay_failed(ReplayEnd end, std::optional<Duration> retry_after,
                     std::string_view detail) override {
    desk_.log_.warning("no replay", {{"source", desk_.options_.source.str()},
                                     {"job", order_.job},
                                     {"result", to_string(end)},
                                     {"detail", detail}});
    closed_ = true;
    desk_.post_(desk_.jobs_.note([run = order_.run, end, retry_after](jobs::Jobs& jobs) {
      return jobs.replay_failed(run, end, retry_after, wall_now());
    }));
    desk_.sweep();
  }
  void moved() {
    if (!closed_ && feed_.has_room()) {
      run_.resume();
    }
    desk_.moved_();
  }

  ReplayDesk& desk_;
  jobs::order::StartReplay order_;
  MonotonicTime begun_ = monotonic_now();
  bool closed_ = false;
  ChannelFeed feed_;
  remote::ReplayRun run_;
};

ReplayDesk::ReplayDesk(boost::asio::io_context& io, extract::Pool& pool, ReplayDeskOptions options,
                       ChannelFeed& live, JobsDesk& jobs, SourceCounters& counters, Log& log,
                       Push push, Post post, std::function<void()> moved)
    : io_(io),
      pool_(pool),
      options_(std::move(options)),
      access_(options_.access),
      rest_(std::in_place, io, remote::RestOptions{.url = options_.url, .access = access_}),
      live_(live),
      jobs_(jobs),
      counters_(counters),
      log_(log),
      push_(std::move(push)),
      post_(std::move(post)),
      moved_(std::move(moved)) {}

ReplayDesk::~ReplayDesk() = default;

void ReplayDesk::carry_out(const jobs::Order& order) {
  if (!rest_) {
    return;
  }
  if (std::holds_alternative<jobs::order::ListTasks>(order)) {
    list_tasks();
  } else if (const auto* const ask = std::get_if<jobs::order::AskStatus>(&order)) {
    ask_status(ask->job);
  } else if (const auto* const start_replay = std::get_if<jobs::order::StartReplay>(&order)) {
    waiting_.emplace_back(*start_replay, jobs::ReplayGate{});
    start_waiting();
  } else if (const auto* const stop_replay = std::get_if<jobs::order::StopReplay>(&order)) {
    std::erase_if(waiting_, [&](const auto& waits) { return waits.first.run == stop_replay->run; });
    if (const auto found = replays_.find(stop_replay->run); found != replays_.end()) {
      found->second->stop();
    }
  }
}

void ReplayDesk::list_tasks() {
  remote::list_tasks(*rest_, [this](remote::RestResult<std::vector<Task>> answer) {
    if (!answer) {
      log_.warning("no task list",
                   {{"source", options_.source.str()}, {"error", answer.error().detail}});
    }
    post_(jobs_.note([answer = std::move(answer)](jobs::Jobs& jobs) {
      return answer ? jobs.tasks_listed(*answer, wall_now()) : jobs.tasks_failed(wall_now());
    }));
  });
}

void ReplayDesk::ask_status(const std::string& job) {
  remote::ask_status(*rest_, job, [this, job](remote::RestResult<Task> answer) {
    const bool unknown = !answer && answer.error().kind == remote::RestError::Kind::not_found;
    if (!answer && !unknown) {
      log_.warning(
          "no job status",
          {{"source", options_.source.str()}, {"job", job}, {"error", answer.error().detail}});
    }
    post_(jobs_.note([job, unknown, answer = std::move(answer)](jobs::Jobs& jobs) {
      if (!answer && !unknown) {
        jobs.status_failed(job);
        return Changes{};
      }
      return jobs.status_told(job, answer ? std::optional(*answer) : std::nullopt, wall_now());
    }));
  });
}

void ReplayDesk::start_waiting() {
  const MonotonicTime now = monotonic_now();
  std::vector<jobs::order::StartReplay> ready;
  std::erase_if(waiting_, [&](auto& waits) {
    auto& [order, gate] = waits;
    const bool opens = gate.opens(live_.live(now, wall_now()), now);
    if (opens) {
      ready.push_back(order);
    }
    return opens;
  });
  for (const auto& order : ready) {
    replays_[order.run] = std::make_unique<Replay>(*this, order);
  }
}

void ReplayDesk::released(ChannelId run, const Released& released) {
  if (const auto found = replays_.find(run); found != replays_.end()) {
    found->second->released(released);
    sweep();
  }
}

// Not from inside a replay, whose callers may still be at work in it.
void ReplayDesk::sweep() {
  boost::asio::post(io_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.lock()) {
      std::erase_if(replays_, [](const auto& replay) { return replay.second->done(); });
    }
  });
}

void ReplayDesk::stop() {
  rest_.reset();  // an answer may be as long in coming as it likes
  waiting_.clear();
  for (const auto& [run, replay] : replays_) {
    replay->abandon();
  }
}

bool ReplayDesk::idle() const {
  return std::all_of(replays_.begin(), replays_.end(),
                     [](const auto& replay) { return replay.second->idle(); });
}

}  // namespace penstock::app
