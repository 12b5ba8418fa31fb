#include "penstock/publish/refused_records.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "penstock/core/limits.hpp"

namespace penstock::publish {

RefusedRecords::Disposition RefusedRecords::of(RecordId id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? Disposition::together : found->second.disposition;
}

std::optional<std::size_t> RefusedRecords::most_together(MonotonicTime now) const {
  return in_force(most_together_, now);
}

bool RefusedRecords::refuses_time(Duration ahead, MonotonicTime now) const {
  const auto late = in_force(too_late_, now);
  const auto early = in_force(too_early_, now);
  return (late && ahead >= *late) || (early && ahead <= *early);
}

bool RefusedRecords::refuses_any_time(MonotonicTime now) const {
  return in_force(too_late_, now) || in_force(too_early_, now);
}

bool RefusedRecords::failed(std::span<const Refusal> refusals, MonotonicTime now) {
  letters_refused_ = false;
  bool learned = false;
  std::size_t refused_again = 0;  // together, though accepted alone
  const std::optional<std::size_t> most = most_together(now);
  std::set<RecordId> seen;  // the parts of a dead letter have one id
  for (const Refusal& refusal : refusals) {
    if (!seen.insert(refusal.id).second) {
      continue;
    }
    Record& record = records_[refusal.id];
    if (record.disposition != Disposition::together) {
      learned = blame(refusal.id, refusal.for_its_time, now) || learned;
    } else if (record.accepted && most != 1) {
      ++refused_again;
    } else {
      record.disposition = Disposition::alone;
      learned = true;
    }
  }
  if (refused_again > 0 && refused_again == seen.size()) {
    learn_batch(refused_again, now);
    learned = true;
  }
  return learned;
}

void RefusedRecords::learn_batch(std::size_t too_many, MonotonicTime now) {
  const std::size_t together = std::min(too_many, most_together(now).value_or(too_many));
  most_together_ = {std::max<std::size_t>(together / 2, 1), now + limits::refusal_memory};
  halved_ = true;
}

// It was refused alone.
bool RefusedRecords::blame(RecordId id, bool for_its_time, MonotonicTime now) {
  Disposition& disposition = records_[id].disposition;
  if (disposition == Disposition::small_parts) {
    letters_refused_ = true;
    return false;
  }
  if (disposition == Disposition::dead_letter) {
    return false;
  }
  if (id.letter) {
    disposition = Disposition::small_parts;
  } else if (for_its_time && disposition == Disposition::alone) {
    disposition = Disposition::received_time;
    if (tried_.id == id) {
      learn_time(tried_.ahead, now);
    }
  } else {
    refuse(id, now);
  }
  return true;
}

void RefusedRecords::learn_time(Duration ahead, MonotonicTime now) {
  if (ahead > Duration{0}) {
    too_late_ = {ahead, now + limits::refusal_memory};
  } else if (ahead < Duration{0}) {
    too_early_ = {ahead, now + limits::refusal_memory};
  }
}

void RefusedRecords::accepted(RecordId id) {
  const auto record = records_.find(id);
  if (record != records_.end() && record->second.disposition == Disposition::alone &&
      !std::exchange(record->second.accepted, true)) {
    record->second.disposition = Disposition::together;
  }
}

void RefusedRecords::refuse(RecordId id, MonotonicTime now) {
  Disposition& disposition = records_[id].disposition;
  if (disposition == Disposition::dead_letter) {
    return;
  }
  disposition = Disposition::dead_letter;
  refusals_.push_back(now);
  if (refusals_.size() > limits::refused_records_per_minute + 1) {
    refusals_.pop_front();
  }
}

void RefusedRecords::committed(ItemSequence up_to, MonotonicTime now) {
  const auto end = records_.lower_bound(RecordId{up_to.next()});
  const auto is_cleared = [](const auto& entry) {
    return entry.second.accepted && (entry.second.disposition == Disposition::together ||
                                     entry.second.disposition == Disposition::alone);
  };
  // While suspects are left, one of them may be to blame.
  if (end == records_.end() && records_.size() > 1 && !halved_ &&
      std::ranges::all_of(records_, is_cleared)) {
    learn_batch(records_.size(), now);
  }
  records_.erase(records_.begin(), end);
  halved_ = halved_ && any();
  letters_refused_ = false;
}

bool RefusedRecords::events_topic_refuses(MonotonicTime now) {
  while (!refusals_.empty() && now - refusals_.front() > std::chrono::minutes(1)) {
    refusals_.pop_front();
  }
  return refusals_.size() > limits::refused_records_per_minute;
}

}  // namespace penstock::publish
