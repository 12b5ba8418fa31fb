#include "penstock/publish/refused_records.hpp"

#include "penstock/core/limits.hpp"

namespace penstock::publish {

RefusedRecords::Disposition RefusedRecords::of(RecordId id) const {
  if (refused_.contains(id)) {
    return Disposition::dead_letter;
  }
  return suspects_.contains(id) ? Disposition::alone : Disposition::together;
}

void RefusedRecords::failed(std::span<const RecordId> ids, MonotonicTime now) {
  for (const RecordId id : ids) {
    if (suspects_.contains(id)) {
      refuse(id, now);
    } else if (!refused_.contains(id)) {
      suspects_.insert(id);
    }
  }
}

void RefusedRecords::refuse(RecordId id, MonotonicTime now) {
  suspects_.erase(id);
  if (refused_.insert(id).second) {
    refusals_.push_back(now);
    if (refusals_.size() > limits::refused_records_per_minute + 1) {
      refusals_.pop_front();
    }
  }
}

void RefusedRecords::committed(BlockSequence up_to) {
  const RecordId end{up_to.next(), 0};
  suspects_.erase(suspects_.begin(), suspects_.lower_bound(end));
  refused_.erase(refused_.begin(), refused_.lower_bound(end));
}

bool RefusedRecords::topic_refuses(MonotonicTime now) {
  while (!refusals_.empty() && now - refusals_.front() > std::chrono::minutes(1)) {
    refusals_.pop_front();
  }
  return refusals_.size() > limits::refused_records_per_minute;
}

}  // namespace penstock::publish
