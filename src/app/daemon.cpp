#include "penstock/app/daemon.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <optional>
#include <utility>

#include "app/admin_access.hpp"
#include "app/admin_calls.hpp"
#include "app/composition.hpp"
#include "app/end_bound.hpp"
#include "app/kept_memory.hpp"
#include "app/overview.hpp"
#include "app/reload.hpp"
#include "app/sources.hpp"
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

constexpr Duration beat{1'000};           // of the watchdog and of librdkafka's callbacks
constexpr Duration ready_wait{10'000};    // systemd is told then, whatever is away
constexpr Duration start_step{60'000};    // systemd waits that long for the next beat of a start
constexpr Duration last_handlers{2'000};  // what was told to end, once all sources have ended
constexpr Duration status_flush{2'000};   // what the last status records may take at the end

}  // namespace

std::string_view version() noexcept { return PENSTOCK_VERSION; }

// The parts, in the order in which they depend on each other.
class Daemon::Impl {
 public:
  Impl(DaemonOptions options, std::function<void(LogLevel)> set_log_level, Log& log)
      : options_(std::move(options)),
        log_(log),
        instance_(this_instance()),
        metrics_(std::string(version())),
        signals_(io_),
        beat_timer_(io_),
        pool_(worker_count(settings_.extract)),
        sources_({io_, pool_, metrics_, instance_, options_.environment, log},
                 [this] { sources_changed(); }),
        watch_(
            io_, [this] { reload([](const ops::Response&) {}); }, log),
        reload_(options_.configuration, options_.reload, options_.environment,
                {sources_, stage_, metrics_, watch_, std::move(set_log_level),
                 [this](ops::AdminAccess access) { admin_.secure(std::move(access)); }, log}),
        admin_(io_, listen_text(settings_.admin.listen), handlers(), log) {}

  int run();
  void stop() {
    boost::asio::post(io_, [this] { drain("asked to"); });
  }
  std::vector<Source> sources() const {
    std::vector<Source> all;
    for (const Sources::Source& source : sources_.list()) {
      all.push_back({source.name, &source.counters});
    }
    return all;
  }
  bool ready() const { return ready_; }

 private:
  int status_at_end() const;
  std::optional<int> open();  // the exit status where it can't go on
  std::optional<int> open_admin();
  void begin(Result<Sources::Journals> journals);
  void wait_for_signal();
  void reload(ops::Answer answer);
  void keep_beat();
  void drain(std::string_view why);
  void sources_changed();
  void end();  // of the I/O loop
  void finish();
  bool first_session() const;
  ops::Handlers handlers();

  DaemonOptions options_;
  const settings::Settings& settings_ = options_.configuration.settings;  // of the start
  Log& log_;
  EndBound end_bound_{limits::drain, log_};
  const MonotonicTime began_at_ = monotonic_now();
  Instance instance_;
  ops::Metrics metrics_;
  ops::ServiceNotifier notifier_;
  boost::asio::io_context io_{1};  // one thread
  boost::asio::signal_set signals_;
  boost::asio::steady_timer beat_timer_;
  extract::Pool pool_;
  std::unique_ptr<RecentEvents> status_;
  Sources sources_;
  Heartbeat io_loop_;
  Stage stage_;
  FileWatch watch_;
  Reload reload_;
  std::atomic<bool> ready_{false};  // what others see of it
  Overview overview_{{instance_, stage_, sources_.list(), pool_, io_loop_, metrics_, status_}};
  ops::AdminServer admin_;
  KeptMemory kept_memory_;
  Sources::Filters filters_;               // of the start
  std::optional<int> start_failed_;        // the exit status
  std::optional<MonotonicTime> begun_at_;  // the sources are there
  bool told_ready_ = false;
  bool signalled_ = false;  // a signal told it to end
  // Timers may have fired before they were cancelled: their handlers ask.
  bool finished_ = false;
};

int Daemon::Impl::run() {
  log_.info("starting", {{"version", version()},
                         {"instance", instance_.id},
                         {"sources", std::uint64_t{settings_.sources.size()}},
                         {"workers", std::uint64_t{pool_.workers()}},
                         {"events_max_size", to_string(settings_.events.max_size)},
                         {"journal_max_size", to_string(settings_.journal.max_size)},
                         {"commit_interval", to_string(settings_.kafka.commit_interval)}});
  if (const auto status = open()) {
    return *status;
  }
  int status = exit_failed;
  try {
    sources_.open_journals(settings_, [this](auto journals) { begin(std::move(journals)); });
    keep_beat();
    io_.run();  // until all sources have ended
    status = status_at_end();
    end_bound_.done(status);
    finish();
  } catch (const std::exception& failure) {
    // Other threads still wait for what this one would have done: nothing can be joined.
    log_.error("the I/O loop failed", {{"error", failure.what()}});
    _exit(exit_failed);
  }
  sources_.clear();
  status_->flush(status_flush);
  status_.reset();
  end_bound_.lift();
  const auto ran = std::chrono::floor<std::chrono::seconds>(monotonic_now() - began_at_);
  log_.info("stopped", {{"status", status}, {"seconds", std::int64_t{ran.count()}}});
  return status;
}

int Daemon::Impl::status_at_end() const {
  return start_failed_               ? *start_failed_
         : sources_.all_taken_over() ? exit_taken_over
         : sources_.any_failed()     ? exit_failed
                                     : exit_done;
}

std::optional<int> Daemon::Impl::open() {
  if (options_.handle_signals) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
      signals_.add(signal);
    }
    wait_for_signal();
  }
  if (const auto status = open_admin()) {
    return status;
  }
  auto filters = sources_.read_filters(settings_);
  if (!filters) {
    return exit_configuration;  // the log says why
  }
  filters_ = std::move(*filters);
  if (options_.watch) {
    if (const auto watching = watch_.start(reload_.files()); !watching) {
      log_.error("the configuration can't be watched", {{"error", watching.error().what}});
      return exit_failed;
    }
  }
  const publish::KafkaConnection kafka = kafka_connection(settings_.kafka);
  auto status = publish::StatusTopic::open(kafka, settings::topic_name(settings_.kafka, "status"),
                                           topic_plan(settings_), log_);
  if (!status) {
    log_.error("no Kafka client can be made", {{"error", status.error().what}});
    return status.error().code == Errc::invalid_configuration ? exit_configuration : exit_failed;
  }
  status_ = std::make_unique<RecentEvents>(std::move(*status));
  return std::nullopt;
}

// With the journals. What was received in earlier processes may have taken minutes to read.
void Daemon::Impl::begin(Result<Sources::Journals> journals) {
  if (!journals || stage_.draining) {
    if (!stage_.draining) {  // the log says why
      start_failed_ = journals.error().code == Errc::corrupt ? exit_configuration : exit_failed;
    }
    end();
    return;
  }
  sources_.apply(settings_, options_.read_token, std::move(filters_), std::move(*journals), {},
                 *status_);
  sources_.start();
  begun_at_ = monotonic_now();
  reload_.begin(*status_);
}

std::optional<int> Daemon::Impl::open_admin() {
  auto access = admin_access(settings_.admin, log_);
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
  const auto opened = admin_.open_socket(settings_.admin.socket);
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
    if (error || finished_) {
      return;
    }
    if (signal == SIGHUP) {
      reload([](const ops::Response&) {});
    } else if (std::exchange(signalled_, true)) {
      log_.warning("second signal: stopping at once");
      _exit(exit_failed);
    } else {
      drain(signal == SIGTERM ? "SIGTERM" : "SIGINT");
    }
    wait_for_signal();
  });
}

