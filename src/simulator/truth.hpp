// What was sent on one source, a session at a time. Lines are kept as (index, kind), a few bytes a
// run of them, and generated again to be read.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/units.hpp"
#include "penstock/simulator/event_generator.hpp"

namespace penstock::simulator {

enum class SessionState : std::uint8_t { open, orderly, aborted };

class Truth {
 public:
  // Sessions count from 1.
  std::uint64_t open_session();
  // Line `n` of the generator was sent, as `kind`; of the session's last line maybe only the first
  // `cut` bytes, or all of them without its line end.
  void add_line(std::uint64_t session, std::uint64_t n, LineKind kind);
  void set_cut(std::uint64_t session, std::optional<std::uint64_t> cut);
  void end_session(std::uint64_t session, SessionState state);

 private:
  friend class TruthReader;
  // `count` lines of one kind with consecutive indexes.
  struct Run {
    std::uint64_t first;
    std::uint32_t count;
    LineKind kind;
  };
  struct Session {
    std::vector<Run> runs;
    std::uint64_t lines = 0;
    std::optional<std::uint64_t> cut;
    SessionState state = SessionState::open;
  };
  Session& at(std::uint64_t session) { return sessions_[session - 1]; }

  std::deque<Session> sessions_;
};

// One record: a line that was sent, or the end of a session.
struct TruthRecord {
  std::uint64_t session = 0;
  std::uint64_t n = 0;  // of the session's lines, from 0; of an end: how many there were
  std::optional<SessionState> ended;
  std::string job;  // with `client-`; empty: none
  bool whole = true;
  std::optional<DeadLetterReason> bad;
  std::string_view bytes;  // until the next record is read
};

// As `GET /_sim/truth/<source>` writes it, line end included.
void append_json(std::string& out, const TruthRecord& record);

// Reads a truth as it stood when the reader was made, while it may go on growing.
class TruthReader {
 public:
  TruthReader(const Truth& truth, const EventGenerator& generator, Source source, Bytes max_event);

  // A session that is open has no record of its end.
  std::optional<TruthRecord> next();

 private:
  TruthRecord line(const Truth::Session& session);

  const Truth& truth_;
  const EventGenerator& generator_;
  Source source_;
  Bytes max_event_;
  struct Seen {
    std::uint64_t lines;
    bool ended;
  };
  std::vector<Seen> sessions_;  // as they stood
  std::size_t session_ = 0;     // the next record's
  std::uint64_t line_ = 0;
  std::size_t run_ = 0;
  std::uint32_t in_run_ = 0;
  std::string buffer_;
};

}  // namespace penstock::simulator
