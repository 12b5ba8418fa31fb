#include "penstock/app/daemon.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <list>
#include <optional>

#include "app/admin_access.hpp"
#include "app/admin_calls.hpp"
#include "app/composition.hpp"
#include "app/overview.hpp"
#include "app/source_filter.hpp"
#include "app/source_pipeline.hpp"
#include "penstock/core/heartbeat.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/ops/admin_server.hpp"
#include "penstock/ops/metrics.hpp"
#include "penstock/ops/service_notifier.hpp"

namespace penstock::app {
namespace {

enum ExitStatus : int {
  exit_done = 0,
  exit_failed = 1,
  exit_taken_over = 3,
  exit_configuration = 78
};

constexpr Duration beat{1'000};          // of the watchdog and of librdkafka's callbacks
constexpr Duration ready_wait{10'000};   // systemd is told then, Kafka there or not
constexpr Duration status_flush{2'000};  // what the last status records may take at the end

}  // namespace

std::string_view version() noexcept { return PENSTOCK_VERSION; }

// The parts, in the order in which they depend on each other.
class Daemon::Impl {
 public:
  Impl(DaemonOptions options, std::function<void(LogLevel)> set_log_level, Log& log)
      : options_(std::move(options)),
        set_log_level_(std::move(set_log_level)),
        log_(log),
        instance_(this_instance()),
        metrics_(std::string(version())),
        signals_(io_),
        beat_timer_(io_),
        drain_deadline_(io_),
        pool_(worker_count(options_.settings.extract)),
        admin_(io_, listen_text(options_.settings.admin.listen), handlers(), log) {
    for (const settings::Source& source : options_.settings.sources) {
      SourceCounters& counters = counters_.emplace_back();
      metrics_.add_source(source.name, counters, job_counters_.emplace_back());
      sources_.push_back({source.name, &counters});
    }
  }

  int run();
  void stop() {
    boost::asio::post(io_, [this] { drain("asked to"); });
  }
  std::vector<Source> sources() const { return sources_; }
  bool ready() const { return ready_; }

 private:
  std::optional<int> open();  // the exit status where it can't go on
  std::optional<int> open_admin();
  void wait_for_signal();
  ops::Response reload();  // and what became of it, for who asked
  void keep_beat();
  void drain(std::string_view why);
  void tell_totals(const SourceName& name);
  void source_ended(const SourceName& name, publish::PublisherEnd end);
  // Timers may have fired before they were cancelled: their handlers ask.
  bool finished() const { return ended_ == pipelines_.size(); }
  ops::Handlers handlers();

  DaemonOptions options_;
  std::function<void(LogLevel)> set_log_level_;
  Log& log_;
  Instance instance_;
  std::list<SourceCounters> counters_;  // a list: they don't move
  std::list<JobCounters> job_counters_;
  std::vector<Source> sources_;
  ops::Metrics metrics_;
  ops::ServiceNotifier notifier_;
  boost::asio::io_context io_{1};  // one thread
  boost::asio::signal_set signals_;
  boost::asio::steady_timer beat_timer_;
  boost::asio::steady_timer drain_deadline_;
  extract::Pool pool_;
  std::unique_ptr<RecentEvents> status_;
  std::vector<std::unique_ptr<SourcePipeline>> pipelines_;
  Heartbeat io_loop_;
  Stage stage_;
  std::atomic<bool> ready_{false};  // what others see of it
  Overview overview_{{instance_, stage_, sources_, pipelines_, pool_, io_loop_, metrics_, status_}};
  ops::AdminServer admin_;
  std::size_t ended_ = 0;
  std::size_t taken_over_ = 0;
  bool failed_ = false;
  bool told_ready_ = false;
};

int Daemon::Impl::run() {
  log_.info("starting", {{"version", version()},
                         {"instance", instance_.id},
                         {"sources", std::uint64_t{sources_.size()}},
                         {"workers", std::uint64_t{pool_.workers()}},
                         {"events_max_size", to_string(options_.settings.events.max_size)},
                         {"journal_max_size", to_string(options_.settings.journal.max_size)},
                         {"commit_interval", to_string(options_.settings.kafka.commit_interval)}});
  if (const auto status = open()) {
    return *status;
  }
  for (const auto& pipeline : pipelines_) {
    pipeline->start();
  }
  keep_beat();
  try {
    io_.run();
  } catch (const std::exception& failure) {
    // Other threads still wait for what this one would have done: nothing can be joined.
    log_.error("the I/O loop failed", {{"error", failure.what()}});
    _exit(exit_failed);
  }
  signals_.clear();  // nobody waits for them any more: they end the process now
  pipelines_.clear();
  status_->flush(status_flush);
  const bool all_taken_over = taken_over_ == sources_.size();
  const int status = all_taken_over ? exit_taken_over : failed_ ? exit_failed : exit_done;
  const auto ran = std::chrono::floor<std::chrono::seconds>(wall_now() - instance_.started_at);
  log_.info("stopped", {{"status", status}, {"seconds", std::int64_t{ran.count()}}});
  return status;
}

std::optional<int> Daemon::Impl::open() {
  const settings::Settings& settings = options_.settings;
  if (const auto status = open_admin()) {
    return status;
  }
  const publish::KafkaConnection kafka = kafka_connection(settings.kafka);
  auto status =
      publish::StatusTopic::open(kafka, settings::topic_name(settings.kafka, "status"), log_);
  if (!status) {
    log_.error("no Kafka client can be made", {{"error", status.error().what}});
    return status.error().code == Errc::invalid_configuration ? exit_configuration : exit_failed;
  }
  status_ = std::make_unique<RecentEvents>(std::move(*status));
  auto counters = counters_.begin();
  auto job_counters = job_counters_.begin();
  for (const settings::Source& source : settings.sources) {
    const SourceName name = source.name;
    auto journal = journal::Directory::open(journal_options(settings, name), log_);
    if (!journal) {
      log_.error("the journal can't be opened",
                 {{"source", name.str()}, {"error", journal.error().what}});
      return journal.error().code == Errc::corrupt ? exit_configuration : exit_failed;
    }
    auto filter = make_filter(source);
    if (!filter) {
      log_.error("the filter can't be made",
                 {{"source", name.str()}, {"error", filter.error().what}});
      return exit_configuration;
    }
    pipelines_.push_back(std::make_unique<SourcePipeline>(
        io_, pool_, *status_,
        pipeline_options(settings, source, options_.environment, options_.read_token, instance_,
                         std::move(*journal), end_where_flushing_fails(name, log_),
                         std::move(*filter)),
        *counters++, *job_counters++, log_,
        [this, name](publish::PublisherEnd end) { source_ended(name, end); }));
  }
  if (options_.handle_signals) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
      signals_.add(signal);
    }
    wait_for_signal();
  }
  return std::nullopt;
}

std::optional<int> Daemon::Impl::open_admin() {
  auto access = admin_access(options_.settings.admin, log_);
  if (!access) {
    log_.error("the admin endpoint can't be secured", {{"error", access.error().what}});
    return exit_configuration;
  }
  admin_.secure(std::move(*access));
  if (const auto started = admin_.start(); !started) {
    log_.error("the admin endpoint can't be opened",
               {{"key", "admin.listen"}, {"error", started.error().what}});
    return exit_failed;
  }
  const auto opened = admin_.open_socket(options_.settings.admin.socket);
  if (!opened && opened.error().code == Errc::io) {
    // Who runs it by hand has no /run/penstock.
    log_.warning("no admin socket: neither replays nor reloads can be asked for",
                 {{"key", "admin.socket"}, {"error", opened.error().what}});
  } else if (!opened) {
    log_.error("the admin endpoint can't be opened",
               {{"key", "admin.socket"}, {"error", opened.error().what}});
    return opened.error().code == Errc::invalid_argument ? exit_configuration : exit_failed;
  }
  return std::nullopt;
}

void Daemon::Impl::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error || finished()) {
      return;
    }
    if (signal == SIGHUP) {
      reload();
    } else if (stage_.draining) {
      log_.warning("second signal: stopping at once");
      _exit(exit_failed);
    } else {
      drain(signal == SIGTERM ? "SIGTERM" : "SIGINT");
    }
    wait_for_signal();
  });
}

