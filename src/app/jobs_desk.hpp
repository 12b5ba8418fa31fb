// Jobs and the filter on the publisher's thread: passes on what goes in and out.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "penstock/core/decision.hpp"
#include "penstock/core/filter.hpp"
#include "penstock/core/job_counters.hpp"
#include "penstock/core/job_views.hpp"
#include "penstock/jobs/jobs.hpp"
#include "penstock/publish/latest.hpp"
#include "penstock/publish/publisher.hpp"

namespace penstock::app {

class JobsDesk final : public Decider {
 public:
  using Orders = std::function<void(std::vector<jobs::Order>)>;

  // `orders` is called on the publisher's thread.
  JobsDesk(jobs::JobsOptions options, Filter filter, JobCounters& counters, Orders orders)
      : jobs_(std::move(options)),
        filter_(std::move(filter)),
        counters_(counters),
        orders_(std::move(orders)) {}

  Result<void> restore(std::string_view key, std::optional<std::string_view> value) override {
    return jobs_.restore(key, value);
  }
  void restored(WallTime now) override;
  Changes decide(Batch& batch, WallTime now) override;
  std::vector<SideRecord> records(std::span<const Changes* const> changes) override {
    return jobs_.records(changes);
  }
  void committed(std::span<const Changes* const> changes) override { jobs_.committed(changes); }

  // About once a second; for the publisher.
  publish::Note tick(std::function<void()> taken);
  // What pages show of jobs, gaps and replays: as of the last tick. From any thread.
  // shared: who reads it may do so while the next is put in its place
  std::shared_ptr<const JobsView> views() const;
  // What of the options can change, and the filter; for the publisher. None: an earlier one waits,
  // and brings this.
  std::optional<publish::Note> reconfigure(jobs::JobsOptions options, Filter filter);
  // A note that calls `ask` with the Jobs; for the publisher. From any thread.
  template <class Ask>  // Changes(jobs::Jobs&)
  publish::Note note(Ask ask) {
    return [this, ask = std::move(ask)] {
      Changes changes = ask(jobs_);
      pass_on();
      return changes;
    };
  }

 private:
  struct Change {
    jobs::JobsOptions options;
    Filter filter;
  };

  void pass_on();
  void count();
  void show();

  jobs::Jobs jobs_;
  Filter filter_;
  JobCounters& counters_;
  Orders orders_;
  publish::Latest<Change> change_;
  mutable std::mutex views_mutex_;
  // shared: as above
  std::shared_ptr<const JobsView> views_ = std::make_shared<JobsView>();
};

}  // namespace penstock::app
