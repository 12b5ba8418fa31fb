// The events of one job, each with its counts: an extendible hash table of pages of 4 KiB.
//
// A full page is split in two, and a trie over bits of the fingerprint finds the page of an event.
// So nothing ever grows but by one page: no moment with two tables, no pause, and pages of one size
// leave no holes behind. A table of fewer than 192 events is one smaller page, which doubles.
//
// Fingerprints are SHA-256 output, so their bits serve as hash without a key. A scanned host
// chooses what it answers, but it knows neither the job id nor the scanner's time in the event, so
// it can't foresee a fingerprint. Who could would gain little: a search never leaves its page, and
// to leave k pages empty, 193 events must share k bits more than others do: 193 * 2^k attempts.
//
// Counts of the live session and of the run are of now: a bucket that an earlier session or run
// wrote is reset when it is touched, so that opening one costs nothing, whatever the size.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "jobs/memory_budget.hpp"
#include "penstock/core/fingerprint.hpp"

namespace penstock::jobs {

struct EventCounts {
  std::uint32_t published = 0;
  std::uint32_t live = 0;  // of the session
  std::uint32_t run = 0;
  bool operator==(const EventCounts&) const = default;
};

class EventTable {
  // Used from the front; nothing is ever erased. All of an event is in one place: one cache miss.
  struct Bucket {
    std::array<Fingerprint, 3> events{};
    std::uint32_t session = 0;  // that `live` counts
    std::uint16_t run = 0;      // that `in_run` counts
    std::uint8_t used = 0;
    // `large` in `published`: the counts stand in large_.
    std::array<std::uint8_t, 3> published{}, live{}, in_run{};
  };
  static_assert(sizeof(Bucket) == 64);

 public:
  // Where an event stands, until the next find_or_insert().
  class Slot {
   public:
    explicit operator bool() const { return bucket_ != nullptr; }

   private:
    friend EventTable;
    Bucket* bucket_ = nullptr;
    std::size_t index_ = 0;
  };

  explicit EventTable(MemoryBudget& memory) : memory_(memory) {}
  ~EventTable();
  EventTable(const EventTable&) = delete;
  EventTable& operator=(const EventTable&) = delete;

  void open_session(std::uint32_t number) { session_ = number; }
  void open_run();

  Slot find(Fingerprint event);
  // An event that wasn't there has counts of zero. None: the memory isn't there.
  Slot find_or_insert(Fingerprint event);
  EventCounts counts(Slot slot) const;
  // False: the memory isn't there, and the counts stay as they are.
  [[nodiscard]] bool set_counts(Slot slot, EventCounts counts);

 private:
  static constexpr std::uint32_t page_buckets = 64;
  static constexpr std::uint8_t large = 255;
  static constexpr unsigned node_bits = 4;
  static constexpr std::uint32_t inner = 1U << 31;  // of a child: a node, no page

  // Of pages: one stands for 1, 2, 4, 8 or 16 neighbours, those of its events' bits.
  struct Node {
    std::array<std::uint32_t, 1U << node_bits> children{};
  };
  static_assert(sizeof(Node) == 64);
  struct Place {
    std::uint32_t page = 0;
    std::uint32_t node = 0;  // the page's parent
    unsigned shift = 64;     // of the bits that choose among the parent's children
  };
  using Page = std::unique_ptr<Bucket[]>;

  static std::uint64_t page_cost(std::uint32_t buckets);
  std::uint32_t buckets() const;  // of each page
  Place place(Fingerprint event) const;
  // The event's slot, or the free one that it would have. None: the page is full.
  Slot search(Fingerprint event) const;
  bool make_room(Fingerprint event);
  bool enlarge_first_page();
  bool split(Place at);
  void move_events(std::span<Bucket> from);
  void refresh(Bucket& bucket);
  void reset_run(Bucket& bucket);

  MemoryBudget& memory_;
  std::vector<Page> pages_;
  std::vector<Node> nodes_;  // none: there is one page at most
  std::map<Fingerprint, EventCounts> large_;
  std::uint32_t first_page_buckets_ = 0;
  std::uint32_t session_ = 0;
  std::uint16_t run_ = 0;
};

}  // namespace penstock::jobs
