#include "penstock/publish/refused_records.hpp"

#include <set>
#include <utility>

#include "penstock/core/limits.hpp"

namespace penstock::publish {

RefusedRecords::Disposition RefusedRecords::of(RecordId id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? Disposition::together : found->second.disposition;
}

bool RefusedRecords::failed(std::span<const Refusal> refusals, MonotonicTime now) {
  letters_refused_ = false;
  bool learned = false;
  std::set<RecordId> seen;  // the parts of a dead letter have one id
  for (const Refusal& refusal : refusals) {
    if (!seen.insert(refusal.id).second) {
      continue;
    }
    Disposition& disposition = records_[refusal.id].disposition;
    switch (disposition) {
      case Disposition::together:
        disposition = Disposition::alone;
        learned = true;
        break;
      case Disposition::alone:
        if (refusal.id.letter) {
          disposition = Disposition::small_parts;
        } else if (refusal.for_its_time) {
          disposition = Disposition::received_time;
        } else {
          refuse(refusal.id, now);
        }
        learned = true;
        break;
      case Disposition::received_time:
        refuse(refusal.id, now);
        learned = true;
        break;
      case Disposition::small_parts:
        letters_refused_ = true;
        break;
      case Disposition::dead_letter:
        break;
    }
  }
  return learned;
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
