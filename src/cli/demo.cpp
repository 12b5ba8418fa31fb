#include "cli/demo.hpp"

#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <future>
#include <iostream>
#include <random>

#include "cli/demo_account.hpp"
#include "cli/exit_status.hpp"
#include "penstock/app/daemon.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "penstock/publish/embedded_kafka.hpp"
#include "penstock/simulator/simulator.hpp"

namespace penstock::cli {
namespace {

constexpr Duration refresh{500};
constexpr Duration patience{15'000};  // for what was sent to arrive, after the end
constexpr Duration last_wait{3'000};  // for the daemon's end, where Kafka lacks something
constexpr std::string_view faults =
    "fin:every=5s,tls_truncate:every=9s,malformed:every=3s,blank_lines:every=4s";

constexpr std::string_view socket_file = "admin.sock";

// A directory of its own for the simulator's CA, the journal and the daemon's socket, gone with
// the demo. It is in /tmp where the path in TMPDIR is too long for a UNIX socket.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    constexpr std::string_view pattern = "penstock-demo-XXXXXX";
    std::filesystem::path parent = std::filesystem::temp_directory_path();
    if ((parent / pattern / socket_file).string().size() >= sizeof(sockaddr_un::sun_path)) {
      parent = "/tmp";
    }
    std::string name = (parent / pattern).string();
    if (mkdtemp(name.data()) == nullptr) {
      throw std::filesystem::filesystem_error("no scratch directory", name,
                                              std::error_code(errno, std::generic_category()));
    }
    path_ = name;
  }
  ~ScratchDirectory() { remove(); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }
  void remove() const {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

 private:
  std::filesystem::path path_;
};

settings::Inputs daemon_inputs(const simulator::Simulator& remote, const std::string& brokers,
                               const std::string& prefix, bool embedded,
                               const std::filesystem::path& folder) {
  return {.config_file = {},
          .environment = {{"PENSTOCK_API_TOKEN", "demo"}},
          .overrides = {{"api.url", "https://localhost:" + std::to_string(remote.port())},
                        {"api.ca_file", remote.ca_file().string()},
                        {"api.backoff.network_step", "100ms"},
                        {"api.backoff.network_max", "1s"},
                        {"sources", "firehose,stream,torrent,sinkhole"},
                        {"events.max_size", to_string(DemoAccount::max_event)},
                        {"kafka.brokers", brokers},
                        {"kafka.topic_prefix", prefix},
                        {"kafka.create_topics", embedded ? "false" : "true"},
                        {"journal.directory", folder / "journal"},
                        {"journal.max_size", "128MiB"},
                        {"admin.listen", "127.0.0.1:0"},
                        {"admin.socket", folder / socket_file}}};
}

// What of a user's configuration the demo can show. What a Kafka needs is for a real one.
void take(settings::Kafka& kafka, const settings::Kafka& wanted, bool embedded) {
  kafka.key = wanted.key;
  kafka.timestamp = wanted.timestamp;
  kafka.headers = wanted.headers;
  kafka.commit_interval = wanted.commit_interval;
  if (!embedded) {
    kafka.properties = wanted.properties;
    kafka.partitions = wanted.partitions;
    kafka.replication_factor = wanted.replication_factor;
  }
}

// The embedded Kafka answers no CreateTopics: its topics are made before.
Result<std::unique_ptr<publish::EmbeddedKafka>> start_embedded(const std::string& prefix,
                                                               Log& log) {
  auto kafka = publish::EmbeddedKafka::start(log);
  if (!kafka) {
    return kafka;
  }
  std::vector<std::pair<std::string, int>> topics{{prefix + ".dead-letters", 1},
                                                  {prefix + ".status", 1},
                                                  {prefix + ".jobs", 1},
                                                  {prefix + ".gaps", 1},
                                                  {"penstock." + prefix + ".state", 16}};
  for (const simulator::Source source : simulator::all_sources) {
    topics.emplace_back(prefix + "." + std::string(to_string(source)), 4);
  }
  for (const auto& [name, partitions] : topics) {
    if (auto created = (*kafka)->create_topic(name, partitions); !created) {
      return created.error();
    }
  }
  return kafka;
}

// Keeps what the daemon says from breaking the table; the last problem is shown under it.
class QuietLog final : public Log {
 public:
  void write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields) override {
    if (level != LogLevel::error) {
      return;
    }
    std::string line = "penstock: " + std::string(event);
    for (const LogField& field : fields) {
      if (const auto* text = std::get_if<std::string_view>(&field.value)) {
        line.append(", ").append(field.name).append(": ").append(printable(*text));
      }
    }
    std::cerr << line + "\n";
  }
};

// The figures, redrawn in place on a terminal, else one line now and then.
class Table {
 public:
  explicit Table(bool terminal) : terminal_(terminal) {}

