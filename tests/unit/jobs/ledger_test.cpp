#include "penstock/jobs/ledger.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace penstock::jobs {
namespace {

constexpr Bytes plenty = 1_GiB;
constexpr auto live = ChannelKind::live;
constexpr auto replay = ChannelKind::replay;
constexpr Fingerprint a{1, 10}, b{2, 20}, c{3, 30};
constexpr Ledger::Delivery duplicate{Verdict::duplicate, 0}, uncounted{Verdict::publish, 0};

constexpr Ledger::Delivery published(std::uint32_t count) { return {Verdict::publish, count}; }

Fingerprint numbered(std::uint64_t n) {
  return {n * 0x9e3779b97f4a7c15 ^ n << 40, n * 0xbf58476d1ce4e5b9};
}

TEST(Ledger, publishes_each_copy_that_a_session_brings) {
  Ledger ledger(plenty);
  EXPECT_EQ(ledger.deliver("j", live, a), published(1));
  EXPECT_EQ(ledger.deliver("j", live, b), published(1));
  EXPECT_EQ(ledger.deliver("j", live, a), published(2));
  EXPECT_EQ(ledger.published("j"), 3U);
}

TEST(Ledger, publishes_of_a_replay_what_live_lacked) {
  Ledger ledger(plenty);
  ledger.deliver("j", live, a);
  ledger.open_run("j");
  EXPECT_EQ(ledger.deliver("j", replay, a), duplicate);
  EXPECT_EQ(ledger.deliver("j", replay, a), published(2));
  EXPECT_EQ(ledger.deliver("j", replay, b), published(1));
  EXPECT_EQ(ledger.deliver("j", live, b), duplicate);
  EXPECT_EQ(ledger.deliver("j", live, b), published(2));
}

TEST(Ledger, counts_each_session_from_zero) {
  Ledger ledger(plenty);
  ledger.deliver("j", live, a);
  ledger.deliver("other", live, a);
  ledger.open_session();
  EXPECT_EQ(ledger.deliver("j", live, a), duplicate);
  EXPECT_EQ(ledger.deliver("j", live, a), published(2));
  EXPECT_EQ(ledger.deliver("other", live, a), duplicate);
}

TEST(Ledger, counts_each_run_from_zero_and_that_of_its_job_alone) {
  Ledger ledger(plenty);
  ledger.deliver("j", replay, a);
  ledger.deliver("other", replay, a);
  ledger.open_run("j");
  EXPECT_EQ(ledger.run("j").events, 0U);
  EXPECT_EQ(ledger.run("other").events, 1U);
  EXPECT_EQ(ledger.deliver("j", replay, a), duplicate);
  EXPECT_EQ(ledger.deliver("other", replay, a), published(2));
}

TEST(Ledger, leaves_the_counts_of_a_run_alone_when_a_session_opens) {
  Ledger ledger(plenty);
  ledger.open_run("j");
  ledger.deliver("j", replay, a);
  ledger.open_session();
  EXPECT_EQ(ledger.deliver("j", replay, a), published(2));
}

TEST(Ledger, counts_a_run_without_publishing_it) {
  Ledger ledger(plenty);
  ledger.deliver("j", live, a);
  ledger.open_run("j");
  EXPECT_EQ(ledger.deliver("j", replay, a, true), duplicate);
  EXPECT_EQ(ledger.deliver("j", replay, a, true), duplicate);
  EXPECT_EQ(ledger.deliver("j", replay, b, true), duplicate);
  EXPECT_EQ(ledger.published("j"), 1U);
  EXPECT_EQ(ledger.run("j").events, 3U);
  EXPECT_EQ(ledger.run("j").covered, 1U);
  ledger.open_run("j");
  EXPECT_EQ(ledger.deliver("j", replay, a), duplicate);
  EXPECT_EQ(ledger.deliver("j", replay, a), published(2));
  EXPECT_EQ(ledger.deliver("j", replay, b), published(1));
}

TEST(Ledger, claims_no_copy_that_was_only_counted) {
  Ledger ledger(plenty);
  ledger.open_run("j");
  ledger.deliver("j", replay, a, true);
  ledger.deliver("j", replay, a, true);
  EXPECT_EQ(ledger.deliver("j", replay, a), published(1));
}

TEST(Ledger, says_how_much_of_the_published_a_run_contains) {
  Ledger ledger(plenty);
  ledger.deliver("j", live, a);
  ledger.deliver("j", live, b);
  ledger.open_run("j");
  ledger.deliver("j", replay, a, true);
  ledger.deliver("j", replay, c, true);
  EXPECT_EQ(ledger.run("j").covered, 1U);
  ledger.deliver("j", live, c);  // meanwhile published: the run contains it
  EXPECT_EQ(ledger.run("j").covered, 2U);
  ledger.deliver("j", live, b);  // a twin that the run hasn't brought
  EXPECT_EQ(ledger.run("j").covered, 2U);
  EXPECT_EQ(ledger.published("j"), 4U);
  ledger.deliver("j", replay, b, true);
  ledger.deliver("j", replay, b, true);
  EXPECT_EQ(ledger.run("j").covered, 4U);
  ledger.deliver("j", replay, b);  // published by the run itself
  EXPECT_EQ(ledger.run("j").covered, 5U);
  EXPECT_EQ(ledger.published("j"), 5U);
}

TEST(Ledger, digests_what_a_run_brought_whatever_its_order) {
  Ledger ledger(plenty);
  const auto digest = [&](const std::vector<Fingerprint>& events, bool only_count) {
    ledger.open_run("j");
    for (const Fingerprint& event : events) {
      ledger.deliver("j", replay, event, only_count);
    }
    return ledger.run("j").digest;
  };
  const Fingerprint of_all = digest({a, b, c, a}, true);
  EXPECT_EQ(of_all, (Fingerprint{7, 70}));
  EXPECT_EQ(digest({c, a, a, b}, false), of_all);
  EXPECT_NE(digest({a, b, c}, false), of_all);
  EXPECT_EQ(digest({{~0ULL, ~0ULL}, {0, 2}}, false), (Fingerprint{0, 1}));
}

TEST(Ledger, knows_nothing_of_a_job_that_no_one_delivered) {
  Ledger ledger(plenty);
  ledger.open_run("j");
  EXPECT_EQ(ledger.run("j").events, 0U);
  EXPECT_EQ(ledger.published("j"), 0U);
  EXPECT_FALSE(ledger.incomplete("j"));
  ledger.drop("j");
  EXPECT_EQ(ledger.memory().count, 0U);
}

TEST(Ledger, counts_a_thousand_twins) {
  Ledger ledger(plenty);
  for (std::uint32_t copy = 1; copy <= 1'000; ++copy) {
    ASSERT_EQ(ledger.deliver("j", live, a), published(copy));
  }
  ledger.open_run("j");
  for (std::uint32_t copy = 1; copy <= 1'000; ++copy) {
    ASSERT_EQ(ledger.deliver("j", replay, a), duplicate);
    ASSERT_EQ(ledger.run("j").covered, copy);
  }
  EXPECT_EQ(ledger.deliver("j", replay, a), published(1'001));
  ledger.open_session();
  for (std::uint32_t copy = 1; copy <= 1'001; ++copy) {
    ASSERT_EQ(ledger.deliver("j", live, a), duplicate);
  }
  EXPECT_EQ(ledger.deliver("j", live, a), published(1'002));
  EXPECT_EQ(ledger.published("j"), 1'002U);
}

TEST(Ledger, goes_on_from_what_is_restored_and_keeps_the_largest_count) {
  Ledger ledger(plenty);
  ledger.restore("j", std::vector<LedgerEntry>{{a, 1}, {b, 300}, {a, 3}});
  ledger.restore("j", std::vector<LedgerEntry>{{a, 2}, {c, 1}});
  EXPECT_EQ(ledger.published("j"), 304U);
  for (int copy = 1; copy <= 3; ++copy) {
    EXPECT_EQ(ledger.deliver("j", live, a), duplicate);
  }
  EXPECT_EQ(ledger.deliver("j", live, a), published(4));
  EXPECT_EQ(ledger.deliver("j", replay, c), duplicate);
  EXPECT_EQ(ledger.run("j").covered, 1U);
}

TEST(Ledger, forgets_a_job_that_is_dropped_and_frees_its_memory) {
  Ledger ledger(plenty);
  ledger.deliver("other", live, a);
  const Bytes before = ledger.memory();
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    ledger.deliver("j", live, numbered(i));
  }
  EXPECT_GT(ledger.memory().count, before.count + 10'000 * sizeof(Fingerprint));
  ledger.set_incomplete("j");
  ledger.drop("j");
  EXPECT_EQ(ledger.memory(), before);
  EXPECT_FALSE(ledger.incomplete("j"));
  EXPECT_EQ(ledger.published("j"), 0U);
  EXPECT_EQ(ledger.deliver("j", live, numbered(0)), published(1));
  EXPECT_EQ(ledger.published("other"), 1U);
}

TEST(Ledger, merges_no_replay_into_a_job_that_is_incomplete) {
  Ledger ledger(plenty);
  ledger.deliver("j", live, a);
  ledger.set_incomplete("j");
  EXPECT_TRUE(ledger.incomplete("j"));
  EXPECT_EQ(ledger.deliver("j", live, b), uncounted);
  EXPECT_EQ(ledger.deliver("j", live, b), uncounted);
  EXPECT_EQ(ledger.deliver("j", replay, b), duplicate);
  EXPECT_EQ(ledger.deliver("j", replay, a), duplicate);
  EXPECT_EQ(ledger.deliver("j", replay, a), duplicate);
  EXPECT_EQ(ledger.deliver("j", live, a), published(2));
  ledger.open_session();
  EXPECT_EQ(ledger.deliver("j", live, a), duplicate);
  EXPECT_EQ(ledger.published("j"), 2U);
  EXPECT_EQ(ledger.run("j").events, 3U);
  EXPECT_EQ(ledger.run("j").covered, 2U);
}

TEST(Ledger, keeps_known_events_of_a_job_that_outgrows_the_memory) {
  Ledger ledger(10_KiB);
  std::uint64_t known = 0;
  while (ledger.deliver("j", live, numbered(known)) == published(1)) {
    ++known;
  }
  EXPECT_GT(known, 150U);
  EXPECT_TRUE(ledger.incomplete("j"));
  EXPECT_LE(ledger.memory(), 10_KiB);
  EXPECT_EQ(ledger.published("j"), known);
  EXPECT_EQ(ledger.deliver("j", replay, numbered(known)), duplicate);
  ledger.open_session();
  EXPECT_EQ(ledger.deliver("j", live, numbered(known)), uncounted);
  for (std::uint64_t i = 0; i < known; ++i) {
    ASSERT_EQ(ledger.deliver("j", live, numbered(i)), duplicate);
  }
  EXPECT_EQ(ledger.deliver("j", live, numbered(0)), published(2));

  std::uint64_t i = 0;  // what is left has room for a few of another job
  while (ledger.deliver("other", replay, numbered(i)) == published(1)) {
    ++i;
  }
  EXPECT_TRUE(ledger.incomplete("other"));
  EXPECT_EQ(ledger.deliver("other", replay, numbered(i)), duplicate);
  ledger.drop("j");
  EXPECT_EQ(ledger.deliver("third", replay, numbered(i)), published(1));
}

TEST(Ledger, is_incomplete_where_twins_outgrow_the_memory) {
  Ledger ledger(Bytes{600});
  for (std::uint32_t copy = 1; copy <= 254; ++copy) {
    ASSERT_EQ(ledger.deliver("j", live, a), published(copy));
  }
  const Bytes before = ledger.memory();
  Ledger tight(before);
  tight.restore("j", std::vector<LedgerEntry>{{a, 254}});
  EXPECT_FALSE(tight.incomplete("j"));
  tight.restore("j", std::vector<LedgerEntry>{{a, 255}});
  EXPECT_TRUE(tight.incomplete("j"));
  EXPECT_EQ(tight.published("j"), 254U);

  Ledger counting(before);
  for (std::uint32_t copy = 1; copy <= 254; ++copy) {
    ASSERT_EQ(counting.deliver("j", live, a), published(copy));
  }
  EXPECT_EQ(counting.deliver("j", live, a), published(0));  // uncounted
  EXPECT_TRUE(counting.incomplete("j"));
  EXPECT_EQ(counting.published("j"), 254U);
}

TEST(Ledger, is_incomplete_where_the_restored_has_no_room) {
  Ledger ledger(10_KiB);
  std::vector<LedgerEntry> entries;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    entries.push_back({numbered(i), 1});
  }
  ledger.restore("j", entries);
  EXPECT_TRUE(ledger.incomplete("j"));
  EXPECT_LE(ledger.memory(), 10_KiB);
}

TEST(Ledger, holds_a_million_events_of_many_jobs_in_40_megabytes) {
  Ledger ledger(Bytes{40'000'000});
  for (std::uint64_t i = 0; i < 1'000'000; ++i) {
    // Of all sizes: a thousand jobs with up to 2,000 events.
    const std::string job = "job-" + std::to_string(i % 1'000 * (i / 1'000) % 1'000);
    ASSERT_EQ(ledger.deliver(job, live, numbered(i)), published(1)) << i;
  }
}

TEST(Ledger, is_cheap_for_small_jobs) {
  Ledger ledger(plenty);
  constexpr std::uint64_t jobs = 10'000;
  for (std::uint64_t i = 0; i < 10 * jobs; ++i) {
    ledger.deliver("3f1c9a52-4c7b-4d1e-9b60-" + std::to_string(100'000'000'000 + i % jobs), live,
                   numbered(i));
  }
  EXPECT_LE(ledger.memory().count, jobs * 700);
}

TEST(Ledger, moves_with_what_it_holds) {
  Ledger first(plenty);
  first.deliver("j", live, a);
  Ledger second(std::move(first));
  EXPECT_EQ(second.deliver("j", live, a), published(2));
}

}  // namespace
}  // namespace penstock::jobs
