// penstock-sim: the simulated API on the command line.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <fstream>
#include <iostream>

#include "penstock/core/text.hpp"
#include "penstock/simulator/simulator.hpp"

namespace {

using namespace penstock;
using namespace penstock::simulator;

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

struct Arguments {
  std::string listen = "127.0.0.1:8443";
  std::string cert_dir;
  std::uint64_t seed = 1;
  std::string rate = "100";
  std::string token;
  std::string faults;
  std::string mix = "mixed";
  std::string write;
  std::string source = "firehose";
  std::string bytes = "300MB";
  std::string start_time;
  std::string jobs_every;
  std::string jobs_lasting = "20s";
  std::string replay_kept;
  std::string archives;
  JobOptions jobs;
  std::size_t tasks_listed = Options{}.tasks_listed;
};

int fail(int status, std::string_view what) {
  std::cerr << "penstock-sim: " << what << '\n';
  return status;
}

template <class Number>
bool parse(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

// What options say that more than one place needs. An error is a message for the user.
Result<std::optional<WallTime>> start_time(const Arguments& arguments) {
  if (arguments.start_time.empty()) {
    return std::optional<WallTime>{};
  }
  const std::optional<WallTime> time = parse_rfc3339(arguments.start_time);
  if (!time) {
    return make_error(Errc::invalid_argument,
                      "--start-time needs a time such as 2026-01-31T12:00:00Z");
  }
  return time;
}

Result<std::optional<Duration>> duration_of(std::string_view option, const std::string& text) {
  if (text.empty()) {
    return std::optional<Duration>{};
  }
  const Result<Duration> duration = parse_duration(text);
  if (!duration || *duration <= Duration::zero()) {
    return make_error(Errc::invalid_argument,
                      std::string(option) + " needs a duration such as 30s, more than 0");
  }
  return std::optional(*duration);
}

// Into `options`.
Result<void> read_job_options(const Arguments& arguments, Options& options) {
  const auto every = duration_of("--jobs-every", arguments.jobs_every);
  const auto lasting = duration_of("--jobs-lasting", arguments.jobs_lasting);
  const auto kept = duration_of("--replay-kept", arguments.replay_kept);
  for (const auto* given : {&every, &lasting, &kept}) {
    if (!*given) {
      return given->error();
    }
  }
  options.jobs = arguments.jobs;
  if (options.jobs.failed + options.jobs.revoked > 1) {
    return make_error(Errc::invalid_argument,
                      "--jobs-failed and --jobs-revoked add up to more than 1");
  }
  options.jobs.every = *every;
  options.jobs.lasts = lasting->value_or(options.jobs.lasts);
  options.replay_kept = *kept;
  options.tasks_listed = arguments.tasks_listed;
  return {};
}

// Events to a file, until it has the wanted size.
int write_file(const Arguments& arguments, Mix mix) {
  const std::optional<Source> source = source_named(arguments.source);
  const Result<Bytes> size = parse_bytes(arguments.bytes);
  if (!source) {
    return fail(exit_usage, "--source is none of firehose, stream, torrent, sinkhole");
  }
  if (!size) {
    return fail(exit_usage, "--bytes " + size.error().what);
  }
  const Result<std::optional<WallTime>> start = start_time(arguments);
  if (!start) {
    return fail(exit_usage, start.error().what);
  }
  const std::int64_t first_ms =
      *start ? (*start)->time_since_epoch().count() : EventGenerator::time_ms(0);
  std::ofstream file(arguments.write, std::ios::binary | std::ios::trunc);
  const EventGenerator generator(arguments.seed, mix);
  std::string lines;
  std::uint64_t written = 0, events = 0;
  while (file && written < size->count) {
    lines.clear();
    while (lines.size() < 1'000'000 && written + lines.size() < size->count) {
      generator.append(lines, *source, events, first_ms + static_cast<std::int64_t>(events));
      ++events;
      lines += '\n';
    }
    file.write(lines.data(), static_cast<std::streamsize>(lines.size()));
    written += lines.size();
  }
  file.close();
  if (!file) {
    return fail(exit_failed, "can't write " + printable(arguments.write));
  }
  std::cout << "wrote " << events << " events, " << written << " bytes\n";
  return 0;
}

int serve(const Arguments& arguments, Mix mix) {
  Options options;
  const std::size_t colon = arguments.listen.rfind(':');
  if (colon == std::string::npos || !parse(arguments.listen.substr(colon + 1), options.port)) {
    return fail(exit_usage, "--listen needs ADDRESS:PORT");
  }
  options.address = arguments.listen.substr(0, colon);
  if (options.address.starts_with('[') && options.address.ends_with(']')) {
    options.address = options.address.substr(1, options.address.size() - 2);
  }
  double rate = 0;
  if (arguments.rate == "max") {
    options.rate = std::nullopt;
  } else if (parse(arguments.rate, rate) && rate >= 0) {
    options.rate = rate;
  } else {
    return fail(exit_usage, "--rate needs events per second, or max");
  }
  const Result<std::vector<FaultRule>> faults = parse_faults(arguments.faults);
  if (!faults) {
    return fail(exit_usage, "--faults " + faults.error().what);
  }
  const Result<std::optional<WallTime>> start = start_time(arguments);
  if (!start) {
    return fail(exit_usage, start.error().what);
  }
  if (const Result<void> read = read_job_options(arguments, options); !read) {
    return fail(exit_usage, read.error().what);
  }
  options.start_time = *start;
  options.faults = *faults;
  options.cert_dir = arguments.cert_dir;
  options.seed = arguments.seed;
  options.mix = mix;
  options.archives = arguments.archives;
  options.token = arguments.token;

  // Blocked in every thread, so that only sigwait below gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  Simulator server(std::move(options));
  if (const Result<void> started = server.start(); !started) {
    return fail(exit_failed, started.error().what);
  }
  std::cout << "listening on https://" << arguments.listen.substr(0, colon) << ':' << server.port()
            << ", CA in " << server.ca_file().string() << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  server.stop();
  return 0;
}

// Wide enough for the names, narrow enough for 80 columns.
class Help : public CLI::Formatter {
 public:
  Help() { column_width(26); }
  // The name of the value alone: what it may be and its default stand in the second column.
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string type = option->get_type_name();
    return type.empty() ? "" : " " + type.substr(0, type.find(':'));
  }
};

void add_options(CLI::App& app, Arguments& arguments) {
  const auto option = [&app](const char* name, auto& value, const char* type, const char* help) {
    return app.add_option(name, value, help)->type_name(type);
  };
  app.option_defaults()->group("Serving");
  option("--listen", arguments.listen, "ADDRESS", "With port; port 0: a free one [127.0.0.1:8443]");
  option("--cert-dir", arguments.cert_dir, "DIR", "Folder that gets ca.pem; needed");
  option("--token", arguments.token, "T",
         "What clients must send as X-Token; better given\nas PENSTOCK_SIM_TOKEN")
      ->envname("PENSTOCK_SIM_TOKEN");
  option("--rate", arguments.rate, "N", "Events per second of each source, or max [100]");
  option("--faults", arguments.faults, "SPEC", "What goes wrong, see below");

  option("--serve", arguments.archives, "DIR",
         "Archives, <source>*.ndjson[.gz|.zst], sent line by\nline in the order of their names "
         "instead of made-up\nevents; at their end the source is quiet. Packed\nones are unpacked "
         "into TMPDIR: up to 16 GiB each\nsource");

  app.option_defaults()->group("Events");
  option("--seed", arguments.seed, "N", "The same seed makes the same events [1]");
  option("--mix", arguments.mix, "MIX", "firehose and stream: mixed, or port only [mixed]")
      ->check(CLI::IsMember({"mixed", "port"}));
  option("--start-time", arguments.start_time, "TIME",
         "Of the first event, as RFC 3339; then they are a\nmillisecond apart [the clock's time]");

  app.option_defaults()->group("Jobs");
  option("--jobs-every", arguments.jobs_every, "DURATION", "There is a new job so often [never]");
  option("--jobs-events", arguments.jobs.events, "N",
         "Results of a job, from half to 1.5 of it [200]");
  option("--jobs-lasting", arguments.jobs_lasting, "DURATION",
         "A job's time, from half to 1.5 of it [20s]");
  const CLI::Range probability(0.0, 1.0);
  option("--jobs-failed", arguments.jobs.failed, "P", "Probability that a job fails [0.1]")
      ->check(probability);
  option("--jobs-revoked", arguments.jobs.revoked, "P", "Probability that a job is revoked [0.1]")
      ->check(probability);
  option("--jobs-twins", arguments.jobs.twins, "P",
         "Probability that a result copies an earlier one\nexactly [0.02]")
      ->check(probability);
  option("--tasks-listed", arguments.tasks_listed, "N",
         "GET /v1/tasks has the latest N only [100]");
  option("--replay-kept", arguments.replay_kept, "DURATION",
         "After a job's end; then its replay is 404 [for good]");

  app.option_defaults()->group("Writing a file instead");
  option("--write", arguments.write, "FILE", "File that gets events");
  option("--source", arguments.source, "NAME", "Whose events [firehose]");
  option("--bytes", arguments.bytes, "SIZE", "How many bytes [300MB]");
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app(
      "Simulates the BinaryEdge API V1 over TLS: streams, tasks, replays, queries, images.",
      "penstock-sim");
  app.formatter(std::make_shared<Help>());  // shared: as CLI11 keeps it
  app.footer("\n" + fault_help());
  add_options(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_usage;
  }
  const Mix mix = arguments.mix == "port" ? Mix::port : Mix::mixed;
  if (!arguments.write.empty()) {
    return write_file(arguments, mix);
  }
  if (arguments.cert_dir.empty()) {
    return fail(exit_usage, "--cert-dir is needed");
  }
  return serve(arguments, mix);
}
