// What was sent on one source, a session at a time. Lines are kept as (index, kind), a few bytes a
// run of them, and made again to be read.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/simulator/event_generator.hpp"
#include "simulator/source_script.hpp"

namespace penstock::simulator {

enum class SessionState : std::uint8_t { open, orderly, aborted };

class Truth {
 public:
  // Sessions count from 1.
  std::uint64_t open_session();
  // Line `n` of the script was sent, as `kind`; of the session's last line maybe only the first
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

// One record: a line that was sent, the end of a session, or an event of a job that no session
// carried whole.
struct TruthRecord {
  std::uint64_t session = 0;  // 0: none
  std::uint64_t n = 0;        // of the session's lines, from 0; of an end: how many there were
  std::optional<SessionState> ended;
  std::string job;  // with `client-`; empty: none
  bool whole = true;
  std::optional<DeadLetterReason> bad;
  std::string_view bytes;  // until the next record is read
};

// As `GET /_sim/truth/<source>` writes it, line end included.
void append_json(std::string& out, const TruthRecord& record);

// Reads a truth as it stood when the reader was made, while it may go on growing: the sessions,
// then what none of them carried.
class TruthReader {
 public:
  // `decided`: lines before it were sent, or nobody will be sent them.
  TruthReader(const Truth& truth, const SourceScript& script, std::uint64_t decided);

  // A session that is open has no record of its end.
  std::optional<TruthRecord> next();

 private:
  // None: a blank line, which nobody counts.
  std::optional<TruthRecord> line(const Truth::Session& session);
  TruthRecord missed();
  void find_missed(std::uint64_t decided);
  bool carried_its_last(const Truth::Session& session) const;

  const Truth& truth_;
  const SourceScript& script_;
  struct Seen {
    std::uint64_t lines;
    bool ended;
  };
  std::vector<Seen> sessions_;  // as they stood
  std::size_t session_ = 0;     // the next record's
  std::uint64_t line_ = 0;
  std::uint64_t told_ = 0;  // of the session
  std::size_t run_ = 0;
  std::uint32_t in_run_ = 0;
  std::vector<std::uint64_t> missed_;  // lines that no session carried
  std::size_t missed_told_ = 0;
  std::string buffer_;
};

}  // namespace penstock::simulator
