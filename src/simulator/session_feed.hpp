// What one session sends: events, faults and framing. Pure: a value in, the next bytes out. Keeps
// the source's truth as it goes; the shell that writes the bytes only tells how the session ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/source_state.hpp"

namespace penstock::simulator {

struct Step {
  enum class Then : std::uint8_t { go_on, end, fin, reset, tls_truncate, stall };
  std::string_view bytes;  // to be sent first; valid until the next call
  Then then = Then::go_on;
  Duration stall{};  // then go on with after_stall()
};

// What a feed sends from, and what it keeps as it goes.
struct FeedSource {
  const Script& script;
  std::uint64_t& next;  // index of the next line
  Endpoint& endpoint;   // its faults and figures
  Truth& truth;
};

inline constexpr Duration default_stall = std::chrono::minutes(10);

class SessionFeed {
 public:
  enum class Framing : std::uint8_t { chunked, none };
  struct Shape {
    Framing framing = Framing::chunked;
    std::uint64_t max_lines = Pace::unlimited;  // then the session ends
    std::uint64_t breaks_from = 0;              // no ending fault before so many lines
  };
  // What `source` refers to outlives the feed. `random_stream` tells its random numbers from those
  // of other feeds.
  SessionFeed(const FeedSource& source, const Shape& shape, std::uint64_t seed,
              std::uint64_t random_stream);

  // At most `allowance` lines. Faults fire even where there is no line to send.
  Step next(MonotonicTime now, std::uint64_t allowance);
  // What the stall held back.
  Step after_stall();
  // All lines up to max_lines in one piece, without faults of the body.
  std::string_view whole_body();

  // Lines handed out so far; the session they are listed under in the truth.
  std::uint64_t lines() const { return lines_; }
  std::uint64_t session() const { return session_; }

 private:
  struct Line {
    std::uint64_t n;
    LineKind kind;
    std::size_t begin, end;  // in body_, without the line end
    std::size_t next;        // behind the line end
  };
  // A stretch of body_ in what is sent.
  struct Chunk {
    std::size_t body, framed, size;
  };

  void clear();
  void fill(std::uint64_t allowance);
  void append_line(LineKind kind);
  void append_blank_lines();
  void start_shape(FaultKind kind);
  void add_borders(const Line& line);
  void trim(std::size_t lines);
  void frame(bool last_chunk);
  void append_chunk(std::size_t begin, std::size_t end);
  Step ending(const Fault& fault);
  std::size_t random_cut(std::size_t first_line);
  std::size_t body_sent(std::size_t framed_sent) const;
  void hand_out(std::size_t body_sent);

  FeedSource source_;
  Shape shape_;
  std::uint64_t session_;
  SplitMix64 random_;
  std::uint64_t lines_ = 0;

  // The batch in hand. body_ begins with room for a chunk header.
  std::string body_;
  std::size_t body_end_ = 0;  // behind it stands framing
  std::vector<Line> batch_;
  std::vector<std::size_t> borders_;  // of chunks, in body_
  std::string framed_;                // used where there are borders
  std::vector<Chunk> chunks_;
  std::string_view out_;        // body_ or framed_, to be sent
  std::size_t handed_out_ = 0;  // of body_
  std::size_t listed_ = 0;      // lines of batch_ in the truth, a cut one included
  std::size_t held_back_ = 0;   // of out_, from here on, by a stall

  std::uint64_t crlf_lines_ = 0;  // still to be sent in that shape
  std::size_t tiny_bytes_ = 0;
  std::size_t split_bytes_ = 0;
};

}  // namespace penstock::simulator
