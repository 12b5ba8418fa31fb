// Carries out what Jobs orders: questions to the tasks API, and replays through a ring and a lane
// of their own. Answers go back as notes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "block_lane.hpp"
#include "penstock/jobs/jobs.hpp"
#include "planted.hpp"
#include "remote_model.hpp"

namespace penstock::scenario {

class OrderDesk {
 public:
  struct Links {
    jobs::Jobs& jobs;
    RemoteModel& remote;
    const Clock& clock;
    Dice& dice;
    Story& story;
    const BlockLane& live;
    std::function<void(std::function<Changes()>)> post;  // a note
    std::function<void(Batch&&)> deliver;
    std::function<void(std::string)> violated;
  };
  OrderDesk(std::string source, std::size_t concurrency, Planted planted, Links links)
      : source_(std::move(source)),
        concurrency_(concurrency),
        planted_(planted),
        links_(std::move(links)) {}

  void take(std::vector<jobs::Order>&& orders);

  // So many things could be done now; step() does one of them.
  std::size_t steps();
  void step(std::size_t which, extract::Extractor& extractor);
  std::optional<MonotonicTime> due() const;

  void released(const Batch& batch);
  void stop();  // the process ends
  bool extracted() const;
  bool empty() const { return runs_.empty() && errands_.empty(); }

 private:
  struct Run {
    Run(std::string replayed, ReplayAnswer&& answer, bool in_order);
    std::string job;
    BlockLane lane;
    std::string body;
    bool whole;
    std::size_t read = 0;
    bool open = true;
    bool full = false;  // its ring is
  };
  struct Errand {
    MonotonicTime at;
    jobs::Order order;
    jobs::ReplayGate gate;  // of a replay
  };
  enum class Work : std::uint8_t { errand, read, seal, extract };
  struct Step {
    Work work;
    std::size_t errand = 0;
    std::uint64_t run = 0;
  };

  bool is_due(Errand& errand) const;
  std::vector<Step> possible();
  void carry_out(const jobs::Order& order);
  void start(const jobs::order::StartReplay& start);
  void stop(const jobs::order::StopReplay& stop);
  void list_tasks();
  void ask_status(const std::string& job);
  void read(Run& run);
  void close(Run& run, DisconnectCause cause);

  std::string source_;
  std::size_t concurrency_;
  Planted planted_;
  Links links_;
  std::vector<Errand> errands_;
  std::map<std::uint64_t, std::unique_ptr<Run>> runs_;  // by channel
};

}  // namespace penstock::scenario
