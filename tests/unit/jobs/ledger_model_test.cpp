// The ledger beside a model without any cleverness, on random histories: sessions and runs that
// bring parts of the truth in any order, in turn; twins; restarts from what was stored.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "penstock/jobs/ledger.hpp"

namespace penstock::jobs {
namespace {

using Counts = std::map<Fingerprint, std::uint32_t>;

std::uint32_t count(const Counts& counts, Fingerprint event) {
  const auto found = counts.find(event);
  return found == counts.end() ? 0 : found->second;
}

struct Channel {
  ChannelKind kind = ChannelKind::live;
  bool only_count = false;
  std::vector<Fingerprint> to_come;
  Counts delivered;
};

class World {
 public:
  World(std::uint64_t seed, Bytes max_memory)
      : random_(seed), max_memory_(max_memory), ledger_(max_memory) {
    for (int i = 0; i < 300; ++i) {
      const auto copies = draw(10) == 0 ? 1 + draw(400) : 1 + draw(3);
      truth_[{random_(), random_()}] = static_cast<std::uint32_t>(copies);
    }
  }

  void step() {
    const auto what = draw(2'000);
    if (what == 0) {
      restart();
    } else if (what < 4) {
      open(live_, 80);
      ledger_.open_session();
    } else if (what < 8) {
      open(run_, 80);
      run_.only_count = draw(3) == 0;
      ledger_.open_run(job_);
    } else {
      deliver(draw(2) == 0 ? live_ : run_);
    }
  }

  void replay_all() {
    open(run_, 100);
    run_.only_count = false;
    ledger_.open_run(job_);
    while (!run_.to_come.empty()) {
      deliver(run_);
    }
  }

  // What is published is the maximum over all channels that were believed, and no more than that.
  void check_published() const {
    std::uint64_t total = 0;
    for (const auto& [event, copies] : truth_) {
      ASSERT_EQ(count(published_, event), count(best_, event));
      ASSERT_LE(count(published_, event), copies);
      total += count(published_, event);
    }
    ASSERT_EQ(ledger_.published(job_), total);
  }

  void check_run() const {
    RunSummary expected;
    for (const auto& [event, copies] : run_.delivered) {
      expected.events += copies;
      expected.covered += std::min(copies, count(published_, event));
      for (std::uint32_t copy = 0; copy < copies; ++copy) {
        expected.digest.low += event.low;
        expected.digest.high += event.high + (expected.digest.low < event.low ? 1 : 0);
      }
    }
    const RunSummary summary = ledger_.run(job_);
    ASSERT_EQ(summary.events, expected.events);
    ASSERT_EQ(summary.covered, expected.covered);
    ASSERT_EQ(summary.digest, expected.digest);
  }

  void check_all_is_published() const { ASSERT_EQ(published_, truth_); }
  // Of a job that is incomplete: live loses nothing, and replays add nothing.
  void check_live_is_published() const {
    for (const auto& [event, copies] : live_best_) {
      ASSERT_GE(count(published_, event), copies);
    }
    ASSERT_EQ(replayed_when_incomplete_, 0U);
  }
  bool incomplete() const { return ledger_.incomplete(job_); }
  Bytes memory() const { return ledger_.memory(); }

 private:
  std::uint64_t draw(std::uint64_t below) { return random_() % below; }

  // It will bring each copy with that chance.
  void open(Channel& channel, std::uint64_t percent) {
    channel.to_come.clear();
    channel.delivered.clear();
    for (const auto& [event, copies] : truth_) {
      for (std::uint32_t copy = 0; copy < copies; ++copy) {
        if (draw(100) < percent) {
          channel.to_come.push_back(event);
        }
      }
    }
    std::ranges::shuffle(channel.to_come, random_);
  }

  void deliver(Channel& channel) {
    if (channel.to_come.empty()) {
      return;
    }
    const Fingerprint event = channel.to_come.back();
    channel.to_come.pop_back();
    const bool was_incomplete = incomplete();
    const auto delivery = ledger_.deliver(job_, channel.kind, event, channel.only_count);
    const std::uint32_t delivered = ++channel.delivered[event];
    if (!channel.only_count) {
      best_[event] = std::max(best_[event], delivered);
    }
    if (channel.kind == ChannelKind::live) {
      live_best_[event] = std::max(live_best_[event], delivered);
    }
    if (delivery.verdict != Verdict::publish) {
      ASSERT_EQ(delivery.published, 0U);
      return;
    }
    ++published_[event];
    replayed_when_incomplete_ += was_incomplete && channel.kind == ChannelKind::replay ? 1 : 0;
    if (delivery.published == 0) {
      ASSERT_TRUE(incomplete());
    } else {
      stored_.push_back({event, delivery.published});
    }
  }

  // The stored counts come in several records; compaction may have left them in any order.
  void restart() {
    ledger_ = Ledger(max_memory_);
    std::ranges::shuffle(stored_, random_);
    const std::span<const LedgerEntry> stored(stored_);
    const auto middle = static_cast<std::size_t>(draw(stored.size() + 1));
    ledger_.restore(job_, stored.first(middle));
    ledger_.restore(job_, stored.subspan(middle));
    open(live_, 80);
    run_ = {.kind = ChannelKind::replay, .only_count = false, .to_come = {}, .delivered = {}};
  }

  std::mt19937_64 random_;
  Bytes max_memory_;
  Ledger ledger_;
  const std::string job_ = "e2b7";
  Counts truth_, published_, best_, live_best_;
  Channel live_,
      run_{.kind = ChannelKind::replay, .only_count = false, .to_come = {}, .delivered = {}};
  std::vector<LedgerEntry> stored_;
  std::uint64_t replayed_when_incomplete_ = 0;
};

TEST(LedgerModel, publishes_the_maximum_over_channels_and_never_more_than_the_truth) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    World world(seed, 1_GiB);
    for (int i = 0; i < 20'000 && !testing::Test::HasFatalFailure(); ++i) {
      world.step();
      if (i % 100 == 0) {
        world.check_published();
        world.check_run();
      }
    }
    world.replay_all();
    world.check_published();
    world.check_run();
    world.check_all_is_published();
    ASSERT_FALSE(world.incomplete());
    ASSERT_FALSE(testing::Test::HasFatalFailure());
  }
}

TEST(LedgerModel, loses_no_live_event_where_memory_ends) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    constexpr Bytes limit{7'000};
    World world(seed, limit);
    for (int i = 0; i < 20'000 && !testing::Test::HasFatalFailure(); ++i) {
      world.step();
      ASSERT_LE(world.memory(), limit);
    }
    world.check_live_is_published();
    ASSERT_TRUE(world.incomplete());
    ASSERT_FALSE(testing::Test::HasFatalFailure());
  }
}

}  // namespace
}  // namespace penstock::jobs
