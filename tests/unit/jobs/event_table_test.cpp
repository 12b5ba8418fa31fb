#include "jobs/event_table.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace penstock::jobs {
namespace {

constexpr std::uint64_t plenty = 1ULL << 30;
constexpr std::size_t page_events = 192;

std::vector<Fingerprint> random_events(std::size_t count, std::uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::vector<Fingerprint> events(count);
  for (Fingerprint& event : events) {
    event = {random(), random()};
  }
  return events;
}

// Counts unlike those of the neighbours, of which some need more than a byte.
EventCounts counts_of(std::size_t i) {
  const auto n = static_cast<std::uint32_t>(i);
  return {n % 300 + 1, n % 7, n % 11};
}

void insert(EventTable& table, const std::vector<Fingerprint>& events) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto slot = table.find_or_insert(events[i]);
    ASSERT_TRUE(slot) << i;
    ASSERT_EQ(table.counts(slot), EventCounts{}) << i;
    ASSERT_TRUE(table.set_counts(slot, counts_of(i)));
  }
}

void expect_all(EventTable& table, const std::vector<Fingerprint>& events) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto slot = table.find(events[i]);
    ASSERT_TRUE(slot) << i;
    ASSERT_EQ(table.counts(slot), counts_of(i)) << i;
  }
}

TEST(EventTable, keeps_the_counts_of_all_events_while_it_grows) {
  MemoryBudget memory(plenty);
  EventTable table(memory);
  EXPECT_FALSE(table.find(Fingerprint{1, 2}));
  const auto events = random_events(100'000);
  insert(table, events);
  expect_all(table, events);
  for (const Fingerprint& other : random_events(1'000, 2)) {
    EXPECT_FALSE(table.find(other));
  }
}

TEST(EventTable, tells_events_apart_by_all_their_bits) {
  MemoryBudget memory(plenty);
  EventTable table(memory);
  const std::vector<Fingerprint> events{{0, 0}, {0, 1}, {1, 0}, {1ULL << 63, 0}, {0, 1ULL << 63}};
  insert(table, events);
  expect_all(table, events);
}

// As many as a page holds, and one more.
std::vector<Fingerprint> alike() {
  std::vector<Fingerprint> events(page_events + 1);
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i] = {.high = 7, .low = i};
  }
  return events;
}

