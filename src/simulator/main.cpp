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
  std::ofstream file(arguments.write, std::ios::binary | std::ios::trunc);
  const EventGenerator generator(arguments.seed, mix);
  std::string lines;
  std::uint64_t written = 0, events = 0;
  while (file && written < size->count) {
    lines.clear();
    while (lines.size() < 1'000'000 && written + lines.size() < size->count) {
      generator.append(lines, *source, events++);
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
  options.faults = *faults;
  options.cert_dir = arguments.cert_dir;
  options.seed = arguments.seed;
  options.mix = mix;
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
  CLI::App app("Simulates the four event streams of the BinaryEdge API V1 over TLS.",
               "penstock-sim");
  app.footer("\n" + fault_help());
  app.add_option("--listen", arguments.listen, "Address and port; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--cert-dir", arguments.cert_dir, "Folder that gets ca.pem; needed to serve");
  app.add_option("--seed", arguments.seed, "The same seed makes the same events")
      ->capture_default_str();
  app.add_option("--rate", arguments.rate, "Events per second of each source, or max")
      ->capture_default_str();
  app.add_option("--token", arguments.token, "Token that clients must send as X-Token")
      ->envname("PENSTOCK_SIM_TOKEN");
  app.add_option("--faults", arguments.faults, "What goes wrong, see below");
  app.add_option("--mix", arguments.mix, "Events of firehose and stream: mixed, or port only")
      ->check(CLI::IsMember({"mixed", "port"}))
      ->capture_default_str();
  app.add_option("--write", arguments.write, "Write events to this file instead of serving them");
  app.add_option("--source", arguments.source, "With --write: whose events")->capture_default_str();
  app.add_option("--bytes", arguments.bytes, "With --write: how many bytes")->capture_default_str();
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
