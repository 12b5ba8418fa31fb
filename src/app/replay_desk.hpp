// Carries out what Jobs orders of the API: task lists, states of jobs, replays. One a source.
//
// Lives on the I/O thread. What comes back goes to Jobs as notes, and as batches of replay
// channels.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/channel_feed.hpp"
#include "app/jobs_desk.hpp"
#include "penstock/core/counters.hpp"
#include "penstock/core/log.hpp"
#include "penstock/extract/pool.hpp"
#include "penstock/jobs/jobs.hpp"
#include "penstock/remote/replay_run.hpp"
#include "penstock/remote/tasks_client.hpp"

namespace penstock::app {

// Of what something was committed. All live channels are one, as they share a feed.
using ReleasedChannel = std::pair<ChannelKind, ChannelId>;

struct ReplayDeskOptions {
  SourceName source;
  // Without a slash at their ends.
  std::string url;         // of task lists and states of jobs
  std::string replay_url;  // of replays, which are where the streams are
  remote::AccessOptions access;
  Bytes max_line;  // events.max_size
};

class ReplayDesk {
 public:
  using Push = std::function<void(Batch&&)>;        // called on a worker
  using Post = std::function<void(publish::Note)>;  // from any thread

  // `live`: of the source's sessions; replays begin behind what came there.
  // `moved` is called after something went on in a replay's feed.
  ReplayDesk(boost::asio::io_context& io, extract::Pool& pool, ReplayDeskOptions options,
             ChannelFeed& live, JobsDesk& jobs, SourceCounters& counters, Log& log, Push push,
             Post post, std::function<void()> moved);
  ~ReplayDesk();

  void carry_out(const jobs::Order& order);
  // From the next request on.
  void reconfigure(remote::AccessOptions access) { access_.replace(std::move(access)); }
  // Something went on on the live stream, or a second went by.
  void start_waiting();
  // Batches of a replay are committed.
  void released(ChannelId run, const Released& released);
  // Nothing more is asked of the API, what is under way is given up, and no batch will be pushed
  // soon: see idle().
  void stop();
  bool idle() const;

 private:
  class Replay;

  void list_tasks();
  void ask_status(const std::string& job);
  void sweep();

  boost::asio::io_context& io_;
  extract::Pool& pool_;
  ReplayDeskOptions options_;
  remote::Access access_;
  std::optional<remote::RestClient> rest_;  // until stop()
  ChannelFeed& live_;
  JobsDesk& jobs_;
  SourceCounters& counters_;
  Log& log_;
  Push push_;
  Post post_;
  std::function<void()> moved_;
  std::vector<std::pair<jobs::order::StartReplay, jobs::ReplayGate>> waiting_;
  // Until all their batches are committed: they lie in a replay's ring.
  std::map<ChannelId, std::unique_ptr<Replay>> replays_;
  // shared: with what is posted, which may come when this is gone
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace penstock::app
