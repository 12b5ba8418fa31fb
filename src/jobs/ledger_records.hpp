// The records of a transaction, put together from the changes in it, and the numbers of the ledger
// records, `ledger/<job>/<n>`. Pure; used by one thread.
//
// A job's numbers are one range, first to next. A number is taken when the transaction that wrote
// it is committed. What ends a ledger is committed first; its records get their tombstones
// afterwards, from the lowest number on, some a tick.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "jobs/job_tracker.hpp"
#include "penstock/core/decision.hpp"
#include "penstock/core/error.hpp"

namespace penstock::jobs {

inline constexpr std::string_view ledger_part = "ledger/";
std::string ledger_key(std::string_view job, std::uint64_t number);
struct LedgerKey {
  std::string_view job;
  std::uint64_t number = 0;
};
std::optional<LedgerKey> parse_ledger_key(std::string_view key);  // begins with ledger_part

// The line `v=1`, then of each entry 16 bytes big-endian of the fingerprint and its count in
// LEB128.
std::string encode(std::span<const LedgerEntry> entries);
// An error says what is wrong, but not with which record.
Result<std::vector<LedgerEntry>> decode_ledger(std::string_view value);

class LedgerRecords {
 public:
  // From the state topic. `there`: not a tombstone.
  void restore(std::string_view job, std::uint64_t number, bool there);

  // The same changes give the same records, as often as they are asked for before committed().
  std::vector<SideRecord> of(std::span<const Changes* const> changes) const;
  // Where a record of a job in it ends the job's ledger, what was stored of it is dropped.
  void committed(std::span<const Changes* const> changes);

  void drop(std::string_view job);
  // At most `limit` of what is to be dropped. The jobs of which nothing is left then.
  std::vector<std::string> add_tombstones(std::vector<SideRecord>& records, std::size_t limit);
  // Nothing is stored of it.
  bool none_of(std::string_view job) const;
  std::vector<std::string> jobs() const;

 private:
  struct Range {
    std::uint64_t first = 0, next = 0;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>{}(id); }
  };
  std::unordered_map<std::string, Range, Hash, std::equal_to<>> ranges_;
  JobIds dropping_;
};

}  // namespace penstock::jobs