  void show(const std::vector<app::Daemon::Source>& sources, const DemoAccount& account,
            double seconds) {
    if (!terminal_) {
      if (seconds - last_line_ >= 5) {
        last_line_ = seconds;
        std::printf("%5.1f s  %llu events in Kafka\n", seconds,
                    static_cast<unsigned long long>(account.consumed()));
        std::fflush(stdout);
      }
      return;
    }
    if (drawn_) {
      std::printf("\x1b[%zuA", sources.size() + 2);
    }
    drawn_ = true;
    std::printf("\x1b[K%-10s %-9s %10s %9s %8s %9s %8s %8s\n", "source", "state", "received",
                "per sec", "sessions", "published", "dead", "journal");
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const SourceCounters& counters = *sources[i].counters;
      std::uint64_t dead = 0;
      for (const Counter& reason : counters.dead_letters) {
        dead += reason.get();
      }
      const std::uint64_t received = counters.received_events.get();
      const double elapsed = std::max(seconds - last_seconds_, 0.001);
      const double rate = static_cast<double>(received - last_received_[i]) / elapsed;
      last_received_[i] = received;
      std::printf("\x1b[K%-10s %-9s %10llu %9.0f %8llu %9llu %8llu %6lluKB\n",
                  sources[i].name.str().c_str(), counters.connected.get() ? "connected" : "waiting",
                  static_cast<unsigned long long>(received), rate,
                  static_cast<unsigned long long>(counters.sessions.get()),
                  static_cast<unsigned long long>(counters.published_events.get()),
                  static_cast<unsigned long long>(dead),
                  static_cast<unsigned long long>(counters.journal_bytes.get() / 1024));
    }
    std::printf("\x1b[Kconsumer  %llu events read, after %.0f s\n",
                static_cast<unsigned long long>(account.consumed()), seconds);
    std::fflush(stdout);
    last_seconds_ = seconds;
  }

 private:
  bool terminal_;
  bool drawn_ = false;
  double last_seconds_ = 0;
  double last_line_ = 0;
  std::array<std::uint64_t, 4> last_received_{};
};

// What would end the process with its folder left behind; from here on it is waited for, in this
// thread and those it makes.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
      sigaddset(&set_, signal);
    }
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  // For one, at most so long; how many came so far.
  int wait(Duration timeout) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
    const timespec longest{seconds.count(), std::chrono::nanoseconds(timeout - seconds).count()};
    came_ += sigtimedwait(&set_, nullptr, &longest) > 0 ? 1 : 0;
    return came_;
  }
  int came() const { return came_; }

 private:
  sigset_t set_{};
  int came_ = 0;
};

bool has_ended(const std::future<int>& daemon) {
  return daemon.wait_for(Duration{0}) == std::future_status::ready;
}

// Looks at `condition` now and then while the daemon runs; false where it never holds, or a signal
// comes first.
template <class Condition>
bool wait_until(const std::future<int>& daemon, Signals& signals, Condition condition,
                Duration timeout) {
  constexpr Duration glance{50};
  const int before = signals.came();
  for (const MonotonicTime end = monotonic_now() + timeout; monotonic_now() < end;) {
    if (condition() || has_ended(daemon) || signals.wait(glance) > before) {
      break;
    }
  }
  return condition();
}

// False where it still drains: Kafka is away, or a signal came.
bool end(app::Daemon& daemon, const std::future<int>& ended, Signals& signals, Duration timeout) {
  daemon.stop();
  return wait_until(
      ended, signals, [&] { return has_ended(ended); }, timeout);
}

// Without a daemon that still drains: its threads can't be joined, so that no destructor runs.
[[noreturn]] void leave(simulator::Simulator& remote, const ScratchDirectory& scratch) {
  remote.stop();  // nothing more is received: the journal makes no file while its folder goes
  scratch.remove();
  std::fflush(nullptr);
  _exit(exit_failed);
}

}  // namespace

