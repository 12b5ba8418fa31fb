// What the daemon shows of itself: the answers of the admin endpoint that change nothing, and
// systemd's status line. Reads what the other parts count; on the I/O thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/composition.hpp"
#include "app/source_pipeline.hpp"
#include "penstock/app/daemon.hpp"
#include "penstock/core/heartbeat.hpp"
#include "penstock/extract/pool.hpp"
#include "penstock/ops/admin_server.hpp"
#include "penstock/ops/health.hpp"
#include "penstock/ops/metrics.hpp"

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
  const std::vector<Daemon::Source>& sources;
  const std::vector<std::unique_ptr<SourcePipeline>>& pipelines;
  const extract::Pool& pool;
  const Heartbeat& io_loop;
  const ops::Metrics& metrics;
};

class Overview {
 public:
  explicit Overview(const Observed& observed) : observed_(observed) {}

  // Those of pages; the calls that change something are left to the caller.
  ops::Handlers handlers() const;
  std::string service_status() const;

 private:
  ops::Response status() const;
  ops::HealthSnapshot health() const;
  std::vector<ops::LoopHealth> loops() const;

  Observed observed_;
};

}  // namespace penstock::app
