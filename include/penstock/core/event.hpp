// What extraction makes of a block.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/block.hpp"
#include "penstock/core/fingerprint.hpp"
#include "penstock/core/job_words.hpp"

namespace penstock {

// One valid event. All views point into its block, or into the batch's `decoded` where the line
// writes a field with escapes.
struct Event {
  std::string_view line;                // the bytes as received, without the line end
  std::string_view type;                // origin.type
  std::string_view job_id;              // origin.job_id as written, `client-` included
  std::string_view ip;                  // target.ip, else peer.ip, else origin.ip
  std::string_view country;             // origin.country, the scanner's
  std::optional<std::int64_t> time_ms;  // origin.ts, milliseconds since 1970
  std::uint32_t port = 0;               // target.port, else peer.port; 0: none
  // A field can be there and be empty; these tell the two apart for Kafka keys.
  bool has_type = false;
  bool has_job_id = false;
  bool has_ip = false;
  bool ip_is_origin = false;  // the scanner's or sender's address, not the target's

  bool is_job_status() const { return type == "job_status"; }
};

enum class DeadLetterReason : std::uint8_t {
  invalid_json,
  not_an_object,
  invalid_utf8,
  too_deep,
  too_large,
  rejected_by_broker,
};
inline constexpr std::size_t dead_letter_reasons = 6;

// As the contract writes it: `invalid_json`, …
std::string_view to_string(DeadLetterReason reason) noexcept;

// Received bytes that are no valid event. `bytes` is a view into the block.
struct DeadLetter {
  DeadLetterReason reason = DeadLetterReason::invalid_json;
  std::string_view bytes;
  std::uint64_t size = 0;  // of the whole line; more than bytes.size() for an oversized one
};

// What becomes of a valid event.
enum class Verdict : std::uint8_t {
  publish,
  duplicate,  // was published before
  filtered,   // the configuration doesn't ask for it
};

enum class ChannelKind : std::uint8_t { live, replay };

// What a job_status event says.
struct JobStatus {
  std::uint32_t event = 0;  // its index in the batch
  JobFlags flags;
};

// A block, extracted. Moves freely: views stay good, as they point into the block or the deque.
struct Batch {
  Block block;
  std::vector<Event> events;
  std::vector<DeadLetter> dead_letters;
  std::deque<std::string> decoded;    // field values that needed decoding
  std::uint64_t truncated_bytes = 0;  // of a session's cut-off last line, dropped
  // Of a live channel: blocks that stood before this one in the journal are lost. Set where batches
  // are taken for decision.
  bool after_loss = false;
  ChannelKind channel_kind = ChannelKind::live;
  // One for each event where the channel has a ledger, else none. That of an event without a job
  // id, and of a job_status event, is all zeros.
  std::vector<Fingerprint> fingerprints;
  std::vector<JobStatus> job_statuses;  // where the channel has a ledger
  std::vector<Verdict> verdicts;        // one for each event; none: all are published
  // With the verdicts, where the channel has a ledger: which of its identical twins an event is,
  // from 1; 0: not counted.
  std::vector<std::uint32_t> copies;
};

}  // namespace penstock
