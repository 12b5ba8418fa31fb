// One source in one process: what app/source_pipeline and publish/publisher put together, one step
// at a time. Destroying it is a crash: what Kafka doesn't have by then is gone.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "app/failed_attempts.hpp"
#include "block_lane.hpp"
#include "kafka_weather.hpp"
#include "kept_journal.hpp"
#include "live_session.hpp"
#include "order_desk.hpp"
#include "penstock/jobs/jobs.hpp"
#include "planted.hpp"
#include "publish/mailbox.hpp"
#include "publish/transactor.hpp"
#include "remote_model.hpp"
#include "support/model_kafka.hpp"

namespace penstock::scenario {

// What all units of a run share.
struct Surroundings {
  const test::TurnedClock& clock;
  const test::WrongClock& machine;  // what penstock goes by
  Dice& dice;
  Story& story;
  RemoteModel& remote;
  test::ModelKafka& kafka;
  KafkaWeather& weather;
  std::vector<std::string>& violations;
};

struct UnitOptions {
  std::string source;
  bool has_jobs = false;
  jobs::FirstStart on_first_start = jobs::FirstStart::none;
  std::size_t replay_concurrency = 2;
  Bytes ring_size{16'384};
  Bytes held_back{};
  std::size_t instance = 0;        // which process of the run
  KeptJournal* journal = nullptr;  // lives longer
  Planted planted = Planted::nothing;
};

publish::TopicNames topics_of(const std::string& source);

class SourceUnit final : private publish::PublisherListener {
 public:
  SourceUnit(UnitOptions options, Surroundings around);

  // To be called every second, where there are no steps, while it isn't suspended.
  void look() { lane_.look(around_.clock.monotonic(), around_.machine.wall()); }
  // So many things could be done now; step() does one of them.
  std::size_t steps();
  void step(std::size_t which);
  std::optional<MonotonicTime> due() const;  // when there will be one, if nothing else happens

  void drain();
  void request_replay(const std::string& job, bool force);  // by an operator
  std::optional<publish::PublisherEnd> end() const { return end_; }
  // Everything that came is published, and nothing is being asked.
  bool at_rest() const;
  const SourceCounters& counters() const { return counters_; }
  jobs::JobsFigures figures() const { return jobs_.figures(); }
  const std::string& source() const { return options_.source; }

 private:
  enum class Work : std::uint8_t { session, seal, extract, publish, tick, order };

  void ready_to_publish() override {}
  void released(const Batch& batch, std::size_t lines) override;
  void committed() override;
  void notice(SourceEvent event, std::string_view detail) override;
  void ended(publish::PublisherEnd end) override { end_ = end; }

  bool can_publish() const;
  void publish();
  void take_item();
  void deliver(Batch&& batch);
  void post(publish::Note note);
  void post_in_turn(publish::Note note);
  bool all_extracted() const;
  void violated(const std::string& what);

  UnitOptions options_;
  Surroundings around_;
  StoryLog log_;
  SourceCounters counters_;
  jobs::Jobs jobs_;
  ForgetfulDecider forgetful_;
  std::unique_ptr<test::ModelSession> kafka_;
  publish::Transactor transactor_;
  extract::Extractor extractor_;
  app::FailedAttempts attempts_;
  BlockLane lane_;
  LiveSession session_;
  OrderDesk desk_;
  publish::Mailbox mailbox_;
  std::deque<publish::Transactor::Item> unsorted_;  // instead of it, where that bug is planted
  std::size_t live_waiting_ = 0, replays_waiting_ = 0, notes_waiting_ = 0;
  MonotonicTime next_tick_, busy_until_;
  bool tick_waits_ = false;
  bool draining_ = false;
  std::optional<publish::PublisherEnd> end_;
};

}  // namespace penstock::scenario
