#include "simulator/arguments.hpp"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "penstock/core/option_numbers.hpp"
#include "penstock/simulator/command_line.hpp"

namespace penstock::simulator {
namespace {

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

CLI::Validator whole_up_to(std::uint64_t most) {
  return {[=](std::string& text) { return settle_whole(text, 0, most); }, ""};
}

std::string check_probability(const std::string& text) { return check_number(text, 0, 1); }

}  // namespace

void define(CLI::App& app, Arguments& arguments) {
  app.name("penstock-sim");
  app.description(
      "Simulates the BinaryEdge API V1 over TLS: streams, tasks, replays, queries, images.");
  app.formatter(std::make_shared<Help>());  // shared: as CLI11 keeps it
  app.footer("\n" + fault_help());
  const auto option = [&app](const char* name, auto& value, const char* type, const char* help) {
    return app.add_option(name, value, help)->type_name(type);
  };
  app.option_defaults()->group("Serving");
  option("--listen", arguments.listen, "ADDRESS", "With port; port 0: a free one [127.0.0.1:8443]");
  option("--cert-dir", arguments.cert_dir, "DIR", "Folder that gets ca.pem; needed");
  option("--host", arguments.hosts, "NAME",
         "A name or an address of it, for its certificate;\nmay be given again [those of loopback]")
      ->allow_extra_args(false);
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
  option("--seed", arguments.seed, "N", "The same seed makes the same events [1]")
      ->transform(whole_up_to(std::numeric_limits<std::uint64_t>::max()));
  option("--mix", arguments.mix, "MIX", "firehose and stream: mixed, or port only [mixed]")
      ->check(CLI::IsMember({"mixed", "port"}));
  option("--start-time", arguments.start_time, "TIME",
         "Of the first event, as RFC 3339; then they are a\nmillisecond apart [the clock's time]");

  app.option_defaults()->group("Jobs");
  option("--jobs-every", arguments.jobs_every, "DURATION", "There is a new job so often [never]");
  option("--jobs-events", arguments.jobs.events, "N",
         "Results of a job, from half to 1.5 of it [200]")
      ->transform(whole_up_to(std::numeric_limits<std::uint32_t>::max()));
  option("--jobs-lasting", arguments.jobs_lasting, "DURATION",
         "A job's time, from half to 1.5 of it [20s]");
  option("--jobs-failed", arguments.jobs.failed, "P", "Probability that a job fails [0.1]")
      ->check(check_probability, "");
  option("--jobs-revoked", arguments.jobs.revoked, "P", "Probability that a job is revoked [0.1]")
      ->check(check_probability, "");
  option("--jobs-twins", arguments.jobs.twins, "P",
         "Probability that a result copies an earlier one\nexactly [0.02]")
      ->check(check_probability, "");
  option("--tasks-listed", arguments.tasks_listed, "N", "GET /v1/tasks has the latest N only [100]")
      ->transform(whole_up_to(std::numeric_limits<std::uint64_t>::max()));
  option("--replay-kept", arguments.replay_kept, "DURATION",
         "After a job's end; then its replay is 404 [for good]");

  app.option_defaults()->group("Writing a file instead");
  option("--write", arguments.write, "FILE", "File that gets events");
  option("--source", arguments.source, "NAME", "Whose events [firehose]");
  option("--bytes", arguments.bytes, "SIZE", "How many bytes [300MB]");
}

void with_parser(const std::function<void(CLI::App&)>& use) {
  CLI::App parser;
  Arguments arguments;
  define(parser, arguments);
  use(parser);
}

}  // namespace penstock::simulator
