// Counts how often each distinct event of each open job was published, so that replays add exactly
// what is missing. Pure; used by one thread.
//
//   published(event) = max over channels of the times that the channel delivered it
//
// An event is to be published iff its channel's count now exceeds `published`. Each channel sees a
// part of the truth, so the maximum never exceeds the truth: no duplicate, whatever the
// interleaving. A job has two channels at a time at most: the live session and one run of a replay.
//
// Memory is bounded: 10 million events of open jobs fit in 400 MB, at any moment. The limit is for
// events: a job's own record, some 300 bytes, is never refused.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "penstock/core/decision.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/fingerprint.hpp"
#include "penstock/core/units.hpp"

namespace penstock::jobs {

// What a run of a replay brought, and how it stands to what was published before.
struct RunSummary {
  std::uint64_t events = 0;  // delivered, twins included
  // Of the copies that are published at the time of asking, those that the run delivered as well:
  // the sum over events of min(count of the run, published). Equal to published() of the job
  // exactly if the run contains all that is published. Copies that the run itself published count,
  // and so do those that live published meanwhile, once the run delivered them.
  std::uint64_t covered = 0;
  Fingerprint digest;  // sum modulo 2^128 over the events delivered: of their multiset
};

class Ledger {
 public:
  explicit Ledger(Bytes max_memory);
  ~Ledger();
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;

  struct Delivery {
    Verdict verdict = Verdict::publish;
    // More copies than before are published: so many now. 0: no change to be stored.
    std::uint32_t published = 0;
    bool operator==(const Delivery&) const = default;
  };
  // A channel delivered one more copy. `only_count`, for replays: the run is checked before it is
  // believed: nothing of it is published. What has no room in memory makes the job incomplete. From
  // then on, copies of replays are never published; live copies of events that are known are
  // decided as ever, and those of others are all published, uncounted.
  Delivery deliver(std::string_view job, ChannelKind kind, Fingerprint event,
                   bool only_count = false);

  // A new channel starts at zero: a session for all jobs, a run for one. Neither takes time.
  void open_session();
  void open_run(std::string_view job);
  RunSummary run(std::string_view job) const;

  // What the state topic holds of an earlier time; for one event the largest count stays.
  void restore(std::string_view job, std::span<const LedgerEntry> entries);
  // Its events aren't all counted: no replay can be merged. Stays until drop().
  bool incomplete(std::string_view job) const;
  void set_incomplete(std::string_view job);
  std::uint64_t published(std::string_view job) const;  // copies of all events
  void drop(std::string_view job);
  Bytes memory() const;  // of the tables, as allocated

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace penstock::jobs