// The log level is all that can change while the daemon runs, and how the admin endpoint is
// secured; tokens are read anew anyway.
ops::Response Daemon::Impl::reload() {
  if (!options_.reload) {
    return refused_reload({});
  }
  notifier_.reloading();
  auto loaded = options_.reload();
  if (loaded) {
    auto access = admin_access(loaded->settings.admin, log_);
    if (access) {
      admin_.secure(std::move(*access));
    } else {
      loaded = std::vector{settings::Finding{.where = {}, .message = access.error().what}};
    }
  }
  stage_.reload_rejected = !loaded;
  metrics_.config_reloaded(!stage_.reload_rejected);
  if (loaded) {
    set_log_level_(loaded->settings.log.level);
    log_.info(
        "configuration reloaded: log level, certificate and passwords are applied, the rest "
        "needs a restart");
  } else {
    for (const settings::Finding& finding : loaded.error()) {
      log_.error("configuration not reloaded", {{"error", settings::to_string(finding)}});
    }
  }
  notifier_.ready();
  return loaded ? accepted_reload() : refused_reload(loaded.error());
}

void Daemon::Impl::keep_beat() {
  io_loop_.beat(monotonic_now());
  status_->poll();
  overview_.sample(monotonic_now());
  log_.tell_repeats();
  // Where another loop stands still, systemd is to find the whole service so.
  if (overview_.all_turn(log_) && notifier_.watchdog_interval()) {
    notifier_.watchdog();
  }
  if (!stage_.ready && std::all_of(pipelines_.begin(), pipelines_.end(),
                                   [](const auto& pipeline) { return pipeline->ready(); })) {
    ready_ = stage_.ready = true;
    log_.info("ready");
  }
  if (!told_ready_ && (stage_.ready || wall_now() - instance_.started_at >= ready_wait)) {
    told_ready_ = true;
    notifier_.ready();
  }
  notifier_.status(overview_.service_status());
  const Duration interval = std::min(beat, notifier_.watchdog_interval().value_or(beat));
  beat_timer_.expires_after(told_ready_ ? interval : std::min(interval, Duration{50}));
  beat_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !finished()) {
      keep_beat();
    }
  });
}

