#include "app/source_pipeline.hpp"

#include <boost/asio/post.hpp>

#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"

namespace penstock::app {

SourcePipeline::SourcePipeline(boost::asio::io_context& io, extract::Pool& pool,
                               publish::StatusTopic& status, PipelineOptions options,
                               SourceCounters& counters, Log& log, Ended ended)
    : io_(io),
      status_(status),
      name_(options.publisher.source),
      counters_(counters),
      log_(log),
      ended_(std::move(ended)),
      max_in_flight_(limits::blocks_per_worker * pool.workers()),
      ring_(options.ring),
      seal_timer_(io),
      publisher_(std::move(options.publisher), *this, counters, log),
      lane_(pool.open_lane(BlockSequence{1}, options.ring.max_line,
                           [this](Batch&& batch) { deliver(std::move(batch)); })),
      session_(io, std::move(options.session), *this, *this, counters, log) {
  counters_.journal_capacity_bytes.set(ring_.capacity().count);
}

SourcePipeline::~SourcePipeline() = default;

void SourcePipeline::start() {
  publisher_.start();
  session_.start();
}

void SourcePipeline::drain() {
  if (draining_) {
    return;
  }
  draining_ = true;
  session_.stop([this] {
    session_stopped_ = true;
    feed();
    finish();
  });
}

ops::SourceHealth SourcePipeline::health() const {
  ops::SourceHealth health;
  health.source = name_.str();
  health.connected = counters_.connected.get();
  health.refused = refused_;
  health.taken_over = taken_over_;
  health.publishing_held = held_;
  if (end_) {
    return health;  // it waits for nothing any more
  }
  health.journal_full = paused_;
  if (const auto since = counters_.kafka_owes_since_ms.get(); since != 0) {
    health.kafka_away = wall_now() - WallTime(Duration(since));
  }
  return health;
}

std::span<char> SourcePipeline::writable() { return ring_.writable(); }

void SourcePipeline::received(std::size_t count) {
  ring_.received(count, wall_now());
  note_journal();
  feed();
}

void SourcePipeline::session_opened(SessionId session) {
  ring_.open_session(ChannelId{++channels_}, session);
}

void SourcePipeline::session_closed(SessionId, DisconnectCause) {
  ring_.close_session();
  note_journal();
  feed();
}

void SourcePipeline::notice(SourceEvent event, std::string_view detail) {
  switch (event) {
    case SourceEvent::connected:
      refused_ = false;
      break;
    case SourceEvent::unauthorised:
    case SourceEvent::not_found:
      refused_ = true;
      break;
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
    case SourceEvent::disconnected:
    case SourceEvent::stalled:
    case SourceEvent::throttled:
    case SourceEvent::rejected_by_broker:
      break;
  }
  status_.say(wall_now(), name_, event, detail);
}

// Gives sealed blocks to the pool, as many as the bounds behind it allow.
void SourcePipeline::feed() {
  if (session_stopped_) {
    ring_.writable();  // seals a cut-off line that had no room
  }
  caught_up_ = false;
  while (submitted_ - delivered_.load() < max_in_flight_ &&
         counters_.uncommitted_events.get() < limits::max_extracted_events &&
         counters_.uncommitted_bytes.get() < limits::max_extracted_bytes.count) {
    const auto block = ring_.next();
    if (!block) {
      caught_up_ = true;
      break;
    }
    ++submitted_;
    lane_->submit(*block);
  }
  if (ring_.has_unsealed_lines()) {
    arm_seal_timer();
  }
  finish_draining();
}

void SourcePipeline::deliver(Batch&& batch) {
  counters_.received_events.add(batch.events.size() + batch.dead_letters.size());
  counters_.truncated_bytes.add(batch.truncated_bytes);
  if (!batch.events.empty()) {
    const auto received_ms = batch.block.received_at.time_since_epoch().count();
    counters_.last_event_ms.set(received_ms);
    if (const auto sent_ms = batch.events.back().time_ms) {
      counters_.lag_seconds.set(static_cast<double>(received_ms - *sent_ms) / 1e3);
    }
  }
  publisher_.push(std::move(batch));
  ++delivered_;
  boost::asio::post(io_, [this] { feed(); });
}

// A block that is filled slowly is sealed after a while, so that its events needn't wait for it.
// Not while earlier blocks wait for their turn: then it may as well grow.
void SourcePipeline::arm_seal_timer() {
  if (seal_timer_armed_) {
    return;
  }
  seal_timer_armed_ = true;
  seal_timer_.expires_after(limits::block_max_age);
  seal_timer_.async_wait([this](const boost::system::error_code& error) {
    seal_timer_armed_ = false;
    if (error) {
      return;
    }
    if (caught_up_ && submitted_ == delivered_.load()) {
      ring_.seal();
    }
    feed();
  });
}

void SourcePipeline::note_journal() { counters_.journal_bytes.set(ring_.used().count); }

void SourcePipeline::ready_to_publish() {
  boost::asio::post(io_, [this] { ready_ = true; });
}

void SourcePipeline::committed(BlockSequence up_to) {
  held_ = false;
  boost::asio::post(io_, [this, up_to] {
    ring_.release(up_to);
    note_journal();
    // Not for every bit of room, or reading would be paused and resumed with each commit.
    if (ring_.used().count <= ring_.capacity().count / 4 * 3) {
      session_.resume();
    }
    feed();
  });
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
    seal_timer_.cancel();
    ended_(*end_);
  }
}

// Once nothing more comes from the session, the ring and the pool, the publisher may end.
void SourcePipeline::finish_draining() {
  if (!session_stopped_ || publisher_draining_ || end_) {
    return;
  }
  if (ring_.has_unread()) {
    return;
  }
  if (submitted_ == delivered_.load()) {
    publisher_draining_ = true;
    publisher_.drain();
  }
}

}  // namespace penstock::app
