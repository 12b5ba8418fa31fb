// penstock-sim: the simulated API on the command line.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iostream>

#include "penstock/core/text.hpp"
#include "penstock/simulator/simulator.hpp"
#include "simulator/arguments.hpp"

namespace {

using namespace penstock;
using namespace penstock::simulator;

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

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
  } else if (parse(arguments.rate, rate) && std::isfinite(rate) && rate >= 0) {
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
  options.hosts = arguments.hosts;
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

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app;
  define(app, arguments);
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