TEST(EventTable, has_no_room_for_more_than_a_page_of_events_that_share_what_chooses_it) {
  MemoryBudget memory(plenty);
  EventTable table(memory);
  auto events = alike();
  const Fingerprint more = events.back();
  events.pop_back();
  insert(table, events);
  EXPECT_FALSE(table.find_or_insert(more));
  EXPECT_FALSE(table.find_or_insert(more));
  EXPECT_LT(memory.used(), 1ULL << 20);
  expect_all(table, events);
  insert(table, random_events(1'000));
}

TEST(EventTable, keeps_what_it_has_wherever_its_memory_ends) {
  for (const auto& events : {alike(), random_events(1'500)}) {
    for (std::uint64_t most = 0; most < 32'768; most += 64) {
      MemoryBudget memory(most);
      EventTable table(memory);
      std::size_t kept = 0;
      for (; kept < events.size(); ++kept) {
        const auto slot = table.find_or_insert(events[kept]);
        if (!slot || !table.set_counts(slot, counts_of(kept))) {
          break;
        }
      }
      ASSERT_LT(kept, events.size());
      ASSERT_LE(memory.used(), most);
      expect_all(table, {events.begin(), events.begin() + static_cast<std::ptrdiff_t>(kept)});
    }
  }
}

TEST(EventTable, keeps_its_counts_across_sessions_and_runs_while_it_grows) {
  MemoryBudget memory(plenty);
  EventTable table(memory);
  const auto events = random_events(20'000);
  const std::size_t half = events.size() / 2;
  insert(table, random_events(half));  // the first half of the same
  table.open_session(1);
  table.open_run();
  // Grows, and so moves what is of the earlier session.
  for (std::size_t i = half; i < events.size(); ++i) {
    ASSERT_TRUE(table.set_counts(table.find_or_insert(events[i]), counts_of(i)));
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    EventCounts expected = counts_of(i);
    if (i < half) {
      expected.live = expected.run = 0;
    }
    ASSERT_EQ(table.counts(table.find(events[i])), expected) << i;
  }
}

TEST(EventTable, counts_from_zero_in_a_new_session_and_in_a_new_run) {
  for (const std::uint32_t published : {1U, 254U, 255U, 100'000U}) {
    MemoryBudget memory(plenty);
    EventTable table(memory);
    const Fingerprint event{1, 2};
    ASSERT_TRUE(table.set_counts(table.find_or_insert(event), {published, 3, 4}));
    EXPECT_EQ(table.counts(table.find(event)), (EventCounts{published, 3, 4}));
    table.open_session(1);
    EXPECT_EQ(table.counts(table.find(event)), (EventCounts{published, 0, 4}));
    ASSERT_TRUE(table.set_counts(table.find(event), {published, 5, 4}));
    table.open_run();
    EXPECT_EQ(table.counts(table.find(event)), (EventCounts{published, 5, 0}));
  }
}

TEST(EventTable, counts_from_zero_in_a_run_after_more_runs_than_it_numbers) {
  for (const std::uint32_t published : {1U, 1'000U}) {
    MemoryBudget memory(plenty);
    EventTable table(memory);
    const Fingerprint event{1, 2};
    ASSERT_TRUE(table.set_counts(table.find_or_insert(event), {published, 3, 4}));
    for (int run = 0; run < 65'536; ++run) {
      table.open_run();
    }
    EXPECT_EQ(table.counts(table.find(event)), (EventCounts{published, 3, 0}));
  }
}

TEST(EventTable, keeps_large_counts_of_every_kind) {
  MemoryBudget memory(plenty);
  EventTable table(memory);
  const std::vector<EventCounts> large{
      {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {4'000'000'000, 1, 2}};
  const auto events = random_events(large.size());
  for (std::size_t i = 0; i < large.size(); ++i) {
    ASSERT_TRUE(table.set_counts(table.find_or_insert(events[i]), {254, 254, 254}));
    ASSERT_TRUE(table.set_counts(table.find(events[i]), large[i]));
  }
  for (std::size_t i = 0; i < large.size(); ++i) {
    EXPECT_EQ(table.counts(table.find(events[i])), large[i]);
  }
}

TEST(EventTable, finds_events_that_share_a_bucket) {
  MemoryBudget memory(plenty);
  EventTable table(memory);
  auto events = random_events(5'000);
  for (Fingerprint& event : events) {
    event.low |= ~0ULL << 32;  // the last bucket of its page
  }
  insert(table, events);
  expect_all(table, events);
}

TEST(EventTable, finds_events_that_share_most_of_the_bits_that_choose_a_page) {
  MemoryBudget memory(plenty);
  EventTable table(memory);
  auto events = random_events(5'000);
  for (Fingerprint& event : events) {
    event.high &= 0xffff;
  }
  insert(table, events);
  expect_all(table, events);
}

TEST(EventTable, refuses_what_no_page_can_hold_and_keeps_the_rest) {
  MemoryBudget memory(plenty);
  EventTable table(memory);
  auto events = random_events(page_events);
  for (Fingerprint& event : events) {
    event.high = 42;
  }
  insert(table, events);
  EXPECT_FALSE(table.find_or_insert({42, 1}));
  EXPECT_FALSE(table.find({42, 1}));
  expect_all(table, events);
  EXPECT_TRUE(table.find_or_insert({43, 1}));
}

TEST(EventTable, takes_at_most_36_bytes_an_event_at_any_moment) {
  MemoryBudget memory(plenty);
  EventTable table(memory);
  std::size_t count = 0;
  for (const Fingerprint& event : random_events(300'000)) {
    ASSERT_TRUE(table.find_or_insert(event));
    ++count;
    if (count >= 10 * page_events) {
      ASSERT_LE(memory.used(), 36 * count) << count;
    }
  }
  EXPECT_GE(memory.used(), sizeof(Fingerprint) * count);
}

TEST(EventTable, takes_little_for_a_few_events) {
  MemoryBudget memory(plenty);
  EventTable table(memory);
  EXPECT_EQ(memory.used(), 0U);
  insert(table, random_events(10));
  EXPECT_LE(memory.used(), 300U);
}

TEST(EventTable, gives_its_memory_back) {
  MemoryBudget memory(plenty);
  for (const std::size_t count : {0U, 1U, 10U, 192U, 193U, 20'000U}) {
    {
      EventTable table(memory);
      insert(table, random_events(count));
    }
    EXPECT_EQ(memory.used(), 0U) << count;
  }
  {
    EventTable table(memory);
    const auto slot = table.find_or_insert({1, 2});
    for (const std::uint32_t run : {1'000U, 1'001U, 1U, 1'000U}) {
      ASSERT_TRUE(table.set_counts(slot, {1, 1, run}));
    }
  }
  EXPECT_EQ(memory.used(), 0U);
}

// Whatever it was that had no room: a first page, a larger one, a node, one more page.
TEST(EventTable, keeps_what_it_has_where_memory_ends) {
  for (std::uint64_t limit = 0; limit < 40'000; limit += 50) {
    MemoryBudget memory(limit);
    EventTable table(memory);
    std::vector<Fingerprint> kept;
    for (const Fingerprint& event : random_events(2'000)) {
      const auto slot = table.find_or_insert(event);
      if (!slot) {
        EXPECT_FALSE(table.find(event));
        break;
      }
      ASSERT_TRUE(table.set_counts(slot, {7, 8, 9}));
      kept.push_back(event);
    }
    ASSERT_LE(memory.used(), limit);
    ASSERT_LT(kept.size(), 2'000U);
    for (const Fingerprint& event : kept) {
      ASSERT_EQ(table.counts(table.find(event)), (EventCounts{7, 8, 9})) << limit;
    }
  }
}

TEST(EventTable, keeps_a_count_as_it_is_where_a_larger_one_has_no_memory) {
  MemoryBudget memory(100);  // for one small page
  EventTable table(memory);
  const Fingerprint event{1, 2};
  ASSERT_TRUE(table.set_counts(table.find_or_insert(event), {254, 254, 0}));
  EXPECT_FALSE(table.set_counts(table.find(event), {255, 255, 0}));
  EXPECT_EQ(table.counts(table.find(event)), (EventCounts{254, 254, 0}));
}

}  // namespace
}  // namespace penstock::jobs
