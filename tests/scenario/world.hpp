// One run: everything that a seed decides, from the first event to the last check.
//
// Steps of all parts are taken one after the other, each time one of those that are possible, by
// the seed's choice; time goes on in between, and leaps when nothing is possible. Then all goes
// well for a while, so that everything settles, and what Kafka holds is compared with the truth.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "source_unit.hpp"

namespace penstock::scenario {

inline Duration seconds(std::uint64_t count) {
  return Duration(static_cast<std::int64_t>(count) * 1'000);
}

struct RunOptions {
  std::uint64_t seed = 0;
  bool told = false;  // with its story
  Planted planted = Planted::nothing;
};

struct RunResult {
  std::vector<std::string> violations;
  std::string story;
  std::uint64_t steps = 0;
};

RunResult run(const RunOptions& options);

// What a run is made of, as the checks look at it.
struct Process {
  std::size_t number = 0;
  std::vector<std::unique_ptr<SourceUnit>> units;
  std::optional<WallTime> stops_at;  // at the latest: it drains, or another one took over
};

class World {
 public:
  explicit World(const RunOptions& options);
  RunResult run();

  RemoteModel& remote() { return remote_; }
  test::ModelKafka& kafka() { return kafka_; }
  const std::vector<std::unique_ptr<Process>>& processes() const { return processes_; }
  // When a process ended; none: it runs.
  std::optional<WallTime> ended_at(std::size_t process) const { return ends_[process]; }
  bool crashed(std::size_t process) const { return crashed_.contains(process); }
  bool had_takeover() const { return had_takeover_; }
  // How far the machine's clock was set back in all.
  Duration behind() const { return clock_.wall() - machine_.wall(); }
  bool was_forced(const std::string& job) const { return forced_.contains(job); }

 private:
  struct Trouble {
    enum class Kind : std::uint8_t {
      end,
      reset,
      silence,
      refusal,
      outage,
      crash,
      restart,
      takeover,
      request,   // of a replay, by an operator
      set_back,  // the clock of the machine
      suspension,
    };
    WallTime at;
    Kind kind;
    Duration lasts;
  };

  void plan();
  void plan_troubles(Duration span);
  KeptJournal& journal_of(const std::string& source);
  void start_process();
  void stop_process(std::size_t index, std::string_view how);
  void bring(const Trouble& trouble);
  void suspend(Duration time);
  void look_after_processes();
  void look_after_kafka();
  bool take_step();
  bool leap();
  bool settled();
  void turn(Duration by);

  RunOptions options_;
  Dice dice_;
  test::TurnedClock clock_;
  test::WrongClock machine_;
  Story story_;
  RemoteModel remote_;
  std::set<std::uint64_t> refused_marks_;
  test::ModelKafka kafka_;
  KafkaWeather weather_;
  std::vector<std::string> violations_;

  jobs::FirstStart on_first_start_ = jobs::FirstStart::none;
  std::size_t replay_concurrency_ = 2;
  Bytes ring_size_;
  Bytes held_back_;
  std::vector<Trouble> troubles_;  // by time
  std::size_t next_trouble_ = 0;
  WallTime calm_at_, over_at_;
  bool calm_ = false;
  bool had_takeover_ = false;
  std::set<std::string> forced_;      // jobs that an operator had replayed whatever was published
  std::deque<KeptJournal> journals_;  // of all machines; the processes refer to them
  std::map<std::string, KeptJournal*> last_journals_;  // of each source
  std::vector<std::unique_ptr<Process>> processes_;    // that run
  std::vector<std::optional<WallTime>> ends_;          // of all there were
  std::set<std::size_t> crashed_;                      // of those
  std::optional<WallTime> starts_at_;                  // the next one
  std::optional<WallTime> crash_until_;                // one is near: it is down until then
  std::uint64_t steps_to_crash_ = 0;
  WallTime looked_at_;
  std::vector<std::pair<SourceUnit*, std::size_t>> possible_;  // reused
  std::uint64_t steps_ = 0;
};

}  // namespace penstock::scenario