void Daemon::Impl::drain(std::string_view why) {
  if (stage_.draining) {
    return;
  }
  stage_.draining = true;
  log_.info("draining", {{"why", why}});
  notifier_.stopping();
  drain_deadline_.expires_after(limits::drain);
  drain_deadline_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !finished()) {
      log_.error("not drained in time",
                 {{"seconds", std::int64_t{limits::drain.count()}},
                  {"sources_left", std::uint64_t{pipelines_.size() - ended_}}});
      _exit(exit_failed);
    }
  });
  for (const auto& pipeline : pipelines_) {
    pipeline->drain();
  }
}

// What the source did in this process. What is left in the journal goes out after the next start.
void Daemon::Impl::tell_totals(const SourceName& name) {
  const auto found = std::find_if(sources_.begin(), sources_.end(),
                                  [&](const Source& source) { return source.name == name; });
  const SourceCounters& totals = *found->counters;
  std::uint64_t dead_letters = 0;
  for (const Counter& reason : totals.dead_letters) {
    dead_letters += reason.get();
  }
  log_.info("source ended", {{"source", name.str()},
                             {"sessions", totals.sessions.get()},
                             {"received_events", totals.received_events.get()},
                             {"published_events", totals.published_events.get()},
                             {"dead_letters", dead_letters},
                             {"journal_events", totals.uncommitted_events.get()}});
}

void Daemon::Impl::source_ended(const SourceName& name, publish::PublisherEnd end) {
  tell_totals(name);
  ++ended_;
  switch (end) {
    case publish::PublisherEnd::drained:
      break;
    case publish::PublisherEnd::taken_over:
      ++taken_over_;
      break;
    case publish::PublisherEnd::lost_position:
      failed_ = true;
      drain("a source lost its position");
      break;
  }
  if (finished()) {
    drain_deadline_.cancel();
    beat_timer_.cancel();
    signals_.cancel();
    admin_.stop();
  }
}

ops::Handlers Daemon::Impl::handlers() {
  ops::Handlers handlers = overview_.handlers();
  handlers.replay = [this](const ops::ReplayCall& call, const ops::Answer& answer) {
    ask_for_replay(pipelines_, call, answer);
  };
  handlers.reload = [this](const ops::Answer& answer) { answer(reload()); };
  return handlers;
}

Daemon::Daemon(DaemonOptions options, std::function<void(LogLevel)> set_log_level, Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(set_log_level), log)) {}

Daemon::~Daemon() = default;

int Daemon::run() { return impl_->run(); }

void Daemon::stop() { impl_->stop(); }

std::vector<Daemon::Source> Daemon::sources() const { return impl_->sources(); }

bool Daemon::ready() const { return impl_->ready(); }

}  // namespace penstock::app
