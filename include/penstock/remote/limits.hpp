// Bounds of remote that aren't configuration, with their reasons.
#pragma once

#include <chrono>

#include "penstock/core/units.hpp"

namespace penstock::limits {

// A response header (response_header) and one TLS record (16 KiB) fit, so that a read always has
// room for a whole record.
inline constexpr Bytes receive_buffer = 80_KiB;
// A Retry-After below would hammer a server that says 0 or a time gone by; one above would let a
// typo of the server silence a source for days.
inline constexpr std::chrono::seconds retry_after_min{1};
inline constexpr std::chrono::hours retry_after_max{1};
inline constexpr int interim_answers = 16;    // 1xx before the real one; servers send one or two
inline constexpr Bytes proxy_answer = 8_KiB;  // header of the answer to CONNECT: a status line
inline constexpr std::chrono::seconds paused_tick{1};  // how stale paused_ms may be in a pause

}  // namespace penstock::limits
