// How a session ended, and what happens at a source, in the contract's words.
#pragma once

#include <cstdint>
#include <string_view>

namespace penstock {

// The causes of a gap (`<prefix>.gaps`). The first ones are those of a session's end or of an
// attempt that failed, which `penstock_disconnects_total` counts.
enum class DisconnectCause : std::uint8_t {
  ended,         // the body came to its end
  aborted,       // TCP or TLS broke while the body was streaming
  stalled,       // no byte for stall_timeout
  refused,       // 401, 403, 404, a redirect elsewhere, a certificate that isn't trusted
  throttled,     // 420, 429
  server_error,  // 5xx and other unexpected answers
  unreachable,   // name resolution, TCP connect, TLS handshake, no response header in time
  paused,        // ended by the remote while penstock was not reading
  daemon_down,
  journal_damaged,
};
inline constexpr std::size_t disconnect_causes = 10;
inline constexpr std::size_t session_end_causes = 8;  // up to `paused`
std::string_view to_string(DisconnectCause cause) noexcept;

// What is told on the status topic and in the log, one a change.
enum class SourceEvent : std::uint8_t {
  connected,
  disconnected,
  stalled,
  unauthorised,
  not_found,
  throttled,
  paused,
  resumed,
  taken_over,
  rejected_by_broker,
  publishing_held,
  replay_started,
  replay_finished,
  replay_held,    // what it brings doesn't match what was published: an operator decides
  ledger_full,    // there is no room to count a job's events: no replay of it can be merged
  job_uncounted,  // nor of one that was published while nothing was counted
};
std::string_view to_string(SourceEvent event) noexcept;

}  // namespace penstock
