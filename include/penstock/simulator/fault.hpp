// What can be made to go wrong, in words that `penstock-sim --help` lists.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/units.hpp"
#include "penstock/simulator/event_generator.hpp"

namespace penstock::simulator {

enum class FaultKind : std::uint8_t {
  // ends of a session
  end,
  fin,
  reset,
  tls_truncate,
  stall,
  // shapes of the body
  tiny_chunks,
  split_chunks,
  crlf,
  blank_lines,
  // bad lines
  malformed,
  truncated_line,
  not_an_object,
  invalid_utf8,
  too_deep,
  too_large,
  // what the next connection meets
  http_401,
  http_403,
  http_404,
  http_420,
  http_429,
  http_500,
  http_503,
  slow_headers,
  redirect,
  redirect_elsewhere,
  content_length,
  until_close,
  // what the next replay is like
  replay_order,
  replay_space,
  replay_numbers,
  replay_no_status,
  replay_missing,
  replay_changed,
  // switches
  quiet,
  no_new_jobs,
  resume,
};

enum class FaultGroup : std::uint8_t { ending, shape, line, connection, replay, control };

// Where a fault strikes: at streams, at GET /v1/replay/<id>, at /v1/tasks and what is below it, at
// what is below /v1/query/, or at the pictures, /images/ and /thumbs/.
enum class FaultPlace : std::uint8_t { streams, replay, tasks, query, pictures };

struct FaultWord {
  FaultKind kind;
  std::string_view name;
  FaultGroup group;
  std::string_view help;
};
std::span<const FaultWord> fault_words() noexcept;
const FaultWord& word(FaultKind kind) noexcept;
// Fails with the nearest known word.
Result<FaultKind> fault_named(std::string_view name);

struct Fault {
  FaultKind kind;
  std::optional<Duration> lasts;             // stall, slow_headers
  std::optional<std::uint32_t> retry_after;  // seconds; statuses only
  std::optional<double> fraction{};          // of events; replay_missing and replay_changed
};

// One entry of a SPEC. Without `every` and `probability` nothing happens by itself; the entry then
// says how long a fault of its kind lasts when it is asked for.
struct FaultRule {
  Fault fault;
  std::optional<Duration> every;  // on average, exponentially distributed, for each source
  double probability = 0;         // for each event sent; where it fits, for each request
  std::optional<Source> source;   // of streams; none: every one
  FaultPlace place = FaultPlace::streams;
};

// `kind[:every=DURATION][:probability=P][:source=NAME][:for=DURATION][:retry_after=SECONDS]
// [:fraction=F]`, comma-separated; NAME is a source or another place, as FaultPlace names it. The
// error names the part that is wrong.
Result<std::vector<FaultRule>> parse_faults(std::string_view spec);

// What a SPEC looks like, in lines; and what its words mean, in sentences.
std::string_view fault_grammar() noexcept;
std::string_view fault_notes() noexcept;

// What stands in --help: both of them and every kind, at most 80 columns wide.
std::string fault_help();

}  // namespace penstock::simulator
