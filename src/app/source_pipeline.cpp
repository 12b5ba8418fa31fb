#include "app/source_pipeline.hpp"

#include <boost/asio/post.hpp>
#include <utility>
#include <variant>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"

namespace penstock::app {
namespace {

constexpr Duration tick_interval{1'000};  // of what is decided by time

remote::SessionOptions numbered(remote::SessionOptions options, SessionId last) {
  options.last_session = last;
  return options;
}

}  // namespace

SourcePipeline::SourcePipeline(boost::asio::io_context& io, extract::Pool& pool,
                               publish::StatusTopic& status, PipelineOptions options,
                               SourceCounters& counters, JobCounters& job_counters, Log& log,
                               Ended ended)
    : io_(io),
      status_(status),
      name_(options.publisher.source),
      counters_(counters),
      job_counters_(job_counters),
      log_(log),
      ended_(std::move(ended)),
      tick_timer_(io),
      desk_(options.jobs, std::move(options.filter), job_counters,
            [this](std::vector<jobs::Order> orders) {
              boost::asio::post(io_, [this, orders = std::move(orders)] { carry_out(orders); });
            }),
      publisher_(std::move(options.publisher), desk_, *this, counters, log),
      attempts_(
          [this](FailedAttempts::Ask ask) { publisher_.post_in_turn(desk_.note(std::move(ask))); },
          [this](FailedAttempts::Ask ask) { publisher_.post(desk_.note(std::move(ask))); }),
      feed_(
          io, pool,
          {.ring = options.ring,
           .beat = options.beat,
           .segments = std::move(options.segments),
           .kind = ChannelKind::live,
           .has_ledger = options.jobs.has_jobs,
           .max_lines = limits::max_extracted_events,
           .max_bytes = limits::max_extracted_bytes,
           .flush_failed = std::move(options.journal_failed)},
          [this](Batch&& batch) { push(std::move(batch)); }, [this] { moved(); }),
      session_(io, numbered(std::move(options.session), feed_.last_recovered_session()), feed_,
               *this, counters, log) {
  counters_.journal_capacity_bytes.set(feed_.capacity().count);
  job_counters.ledger_capacity_bytes.set(options.jobs.ledger_memory.count);
  if (options.jobs.has_jobs) {
    replays_ = std::make_unique<ReplayDesk>(
        io, pool, std::move(options.replays), feed_, desk_, counters, log,
        [this](Batch&& batch) { push(std::move(batch)); },
        [this](publish::Note note) { publisher_.post(std::move(note)); }, [this] { moved(); });
  }
}

SourcePipeline::~SourcePipeline() = default;

void SourcePipeline::start() {
  publisher_.start();
  feed_.begin();
  session_.start();
  tick();
}

void SourcePipeline::reconfigure(PipelineChange change) {
  if (draining_) {
    return;
  }
  session_.reconfigure(change.session);
  if (replays_) {
    replays_->reconfigure(std::move(change.access));
  }
  publisher_.set_beat(change.beat);
  feed_.set_beat(change.beat);
  if (auto note = desk_.reconfigure(std::move(change.jobs), std::move(change.filter))) {
    publisher_.post(std::move(*note));
  }
}

void SourcePipeline::drain() {
  if (std::exchange(draining_, true)) {
    return;
  }
  tick_timer_.cancel();
  if (replays_) {
    replays_->stop();
  }
  session_.stop([this] {
    session_stopped_ = true;
    feed_.finish();
    finish();
  });
}

void SourcePipeline::remove() {
  removed_ = true;
  drain();
}

void SourcePipeline::request_replay(const std::string& job, bool force,
                                    std::function<void(Result<void>)> answer) {
  if (draining_ || !replays_) {
    answer(make_error(Errc::invalid_argument, draining_
                                                  ? "the source " + name_.str() + " is stopping"
                                                  : "the source " + name_.str() + " has no jobs"));
    return;
  }
  publisher_.post(desk_.note([this, job, force, answer = std::move(answer)](jobs::Jobs& jobs) {
    auto changes = jobs.replay_requested(job, force, wall_now());
    boost::asio::post(
        io_, [answer, result = changes ? Result<void>{} : changes.error()] { answer(result); });
    return changes ? std::move(*changes) : Changes{};
  }));
}

ops::SourceHealth SourcePipeline::health() const {
  ops::SourceHealth health;
  health.source = name_.str();
  health.connected = counters_.connected.get();
  health.refused = refused_;
  health.taken_over = taken_over_;
  health.removed = removed_;
  health.publishing_held = held_;
  if (end_) {
    return health;  // it waits for nothing any more
  }
  health.journal_full = paused_;
  health.kafka_refused = kafka_trouble_.refused;
  health.kafka_error = printable(kafka_trouble_.text, limits::log_value);
  if (const auto since = counters_.kafka_owes_since_ms.get(); since != 0) {
    health.kafka_away = std::chrono::duration_cast<Duration>(
        monotonic_now() - MonotonicTime(std::chrono::milliseconds(since)));
  }
  return health;
}

void SourcePipeline::session_opened(SessionId session) {
  attempts_.opened(session);
  connected_since_ = wall_now();
  feed_.open(ChannelId{++channels_}, session);
}

void SourcePipeline::session_closed(SessionId, DisconnectCause cause) {
  connected_since_.reset();
  feed_.close(cause);
}

void SourcePipeline::attempt_failed(DisconnectCause cause) {
  attempts_.failed(cause, wall_now(), feed_.idle());
}

void SourcePipeline::notice(SourceEvent event, std::string_view detail) {
  if (const auto refused = tells_refused(event)) {
    refused_ = *refused;
  }
  switch (event) {
    case SourceEvent::paused:
      paused_ = true;
      break;
    case SourceEvent::resumed:
      paused_ = false;
      break;
    case SourceEvent::taken_over:
      taken_over_ = true;
      break;
    case SourceEvent::publishing_held:
      held_ = true;
      break;
    default:
      break;
  }
  status_.say(wall_now(), name_, event, detail);
}

void SourcePipeline::push(Batch&& batch) {
  const std::size_t lines = batch.events.size() + batch.dead_letters.size();
  counters_.came(lines, batch.block.recovered);
  if (batch.channel_kind == ChannelKind::live) {
    counters_.truncated_bytes.add(batch.truncated_bytes);
    count_session(batch);
    if (!batch.events.empty()) {
      const auto received_ms = batch.block.received_at.time_since_epoch().count();
      counters_.last_event_ms.set(received_ms);
      // The block's time is its first byte's.
      if (const auto happened_ms = batch.events.front().time_ms) {
        counters_.lag_seconds.set(static_cast<double>(received_ms - *happened_ms) / 1e3);
      }
    }
  }
  publisher_.push(std::move(batch));
}

// A session's lines are known when its end has come through: after "session closed".
void SourcePipeline::count_session(const Batch& batch) {
  session_totals_.add(batch);
  if (batch.block.kind == BlockKind::session_closed) {
    log_.info("session counted", {{"source", name_.str()},
                                  {"session", batch.block.session.value},
                                  {"events", session_totals_.events},
                                  {"dead_letters", session_totals_.dead_letters},
                                  {"truncated_bytes", session_totals_.truncated_bytes}});
  }
}

// Something went on in a feed: what was waited for may have come.
void SourcePipeline::moved() {
  counters_.journal_bytes.set(feed_.used().count);
  attempts_.moved(feed_.idle());
  if (feed_.has_room()) {
    session_.resume();
  }
  if (replays_) {
    replays_->start_waiting();
  }
  // Once nothing more comes from the sessions, the rings and the pool, the publisher may end.
  const bool all_pushed = session_stopped_ && feed_.idle() && (!replays_ || replays_->idle());
  if (all_pushed && !end_ && !std::exchange(publisher_draining_, true)) {
    publisher_.drain();
  }
}

void SourcePipeline::ready_to_publish() {
  boost::asio::post(io_, [this] { ready_ = true; });
}

void SourcePipeline::released(const Batch& batch, std::size_t lines) {
  const ReleasedChannel channel{batch.channel_kind, batch.channel_kind == ChannelKind::live
                                                        ? ChannelId{}
                                                        : batch.block.channel};
  Released& released = released_[channel];
  released.up_to = batch.block.sequence;
  ++released.blocks;
  released.lines += lines;
  released.bytes += batch.block.bytes.size();
}

void SourcePipeline::committed() {
  held_ = false;
  boost::asio::post(io_, [this, all = std::exchange(released_, {})] {
    for (const auto& [channel, released] : all) {
      if (channel.first == ChannelKind::live) {
        feed_.released(released);
      } else if (replays_) {
        replays_->released(channel.second, released);
      }
    }
  });
}

void SourcePipeline::kafka_trouble(const publish::KafkaTrouble& trouble) {
  boost::asio::post(io_, [this, trouble] { kafka_trouble_ = trouble; });
}

void SourcePipeline::ended(publish::PublisherEnd end) {
  boost::asio::post(io_, [this, end] {
    end_ = end;
    drain();
    finish();
  });
}

void SourcePipeline::finish() {
  if (end_ && session_stopped_) {
    feed_.end_flushing();
    ended_(*end_);
  }
}

void SourcePipeline::carry_out(const std::vector<jobs::Order>& orders) {
  for (const jobs::Order& order : orders) {
    if (const auto* const tell = std::get_if<jobs::order::Tell>(&order)) {
      const bool is_error = tell->event == SourceEvent::replay_held ||
                            tell->event == SourceEvent::ledger_full ||
                            tell->event == SourceEvent::job_uncounted;
      log_.write(is_error ? LogLevel::error : LogLevel::info, to_string(tell->event),
                 {{"source", name_.str()}, {"detail", tell->detail}});
      status_.say(wall_now(), name_, tell->event, tell->detail);
    } else if (const auto* const news = std::get_if<jobs::order::GapNews>(&order)) {
      tell_gap(*news);
    } else if (replays_ && !draining_) {
      replays_->carry_out(order);
    }
  }
}

void SourcePipeline::tell_gap(const jobs::order::GapNews& news) {
  const auto seconds = std::chrono::duration<double>(news.lasted.value_or(Duration{0})).count();
  log_.info("gap", {{"source", name_.str()},
                    {"gap", news.gap},
                    {"state", news.state},
                    {"cause", to_string(news.cause)},
                    {"seconds", seconds},
                    {"estimated_events", news.estimated_events.value_or(0)},
                    {"truncated_bytes", news.truncated_bytes},
                    {"jobs", news.jobs},
                    {"recovered_events", news.recovered_events}});
}

void SourcePipeline::tick() {
  if (!tick_waits_.exchange(true)) {
    publisher_.post(desk_.tick([this] { tick_waits_ = false; }));
  }
  feed_.look_for_room();
  if (replays_) {
    replays_->start_waiting();
  }
  tick_timer_.expires_after(tick_interval);
  tick_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !draining_) {
      tick();
    }
  });
}

}  // namespace penstock::app
