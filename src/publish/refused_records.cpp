#include "penstock/publish/refused_records.hpp"

#include <set>

#include "penstock/core/limits.hpp"

namespace penstock::publish {

RefusedRecords::Disposition RefusedRecords::of(RecordId id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? Disposition::together : found->second;
}

bool RefusedRecords::failed(std::span<const Refusal> refusals, MonotonicTime now) {
  letters_refused_ = false;
  bool found_out = false;
  std::set<RecordId> seen;  // the parts of a dead letter have one id
  for (const Refusal& refusal : refusals) {
    if (!seen.insert(refusal.id).second) {
      continue;
    }
    const auto [record, is_new] = records_.try_emplace(refusal.id, Disposition::alone);
    if (is_new) {
      continue;
    }
    switch (record->second) {
      case Disposition::alone:
        if (refusal.id.letter) {
          record->second = Disposition::small_parts;
        } else if (refusal.for_its_time) {
          record->second = Disposition::received_time;
        } else {
          refuse(refusal.id, now);
        }
        found_out = true;
        break;
      case Disposition::received_time:
        refuse(refusal.id, now);
        found_out = true;
        break;
      case Disposition::small_parts:
        letters_refused_ = true;
        break;
      case Disposition::together:
      case Disposition::dead_letter:
        break;
    }
  }
  return found_out;
}

void RefusedRecords::accepted(RecordId id) {
  if (of(id) == Disposition::alone) {
    records_.erase(id);
  }
}

void RefusedRecords::refuse(RecordId id, MonotonicTime now) {
  Disposition& record = records_[id];
  if (record == Disposition::dead_letter) {
    return;
  }
  record = Disposition::dead_letter;
  refusals_.push_back(now);
  if (refusals_.size() > limits::refused_records_per_minute + 1) {
    refusals_.pop_front();
  }
}

void RefusedRecords::committed(ItemSequence up_to) {
  records_.erase(records_.begin(), records_.lower_bound(RecordId{up_to.next()}));
  letters_refused_ = false;
}

bool RefusedRecords::events_topic_refuses(MonotonicTime now) {
  while (!refusals_.empty() && now - refusals_.front() > std::chrono::minutes(1)) {
    refusals_.pop_front();
  }
  return refusals_.size() > limits::refused_records_per_minute;
}

}  // namespace penstock::publish
