#include "jobs/event_table.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace penstock::jobs {
namespace {

constexpr std::uint64_t vector_slack = 2;  // vectors double
// A node of std::map has a head of 32 bytes.
constexpr std::uint64_t large_cost =
    allocated(32 + sizeof(std::pair<const Fingerprint, EventCounts>));
constexpr std::uint64_t node_cost = vector_slack * 64;

// Chooses the page. Taken as they come, the bits would let all pages fill at the same time, and
// after each doubling half of the memory would be empty. So the first 30 are spread unevenly: pages
// get up to twice as many events as others, some split at any time, and the memory for an event
// stays about the same. x (4 - x) / 3 maps [0, 1) to itself with a slope from 4/3 down to 2/3.
std::uint64_t trie_bits(Fingerprint event) {
  constexpr unsigned even = 34;
  constexpr std::uint64_t one = 1ULL << 30;
  const std::uint64_t x = event.high >> even;
  return (x * (4 * one - x) / (3 * one)) << even | (event.high & ((1ULL << even) - 1));
}

}  // namespace

EventTable::~EventTable() {
  memory_.give(pages_.size() * page_cost(buckets()) + nodes_.size() * node_cost +
               large_.size() * large_cost);
}

void EventTable::open_run() {
  if (run_ == std::numeric_limits<std::uint16_t>::max()) {
    for (const Page& page : pages_) {
      for (Bucket& bucket : std::span(page.get(), buckets())) {
        reset_run(bucket);
      }
    }
    run_ = 0;
    return;
  }
  ++run_;
}

EventTable::Slot EventTable::find(Fingerprint event) {
  if (pages_.empty()) {
    return {};
  }
  const Slot slot = search(event);
  if (!slot || slot.index_ == slot.bucket_->used) {
    return {};
  }
  refresh(*slot.bucket_);
  return slot;
}

EventTable::Slot EventTable::find_or_insert(Fingerprint event) {
  Slot slot = pages_.empty() ? Slot{} : search(event);
  while (!slot) {
    if (!make_room(event)) {
      return {};
    }
    slot = search(event);
  }
  refresh(*slot.bucket_);
  if (slot.index_ == slot.bucket_->used) {
    slot.bucket_->events[slot.index_] = event;
    ++slot.bucket_->used;
  }
  return slot;
}

EventCounts EventTable::counts(Slot slot) const {
  const Bucket& bucket = *slot.bucket_;
  if (bucket.published[slot.index_] == large) {
    return large_.at(bucket.events[slot.index_]);
  }
  return {bucket.published[slot.index_], bucket.live[slot.index_], bucket.in_run[slot.index_]};
}

bool EventTable::set_counts(Slot slot, EventCounts counts) {
  Bucket& bucket = *slot.bucket_;
  std::uint8_t& published = bucket.published[slot.index_];
  const bool was_large = published == large;
  if (was_large || std::max({counts.published, counts.live, counts.run}) >= large) {
    if (!was_large && !memory_.take(large_cost)) {
      return false;
    }
    large_[bucket.events[slot.index_]] = counts;
    published = large;
    return true;
  }
  published = static_cast<std::uint8_t>(counts.published);
  bucket.live[slot.index_] = static_cast<std::uint8_t>(counts.live);
  bucket.in_run[slot.index_] = static_cast<std::uint8_t>(counts.run);
  return true;
}

std::uint64_t EventTable::page_cost(std::uint32_t buckets) {
  return allocated(buckets * sizeof(Bucket)) + vector_slack * sizeof(Page);
}

std::uint32_t EventTable::buckets() const {
  return nodes_.empty() ? first_page_buckets_ : page_buckets;
}

EventTable::Place EventTable::place(Fingerprint event) const {
  Place place;
  if (nodes_.empty()) {
    return place;
  }
  const std::uint64_t bits = trie_bits(event);
  for (std::uint32_t child = inner; (child & inner) != 0;) {
    place.node = child & ~inner;
    place.shift -= node_bits;
    child = nodes_[place.node].children[(bits >> place.shift) % (1U << node_bits)];
    place.page = child;
  }
  return place;
}

