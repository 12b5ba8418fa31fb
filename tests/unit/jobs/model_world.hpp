// What stands around Jobs in the model test: the connection, the journal, replays on their way, and
// Kafka with its transactions. One seed makes one story.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "penstock/core/backoff.hpp"
#include "penstock/jobs/jobs.hpp"
#include "unit/jobs/batches.hpp"
#include "unit/jobs/model_remote.hpp"

namespace penstock::jobs {

std::string shown(const std::vector<Line>& lines);  // for the story

class ModelWorld {
 public:
  // `tell`: writes the story down. `uncounted`: some processes have no jobs, the state topic gets
  // lost, and the API doesn't say of all jobs when they were requested.
  ModelWorld(std::uint64_t seed, bool tell, bool uncounted = false);

  // So many random things happen, all kinds of faults among them.
  void live_through(int steps);
  // No more faults, until all is settled; where not all is counted, for a while.
  void come_to_rest();

  // What was seen to be wrong; empty: nothing.
  const std::string& broken() const { return broken_; }
  const std::string& story() const { return story_; }
  // Compares what was published with the truth.
  void check_nothing_is_missing();

 private:
  // A block of the journal, or of a replay.
  struct Stored {
    BlockKind kind = BlockKind::lines;
    SessionId session{};
    WallTime received_at{};
    std::vector<Line> lines{};
    std::uint64_t truncated_bytes = 0;
    DisconnectCause cause = DisconnectCause::ended;
  };
  struct Replay {
    ChannelId run;
    std::string job;
    std::deque<Stored> blocks;
  };
  // Decided and not committed.
  struct Item {
    Changes changes;
    std::vector<std::pair<std::string, std::uint64_t>> published;
    std::size_t journal_up_to = 0;  // blocks
  };

  std::uint64_t any(std::uint64_t below) { return random_() % below; }
  bool one_in(std::uint64_t n) { return !healed_ && any(n) == 0; }
  void tell(const std::string& line);
  void fail(const std::string& what);

  void pass_time(std::int64_t most_ms);
  void connect();
  void disconnect();
  void something_happens();
  void seal();
  void decide_live();
  void decide_replay();
  void take(Changes changes);
  void obey();
  void obey(const order::ListTasks&) { ++lists_asked_; }
  void obey(const order::AskStatus& order) { asked_.push_back(order.job); }
  void obey(const order::StartReplay& order);
  void obey(const order::StopReplay& order);
  void obey(const order::Tell& order);
  void obey(const order::GapNews&) {}
  void answer_list();
  void answer_status();
  Replay make_replay(const order::StartReplay& order);
  void commit();
  void crash();
  void start();
  std::vector<std::string> unsettled() const;
  void be_the_operator();
  bool predates(const std::string& job) const;

  Random random_;
  bool telling_, uncounted_, healed_ = false;
  FirstStart on_first_start_;
  std::string story_, broken_;
  WallTime now_ = at_s(0);

  ModelRemote remote_{random_};
  bool connected_ = false;
  SessionId session_;
  WallTime first_session_ = WallTime::max();
  Stored open_block_;
  std::vector<Stored> journal_;
  std::size_t decided_ = 0, journal_committed_ = 0;  // blocks of it

  std::unique_ptr<Jobs> jobs_;
  int instances_ = 0;
  int lists_asked_ = 0;
  int lagging_ = 0;                // so many times no live block is decided about
  std::deque<std::string> asked_;  // statuses
  std::vector<Replay> replays_;
  std::set<std::string> lacking_;  // jobs whose last replay wasn't all, though it seemed to be
  std::vector<Item> pending_;

  // Kafka
  std::vector<std::pair<std::string, std::optional<std::string>>> state_log_;
  std::map<std::string, std::string> state_, jobs_topic_, gaps_topic_;
  Multiset published_;
};

}  // namespace penstock::jobs
