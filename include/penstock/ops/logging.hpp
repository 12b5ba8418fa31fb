// The daemon's log: one event a line, as text for people or as JSON for programs.
// What repeats itself is written the first times, and then counted (limits::log_repeats).
//
//   2026-11-23T20:15:30.250Z info    session opened  source=firehose session=3
//   {"time":"2026-11-23T20:15:30.250Z","level":"info","event":"session
//   opened","source":"firehose","session":3}
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>

#include "penstock/core/log.hpp"

namespace penstock::ops {

enum class LogFormat : std::uint8_t { text, json };

class LeveledLog : public Log {
 public:
  // Lines below `level` are left out from now on. From any thread.
  virtual void set_level(LogLevel level) = 0;
};

// Writes to `out`, which stays the caller's and has to outlive the log; every line is flushed.
// What is still to be told of repeats is written when the log ends.
std::unique_ptr<LeveledLog> make_log(LogLevel level, LogFormat format, std::FILE* out = stderr);

}  // namespace penstock::ops