EventTable::Slot EventTable::search(Fingerprint event) const {
  const std::span page(pages_[place(event).page].get(), buckets());
  // `low` chooses the bucket: its bits are none of the trie's.
  std::size_t place_in_page = ((event.low >> 32) * page.size()) >> 32;
  Slot slot;
  for (std::size_t step = 0; step < page.size(); ++step) {
    Bucket& bucket = page[place_in_page];
    slot.index_ = 0;
    while (slot.index_ < bucket.used && bucket.events[slot.index_] != event) {
      ++slot.index_;
    }
    if (slot.index_ < bucket.events.size()) {
      slot.bucket_ = &bucket;
      return slot;
    }
    place_in_page = place_in_page + 1 == page.size() ? 0 : place_in_page + 1;
  }
  return slot;
}

bool EventTable::make_room(Fingerprint event) {
  return first_page_buckets_ < page_buckets ? enlarge_first_page() : split(place(event));
}

bool EventTable::enlarge_first_page() {
  const std::uint32_t old_buckets = first_page_buckets_;
  const std::uint32_t new_buckets = std::max(1U, 2 * old_buckets);
  if (!memory_.take(page_cost(new_buckets))) {
    return false;
  }
  pages_.resize(1);
  const Page old = std::exchange(pages_[0], std::make_unique<Bucket[]>(new_buckets));
  first_page_buckets_ = new_buckets;
  if (old) {
    move_events({old.get(), old_buckets});
    memory_.give(page_cost(old_buckets));
  }
  return true;
}

bool EventTable::split(Place at) {
  if (nodes_.empty() || std::ranges::count(nodes_[at.node].children, at.page) == 1) {
    if (at.shift == 0 || !memory_.take(node_cost)) {  // 0: the page's events share all the bits
      return false;
    }
    const auto added = static_cast<std::uint32_t>(nodes_.size());
    if (!nodes_.empty()) {
      std::ranges::replace(nodes_[at.node].children, at.page, inner | added);
    }
    nodes_.emplace_back().children.fill(at.page);
    at = {.page = at.page, .node = added, .shift = at.shift - node_bits};
  }
  if (!memory_.take(page_cost(page_buckets))) {
    return false;
  }
  auto& children = nodes_[at.node].children;
  const auto half = std::ranges::count(children, at.page) / 2;
  std::fill_n(std::ranges::find(children, at.page) + half, half,
              static_cast<std::uint32_t>(pages_.size()));
  pages_.push_back(std::make_unique<Bucket[]>(page_buckets));
  const Page old = std::exchange(pages_[at.page], std::make_unique<Bucket[]>(page_buckets));
  move_events({old.get(), page_buckets});
  return true;
}

// Into the pages that are theirs now, where there is room for all of them.
void EventTable::move_events(std::span<Bucket> from) {
  for (Bucket& old : from) {
    refresh(old);
    for (std::size_t i = 0; i < old.used; ++i) {
      const Slot slot = search(old.events[i]);
      Bucket& bucket = *slot.bucket_;
      refresh(bucket);
      ++bucket.used;
      bucket.events[slot.index_] = old.events[i];
      bucket.published[slot.index_] = old.published[i];
      bucket.live[slot.index_] = old.live[i];
      bucket.in_run[slot.index_] = old.in_run[i];
    }
  }
}

void EventTable::refresh(Bucket& bucket) {
  if (bucket.session != session_) {
    for (std::size_t i = 0; i < bucket.used; ++i) {
      if (bucket.published[i] == large) {
        large_.at(bucket.events[i]).live = 0;
      }
    }
    bucket.live = {};
    bucket.session = session_;
  }
  if (bucket.run != run_) {
    reset_run(bucket);
    bucket.run = run_;
  }
}

void EventTable::reset_run(Bucket& bucket) {
  for (std::size_t i = 0; i < bucket.used; ++i) {
    if (bucket.published[i] == large) {
      large_.at(bucket.events[i]).run = 0;
    }
  }
  bucket.in_run = {};
}

}  // namespace penstock::jobs
