#include "penstock/jobs/ledger.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>

#include "jobs/event_table.hpp"
#include "jobs/memory_budget.hpp"

namespace penstock::jobs {
namespace {

struct OpenJob {
  explicit OpenJob(MemoryBudget& memory) : events(memory) {}

  EventTable events;
  std::uint64_t published = 0;
  RunSummary run;
  bool incomplete = false;
};

struct HashOfId {
  using is_transparent = void;
  std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>{}(id); }
};

using OpenJobs = std::unordered_map<std::string, OpenJob, HashOfId, std::equal_to<>>;

// What a job takes without its events: the map's node has a link and a hash beside the pair.
std::uint64_t cost(const std::string& id) {
  constexpr std::uint64_t node = allocated(sizeof(OpenJobs::value_type) + 16);
  const bool in_place = id.capacity() <= std::string().capacity();
  return node + (in_place ? 0 : allocated(id.capacity() + 1));
}

void add(Fingerprint& sum, Fingerprint event) {
  sum.low += event.low;
  sum.high += event.high + (sum.low < event.low ? 1 : 0);
}

// False: there is no memory for such a count.
bool set_counts(OpenJob& job, EventTable::Slot slot, EventCounts before, EventCounts after) {
  if (!job.events.set_counts(slot, after)) {
    return false;
  }
  job.published += after.published - before.published;
  job.run.covered += std::min(after.run, after.published) - std::min(before.run, before.published);
  return true;
}

}  // namespace

struct Ledger::Impl {
  explicit Impl(Bytes max_memory) : memory(max_memory.count) {}

  OpenJob* find(std::string_view id) {
    if (last != nullptr && last->first == id) {
      return &last->second;
    }
    const auto found = jobs.find(id);
    if (found == jobs.end()) {
      return nullptr;
    }
    last = &*found;
    last->second.events.open_session(session);
    return &last->second;
  }

  OpenJob& find_or_open(std::string_view id) {
    if (OpenJob* const job = find(id)) {
      return *job;
    }
    const std::size_t buckets = jobs.bucket_count();
    const auto added = jobs.try_emplace(std::string(id), memory).first;
    memory.take_always(cost(added->first) + (jobs.bucket_count() - buckets) * sizeof(void*));
    last = &*added;
    last->second.events.open_session(session);
    return last->second;
  }

  MemoryBudget memory;  // outlives the tables
  OpenJobs jobs;
  OpenJobs::value_type* last = nullptr;  // events of a job come in a row
  std::uint32_t session = 0;
};

Ledger::Ledger(Bytes max_memory) : impl_(std::make_unique<Impl>(max_memory)) {}
Ledger::~Ledger() = default;
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;

Ledger::Delivery Ledger::deliver(std::string_view id, ChannelKind kind, Fingerprint event,
                                 bool only_count) {
  const bool live = kind == ChannelKind::live;
  OpenJob& job = impl_->find_or_open(id);
  if (!live) {
    ++job.run.events;
    add(job.run.digest, event);
  }
  const auto slot = job.incomplete ? job.events.find(event) : job.events.find_or_insert(event);
  if (slot) {
    const EventCounts before = job.events.counts(slot);
    EventCounts after = before;
    const std::uint32_t delivered = live ? ++after.live : ++after.run;
    const bool may_publish = live || !(only_count || job.incomplete);
    const bool publish = may_publish && delivered > before.published;
    if (publish) {
      ++after.published;
    }
    if (set_counts(job, slot, before, after)) {
      return publish ? Delivery{Verdict::publish, after.published}
                     : Delivery{Verdict::duplicate, 0};
    }
  }
  job.incomplete = true;
  return {live ? Verdict::publish : Verdict::duplicate, 0};
}

void Ledger::open_session() {
  ++impl_->session;
  impl_->last = nullptr;
}

void Ledger::open_run(std::string_view id) {
  if (OpenJob* const job = impl_->find(id)) {
    job->events.open_run();
    job->run = {};
  }
}

RunSummary Ledger::run(std::string_view id) const {
  const OpenJob* const job = impl_->find(id);
  return job == nullptr ? RunSummary{} : job->run;
}

void Ledger::restore(std::string_view id, std::span<const LedgerEntry> entries) {
  OpenJob& job = impl_->find_or_open(id);
  for (const LedgerEntry& entry : entries) {
    const auto slot = job.events.find_or_insert(entry.event);
    if (!slot) {
      job.incomplete = true;
      continue;
    }
    const EventCounts before = job.events.counts(slot);
    EventCounts after = before;
    after.published = std::max(before.published, entry.published);
    if (!set_counts(job, slot, before, after)) {
      job.incomplete = true;
    }
  }
}

bool Ledger::incomplete(std::string_view id) const {
  const OpenJob* const job = impl_->find(id);
  return job != nullptr && job->incomplete;
}

void Ledger::set_incomplete(std::string_view id) { impl_->find_or_open(id).incomplete = true; }

std::uint64_t Ledger::published(std::string_view id) const {
  const OpenJob* const job = impl_->find(id);
  return job == nullptr ? 0 : job->published;
}

void Ledger::drop(std::string_view id) {
  const auto found = impl_->jobs.find(id);
  if (found == impl_->jobs.end()) {
    return;
  }
  impl_->memory.give(cost(found->first));
  impl_->last = nullptr;
  impl_->jobs.erase(found);
}

Bytes Ledger::memory() const { return {impl_->memory.used()}; }

}  // namespace penstock::jobs