int demo(DemoOptions options) {
  Signals signals;
  const ScratchDirectory scratch;
  QuietLog log;
  simulator::Options remote_options;
  remote_options.cert_dir = scratch.path();
  remote_options.seed = options.seed;
  remote_options.rate = options.rate;
  remote_options.token = "demo";
  remote_options.faults = *simulator::parse_faults(faults);
  simulator::Simulator remote(std::move(remote_options));
  if (const auto started = remote.start(); !started) {
    std::cerr << "the simulator doesn't start: " << started.error().what << '\n';
    return exit_failed;
  }

  // Topics of its own, so that a real Kafka has none of an earlier demo in them.
  const std::string prefix = "penstock-demo-" + std::to_string(std::random_device{}());
  std::unique_ptr<publish::EmbeddedKafka> embedded;
  if (!options.brokers) {
    auto started = start_embedded(prefix, log);
    if (!started) {
      std::cerr << started.error().what << '\n';
      return exit_failed;
    }
    embedded = std::move(*started);
  }
  const std::string brokers = embedded ? embedded->brokers() : *options.brokers;

  const settings::Inputs inputs =
      daemon_inputs(remote, brokers, prefix, embedded != nullptr, scratch.path());
  settings::LoadResult loaded = settings::load(inputs);
  if (!loaded) {
    for (const settings::Finding& finding : loaded.error()) {
      std::cerr << to_string(finding) << '\n';
    }
    return exit_failed;
  }
  if (options.kafka) {
    take(loaded->settings.kafka, *options.kafka, embedded != nullptr);
  }
  std::printf(
      "penstock demo: four simulated streams at %.0f events/s each, with faults\n"
      "  remote    https://localhost:%d (simulator)\n"
      "  Kafka     %s (%s)\n"
      "  watch     penstock top --set admin.socket=%s\n\n",
      options.rate, remote.port(), brokers.c_str(),
      embedded ? "embedded mock" : "given by --brokers", (scratch.path() / socket_file).c_str());
  std::fflush(stdout);

  app::Daemon daemon(
      {.configuration = *loaded,
       .read_token = [] { return Result<std::string>("demo"); },
       .environment = {},
       .reload = {},
       .handle_signals = false},
      [](LogLevel) {}, log);
  // The embedded Kafka forgets old records: the consumer is there first. A real one makes the
  // topics when the daemon starts.
  DemoAccount account(loaded->settings.kafka, log);
  if (embedded) {
    account.start();
  }
  std::future<int> ended = std::async(std::launch::async, [&] { return daemon.run(); });
  if (!wait_until(
          ended, signals, [&] { return daemon.ready(); }, patience)) {
    std::cerr << (signals.came() > 0 ? "stopped by a signal before the daemon was ready\n"
                  : has_ended(ended) ? "the daemon ended before it was ready\n"
                                     : "the daemon didn't get ready: is Kafka there?\n");
    if (!end(daemon, ended, signals, last_wait)) {
      leave(remote, scratch);
    }
    return exit_failed;
  }
  if (!embedded) {
    account.start();
  }

  Table table(isatty(STDOUT_FILENO) == 1);
  const MonotonicTime start = monotonic_now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(monotonic_now() - start).count();
  };
  while (monotonic_now() - start < options.seconds && !has_ended(ended) &&
         signals.wait(refresh) == 0) {
    table.show(daemon.sources(), account, seconds());
  }

  // The streams fall silent, so that all that was sent can be counted.
  remote.inject({.kind = simulator::FaultKind::quiet, .lasts = {}, .retry_after = {}});
  const auto all_committed = [&] {
    std::uint64_t lines = 0;
    for (const simulator::Source source : simulator::all_sources) {
      lines += remote.stats(source).lines;
    }
    std::uint64_t received = 0;
    std::uint64_t waiting = 0;
    for (const app::Daemon::Source& source : daemon.sources()) {
      received += source.counters->received_events.get();
      waiting += source.counters->events().in_journal;
    }
    return received >= lines && waiting == 0;
  };
  const int stops = signals.came();
  const bool settled = wait_until(ended, signals, all_committed, patience);
  table.show(daemon.sources(), account, seconds());
  const bool over = end(daemon, ended, signals, settled ? patience : last_wait);
  const bool given_up = signals.came() > stops;
  account.finish(remote, given_up || !over ? Duration{0} : patience);
  if (signals.came() > 0) {
    std::printf("\nstopped by a signal after %.0f s%s\n", seconds(),
                given_up ? ", by another before all was counted" : "");
  }
  if (!given_up) {
    account.print();
  }
  if (!settled && !given_up) {
    std::printf("not all that was sent was committed in time\n");
  }
  if (!embedded) {
    std::printf("The topics stay in that Kafka: %s.* and penstock.%s.state\n", prefix.c_str(),
                prefix.c_str());
  }
  if (!over) {
    leave(remote, scratch);
  }
  remote.stop();
  return settled && ended.get() == exit_done && account.exact() ? exit_done : exit_failed;
}

}  // namespace penstock::cli
