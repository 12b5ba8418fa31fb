// What the daemon shows of itself: the answers of the admin endpoint that change nothing, and
// systemd's status line. Reads what the other parts count; on the I/O thread.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/composition.hpp"
#include "app/recent_events.hpp"
#include "app/sources.hpp"
#include "penstock/core/heartbeat.hpp"
#include "penstock/extract/pool.hpp"
#include "penstock/ops/admin_server.hpp"
#include "penstock/ops/health.hpp"
#include "penstock/ops/metrics.hpp"
#include "penstock/ops/service_status.hpp"
#include "penstock/ops/source_history.hpp"
#include "penstock/ops/status_document.hpp"

namespace penstock::app {

// Where the daemon is in its life.
struct Stage {
  bool ready = false;
  bool draining = false;
  // Of the last reload, as /readyz shows it; empty: nothing.
  std::string reload_rejected;
  std::string restart_needed;
};

// The parts that it reads; they outlive it.
struct Observed {
  const Instance& instance;
  const Stage& stage;
  const std::list<Sources::Source>& sources;
  const extract::Pool& pool;
  const Heartbeat& io_loop;
  const ops::Metrics& metrics;
  const std::unique_ptr<RecentEvents>& events;  // none before the daemon is opened
};

class Overview {
 public:
  explicit Overview(const Observed& observed) : observed_(observed) {}

  // About once a second: what the plots show.
  void sample(MonotonicTime now);

  // Those of pages; the calls that change something are left to the caller.
  ops::Handlers handlers() const;
  // Of now, with the rates of the last seconds.
  std::string service_status();
  // Whether all loops turn. The log is told when that changes.
  bool all_turn(Log& log);

 private:
  ops::StatusSnapshot snapshot() const;
  ops::HealthSnapshot health() const;
  std::vector<ops::LoopHealth> loops() const;

  Observed observed_;
  std::map<std::string, ops::SourceHistory> histories_;  // by source
  ops::RecentFigures recent_;
  bool turned_ = true;
};

}  // namespace penstock::app
