// What is decided about a batch before it is published, and who decides it.
//
// A decision is made once, when the batch is taken, and kept: whatever is produced again after an
// abort is produced with the same decision.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/fingerprint.hpp"

namespace penstock {

enum class RecordTopic : std::uint8_t {
  state,  // keys stand without the source's name, which publish puts in front
  jobs,   // `<prefix>.jobs`
  gaps,   // `<prefix>.gaps`
};

// A record beside the events, in the same transaction.
struct SideRecord {
  RecordTopic topic = RecordTopic::state;
  std::string key;
  std::optional<std::string> value;  // none: a tombstone
  bool operator==(const SideRecord&) const = default;
};

// So many copies of the event are published, by now.
struct LedgerEntry {
  Fingerprint event;
  std::uint32_t published = 0;
  bool operator==(const LedgerEntry&) const = default;
};

// What one decision changes beside the events.
struct Changes {
  std::vector<SideRecord> records;                         // of one key, the last counts
  std::map<std::string, std::vector<LedgerEntry>> ledger;  // by normal job id; the last counts
  bool empty() const { return records.empty() && ledger.empty(); }
};

// Used by one thread.
class Decider {
 public:
  virtual ~Decider() = default;

  // At the start, before anything else: what the state topic holds, in the order of its commits;
  // the source's name is cut from the keys. Records that aren't the decider's own are passed over.
  // An error names a record that this version can't read.
  virtual Result<void> restore(std::string_view key, std::optional<std::string_view> value) = 0;
  virtual void restored(WallTime now) = 0;

  // Sets batch.verdicts. Batches of live sessions and of replays, each channel in its order.
  virtual Changes decide(Batch& batch, WallTime now) = 0;

  // The records of a transaction with these changes, in the order of their decisions.
  virtual std::vector<SideRecord> records(std::span<const Changes* const> changes) = 0;
  // That transaction was committed.
  virtual void committed(std::span<const Changes* const> changes) = 0;
};

}  // namespace penstock