void Daemon::Impl::reload(ops::Answer answer) {
  if (stage_.draining) {
    answer(refused_reload(std::vector<std::string>{"the daemon is stopping"}));
    return;
  }
  // Before it is told that it is ready, systemd takes this for the end of the start.
  if (told_ready_) {
    notifier_.reloading(monotonic_now());
  }
  reload_.run([this, answer = std::move(answer)](ops::Response response) {
    if (told_ready_) {
      notifier_.ready();
    }
    answer(std::move(response));
  });
}

void Daemon::Impl::keep_beat() {
  io_loop_.beat(monotonic_now());
  status_->poll();
  overview_.sample(monotonic_now());
  log_.tell_repeats();
  kept_memory_.beat(monotonic_now());
  // Where another loop stands still, systemd is to find the whole service so.
  if (overview_.all_turn(log_) && notifier_.watchdog_interval()) {
    notifier_.watchdog();
  }
  const auto ready = [](const Sources::Source& source) {
    return source.removed || source.pipeline->ready();
  };
  if (!stage_.ready && begun_at_ && std::ranges::all_of(sources_.list(), ready)) {
    ready_ = stage_.ready = true;
    log_.info("ready");
  }
  const bool up = stage_.ready && first_session();
  if (!begun_at_ && !stage_.draining) {
    notifier_.extend_timeout(start_step);  // reading journals may take longer than any time-out
  }
  if (begun_at_ && !told_ready_ && (up || monotonic_now() - *begun_at_ >= ready_wait)) {
    told_ready_ = true;
    notifier_.ready();
  }
  notifier_.status(overview_.service_status());
  const Duration interval = std::min(beat, notifier_.watchdog_interval().value_or(beat));
  beat_timer_.expires_after(told_ready_ ? interval : std::min(interval, Duration{50}));
  beat_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !finished_) {
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
  reload_.drain();  // before: to systemd, the end of a reload is the daemon's being ready
  notifier_.stopping();
  end_bound_.start();
  sources_.drain();
}

// That of any source: the path to the remote is good, whatever one stream is refused for.
bool Daemon::Impl::first_session() const {
  return std::ranges::any_of(sources_.list(), [](const Sources::Source& source) {
    return source.counters.sessions.get() > 0;
  });
}

void Daemon::Impl::sources_changed() {
  if (finished_) {
    return;  // the last handlers are under way
  }
  if (const std::string problem = sources_.take_problem(); !problem.empty()) {
    stage_.reload_rejected = first_of(std::vector<std::string>{problem});
    metrics_.config_rejected();
  }
  if (sources_.any_failed()) {
    drain("a source can't go on");
  }
  if (sources_.all_ended()) {
    end();
  }
}

void Daemon::Impl::end() {
  finished_ = true;
  io_.stop();
}

// Nothing is left to be lost: what hangs now is not waited for.
void Daemon::Impl::finish() {
  end_bound_.start();
  if (options_.handle_signals) {
    for (const int signal : {SIGTERM, SIGINT}) {
      // Not the default action, which the first process of a container hasn't.
      std::signal(signal, [](int) { _exit(exit_failed); });
    }
  }
  signals_.cancel();
  beat_timer_.cancel();
  watch_.stop();
  admin_.stop();
  sources_.drain();  // none comes by a reload under way
  io_.restart();
  io_.run_for(last_handlers);
  if (!io_.stopped()) {
    log_.warning("not all requests ended in time");
  }
}

ops::Handlers Daemon::Impl::handlers() {
  ops::Handlers handlers = overview_.handlers();
  handlers.replay = [this](const ops::ReplayCall& call, const ops::Answer& answer) {
    ask_for_replay(sources_.list(), call, answer);
  };
  handlers.reload = [this](const ops::Answer& answer) { reload(answer); };
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
