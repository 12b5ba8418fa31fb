// Decides what becomes of records that Kafka refuses for what they are. Pure.
//
// A refused record fails with its whole Kafka batch, neighbours included. So after the abort each
// suspect is produced in a batch of its own, and only what is refused alone is to blame:
//
//   an event     goes to the dead letters; with its time of receipt instead, if its own time was
//                what the broker refused
//   a dead letter  goes in smaller parts, and if those are refused, too, waits: its topic is to
//                blame, and nothing is dropped
//
// What is accepted alone goes with the others again. Where none of the suspects is to blame, or
// none but such as were accepted are refused together, it was the batch that was too large: then
// batches are made of fewer records, half as many each time. And a time that was refused isn't
// tried again with one that is as far from its receipt. Both hold for some minutes, as a topic's
// settings may be changed.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>

#include "penstock/core/ids.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock::publish {

// A record by its place: the item, and its index among the item's events or dead letters.
struct RecordId {
  ItemSequence item;
  bool letter = false;
  std::uint32_t index = 0;
  auto operator<=>(const RecordId&) const = default;
};

struct Refusal {
  RecordId id;
  bool for_its_time = false;  // the timestamp is what the broker doesn't take
  auto operator<=>(const Refusal&) const = default;
};

class RefusedRecords {
 public:
  enum class Disposition : std::uint8_t {
    together,
    alone,          // in a Kafka batch of its own
    received_time,  // alone, with the time of receipt
    dead_letter,    // of an event
    small_parts,    // of a dead letter; each part alone
  };

  Disposition of(RecordId id) const;
  bool any() const noexcept { return !records_.empty(); }
  // So many records may be in a Kafka batch; none: as many as there are.
  std::optional<std::size_t> most_together(MonotonicTime now) const;
  // No broker takes a time that is so far ahead of its receipt, or behind it where negative.
  bool refuses_time(Duration ahead, MonotonicTime now) const;
  bool refuses_any_time(MonotonicTime now) const;

  // Kafka refused these, in the transaction that is being aborted. A record that was produced
  // alone is known to be the cause; of the others any may be. Returns whether anything was
  // learned: the next attempt does something else. That ends, as a record has few dispositions.
  bool failed(std::span<const Refusal> refusals, MonotonicTime now);
  // It is sent alone next, its time so far ahead of its receipt.
  void try_alone(RecordId id, Duration ahead) noexcept { tried_ = {id, ahead}; }
  // Kafka took it alone, whatever becomes of that transaction.
  void accepted(RecordId id);
  // Kafka can't take this event in any batch; found before it was sent.
  void refuse(RecordId id, MonotonicTime now);
  // Items up to this one are committed.
  void committed(ItemSequence up_to, MonotonicTime now);

  // More records were refused within a minute than records can be to blame for; or a dead letter
  // was in the last transaction that failed, however small: the topic is at fault.
  bool events_topic_refuses(MonotonicTime now);
  bool dead_letters_topic_refuses() const noexcept { return letters_refused_; }

 private:
  struct Record {
    Disposition disposition = Disposition::together;
    bool accepted = false;  // alone, once
  };
  struct Tried {
    RecordId id;
    Duration ahead{0};
  };
  template <typename T>
  struct Learned {
    T value;
    MonotonicTime until;
  };
  // None: nothing was learned, or it is too long ago.
  template <typename T>
  static std::optional<T> in_force(const std::optional<Learned<T>>& learned, MonotonicTime now) {
    return learned && now < learned->until ? std::optional(learned->value) : std::nullopt;
  }

  bool blame(RecordId id, bool for_its_time, MonotonicTime now);
  void learn_batch(std::size_t too_many, MonotonicTime now);
  void learn_time(Duration ahead, MonotonicTime now);

  std::map<RecordId, Record> records_;  // that were refused, and are not committed
  std::deque<MonotonicTime> refusals_;  // of the last minute, bounded by limits
  bool letters_refused_ = false;
  Tried tried_;
  std::optional<Learned<std::size_t>> most_together_;
  bool halved_ = false;                                    // since there were no records_
  std::optional<Learned<Duration>> too_early_, too_late_;  // the nearest to the receipt
};

}  // namespace penstock::publish
