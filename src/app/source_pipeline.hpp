// One source, from its session to Kafka: who calls whom.
//
//   Session ──bytes──► ChannelFeed ──batch──► Publisher ──► Kafka
//      ▲                  ▲                    │   ▲
//      └──── resume ──────┴───── released ─────┘   │ notes
//                                     │ orders     │
//                                     ▼            │
//                                  ReplayDesk ─────┘  (sources with jobs: tasks, replays)
//
// The session, the feeds and this class live on the I/O thread. A worker of the pool delivers
// batches; the publisher's thread decides about them, reports commits and gives orders, which are
// posted here. Self-contained: it can be made and ended while others run.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/channel_feed.hpp"
#include "app/failed_attempts.hpp"
#include "app/jobs_desk.hpp"
#include "app/replay_desk.hpp"
#include "app/session_news.hpp"
#include "penstock/core/commit_beat.hpp"
#include "penstock/core/counters.hpp"
#include "penstock/core/job_counters.hpp"
#include "penstock/core/log.hpp"
#include "penstock/extract/pool.hpp"
#include "penstock/jobs/jobs.hpp"
#include "penstock/ops/health.hpp"
#include "penstock/publish/publisher.hpp"
#include "penstock/publish/status_topic.hpp"
#include "penstock/remote/session.hpp"

namespace penstock::app {

struct PipelineOptions {
  remote::SessionOptions session;
  journal::RingOptions ring;
  std::unique_ptr<journal::SegmentStore> segments;  // of the source's journal
  // Called on another thread, where it can't be flushed: the process must not go on.
  std::function<void(const Error&)> journal_failed;
  publish::PublisherOptions publisher;
  CommitBeat beat;
  jobs::JobsOptions jobs;
  Filter filter;
  ReplayDeskOptions replays;
};

// What of it can change while a session is open.
struct PipelineChange {
  remote::SessionOptions session;
  remote::AccessOptions access;
  jobs::JobsOptions jobs;
  Filter filter;
  CommitBeat beat;
};

class SourcePipeline final : private remote::SessionListener, private publish::PublisherListener {
 public:
  using Ended = std::function<void(publish::PublisherEnd)>;

  // `ended` is called on the I/O thread, once, when everything came to its end.
  SourcePipeline(boost::asio::io_context& io, extract::Pool& pool, publish::StatusTopic& status,
                 PipelineOptions options, SourceCounters& counters, JobCounters& job_counters,
                 Log& log, Ended ended);
  ~SourcePipeline();

  void start();
  void reconfigure(PipelineChange change);
  // Stops reading, lets what was received be committed, then ends.
  void drain();
  // The same, while the others go on.
  void remove();
  // An operator's wish; `answer` is called on the I/O thread, with an error that says why not.
  void request_replay(const std::string& job, bool force, std::function<void(Result<void>)> answer);

  const SourceName& name() const noexcept { return name_; }
  const SourceCounters& counters() const noexcept { return counters_; }
  const JobCounters& job_counters() const noexcept { return job_counters_; }
  bool has_jobs() const noexcept { return replays_ != nullptr; }
  // Kafka took its first claim, so that batches can be published; or none will be any more.
  bool ready() const noexcept { return ready_ || end_; }
  ops::SourceHealth health() const;
  // On the I/O thread.
  std::optional<WallTime> connected_since() const noexcept { return connected_since_; }
  std::shared_ptr<const JobsView> jobs_views() const { return desk_.views(); }

 private:
  // SessionListener
  void session_opened(SessionId session) override;
  void session_closed(SessionId session, DisconnectCause cause) override;
  void attempt_failed(DisconnectCause cause) override;
  void notice(SourceEvent event, std::string_view detail) override;
  // PublisherListener, on the publisher's thread. notice() serves both listeners.
  void ready_to_publish() override;
  void released(const Batch& batch, std::size_t lines) override;
  void committed() override;
  void kafka_trouble(const publish::KafkaTrouble& trouble) override;
  void ended(publish::PublisherEnd end) override;

  void push(Batch&& batch);  // on a worker
  void count_session(const Batch& batch);
  void tell_gap(const jobs::order::GapNews& news);
  void moved();
  void carry_out(const std::vector<jobs::Order>& orders);
  void tick();
  void finish();

  boost::asio::io_context& io_;
  publish::StatusTopic& status_;
  SourceName name_;
  SourceCounters& counters_;
  const JobCounters& job_counters_;
  Log& log_;
  Ended ended_;

  boost::asio::steady_timer tick_timer_;
  bool draining_ = false;
  bool removed_ = false;
  bool session_stopped_ = false;
  bool publisher_draining_ = false;
  bool ready_ = false;
  std::optional<publish::PublisherEnd> end_;
  publish::KafkaTrouble kafka_trouble_;
  std::uint64_t channels_ = 0;
  std::optional<WallTime> connected_since_;
  // Of the live session that is read; of the workers, one at a time.
  SessionTotals session_totals_;
  std::map<ReleasedChannel, Released> released_;  // of the commit under way; the publisher's thread

  // Written by the publisher's and the I/O thread.
  std::atomic<bool> refused_{false};
  std::atomic<bool> paused_{false};
  std::atomic<bool> taken_over_{false};
  std::atomic<bool> held_{false};
  std::atomic<bool> tick_waits_{false};  // posted and not yet taken: Kafka is away, or slow

  JobsDesk desk_;
  // Before the feeds: workers push into it until their lanes have ended, also when another instance
  // has taken the source over and its own thread is long gone. That thread posts to the feeds
  // through io_ alone.
  publish::Publisher publisher_;
  FailedAttempts attempts_;
  ChannelFeed feed_;
  std::unique_ptr<ReplayDesk> replays_;  // none: the source has no jobs
  remote::Session session_;
};

}  // namespace penstock::app
