// One source, from its session to Kafka: who calls whom.
//
//   Session ──bytes──► Ring ──block──► Lane ──batch──► Publisher ──► Kafka
//      ▲                 ▲ ▲                               │
//      └──── resume ─────┘ └───────── release ─────────────┘
//
// The session, the ring and this class live on the I/O thread. A worker of the pool delivers
// batches, the publisher's thread reports commits; both are posted here. Self-contained: it can be
// made and ended while others run.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "penstock/core/byte_sink.hpp"
#include "penstock/core/counters.hpp"
#include "penstock/core/log.hpp"
#include "penstock/extract/pool.hpp"
#include "penstock/journal/ring.hpp"
#include "penstock/ops/health.hpp"
#include "penstock/publish/publisher.hpp"
#include "penstock/publish/status_topic.hpp"
#include "penstock/remote/session.hpp"

namespace penstock::app {

struct PipelineOptions {
  remote::SessionOptions session;
  journal::RingOptions ring;
  publish::PublisherOptions publisher;
};

class SourcePipeline final : private ByteSink,
                             private remote::SessionListener,
                             private publish::PublisherListener {
 public:
  using Ended = std::function<void(publish::PublisherEnd)>;

  // `ended` is called on the I/O thread, once, when everything came to its end.
  SourcePipeline(boost::asio::io_context& io, extract::Pool& pool, publish::StatusTopic& status,
                 PipelineOptions options, SourceCounters& counters, Log& log, Ended ended);
  ~SourcePipeline();

  void start();
  // Stops reading, lets what was received be committed, then ends.
  void drain();

  const SourceName& name() const noexcept { return name_; }
  const SourceCounters& counters() const noexcept { return counters_; }
  // Kafka took its first claim, so that batches can be published; or none will be any more.
  bool ready() const noexcept { return ready_ || end_; }
  ops::SourceHealth health() const;

 private:
  // ByteSink
  std::span<char> writable() override;
  void received(std::size_t count) override;
  // SessionListener
  void session_opened(SessionId session) override;
  void session_closed(SessionId session, DisconnectCause cause) override;
  void notice(SourceEvent event, std::string_view detail) override;
  // PublisherListener, on the publisher's thread. notice() serves both listeners.
  void ready_to_publish() override;
  void committed(BlockSequence up_to) override;
  void ended(publish::PublisherEnd end) override;

  void feed();
  void deliver(Batch&& batch);  // on a worker
  void arm_seal_timer();
  void note_journal();
  void finish_draining();
  void finish();

  boost::asio::io_context& io_;
  publish::StatusTopic& status_;
  SourceName name_;
  SourceCounters& counters_;
  Log& log_;
  Ended ended_;
  std::size_t max_in_flight_;  // blocks given to the pool

  journal::Ring ring_;
  boost::asio::steady_timer seal_timer_;
  bool seal_timer_armed_ = false;
  bool caught_up_ = true;  // every sealed block was given to the pool
  bool draining_ = false;
  bool session_stopped_ = false;
  bool publisher_draining_ = false;
  bool ready_ = false;
  std::optional<publish::PublisherEnd> end_;
  std::uint64_t channels_ = 0;
  std::uint64_t submitted_ = 0;  // blocks

  // Written by workers and the I/O thread.
  std::atomic<std::uint64_t> delivered_{0};  // blocks
  std::atomic<bool> refused_{false};
  std::atomic<bool> paused_{false};
  std::atomic<bool> taken_over_{false};
  std::atomic<bool> held_{false};

  publish::Publisher publisher_;
  std::unique_ptr<extract::Lane> lane_;
  remote::Session session_;
};

}  // namespace penstock::app
