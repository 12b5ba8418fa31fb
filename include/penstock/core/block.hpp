// A sealed block as it goes from the journal to the workers and the publisher.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "penstock/core/ids.hpp"
#include "penstock/core/session_end.hpp"
#include "penstock/core/time.hpp"

namespace penstock {

enum class BlockKind : std::uint8_t {
  lines = 0,           // whole lines; only a session's last block may end without a line end
  oversized_line = 1,  // the beginning of one line that is larger than events.max_size
  // Marks, so that what follows from them is decided in the order of the bytes:
  session_opened = 2,  // its time is that of the response header; no data
  session_closed = 3,  // from its time on something may be lost; `cause` is set; no data
};

// The remote held back what it had, as nobody took it. What comes until it has caught up was sent
// since then.
struct Backlog {
  WallTime since, caught_up;
  bool operator==(const Backlog&) const = default;
};

// A view: the bytes belong to the journal and stay, unchanged, until the block's sequence is
// released.
struct Block {
  BlockSequence sequence;
  ChannelId channel;
  SessionId session;
  BlockKind kind = BlockKind::lines;
  WallTime received_at;  // of the block's first byte; of a mark see there
  std::string_view bytes;
  std::uint64_t original_size = 0;                 // of an oversized line, without its line end
  DisconnectCause cause = DisconnectCause::ended;  // of a session's end
  bool recovered = false;                          // it was there when the process began
  std::optional<Backlog> backlog{};  // if the session is behind; not of recovered ones
  // A tick of the commits: it was sealed for that, and nothing more comes before.
  std::optional<MonotonicTime> last_before{};
  bool is_mark() const {
    return kind == BlockKind::session_opened || kind == BlockKind::session_closed;
  }
};

}  // namespace penstock
