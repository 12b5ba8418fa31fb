#include "publish/mailbox.hpp"

#include <gtest/gtest.h>

#include <semaphore>
#include <thread>

#include "penstock/core/system_clock.hpp"

namespace penstock::publish {
namespace {

using namespace std::chrono_literals;

Transactor::Item batch(ChannelKind kind) {
  Batch batch;
  batch.channel_kind = kind;
  return batch;
}

Transactor::Item note() {
  return Note([] { return Changes{}; });
}

bool is_note(const Mailbox::Taken& taken) { return std::holds_alternative<Note>(*taken.item); }

TEST(Mailbox, GivesNotesFirstThenLiveBatchesThenReplays) {
  Mailbox mailbox;
  mailbox.put(batch(ChannelKind::replay));
  mailbox.put(batch(ChannelKind::live));
  mailbox.put(note());
  mailbox.close();
  EXPECT_TRUE(is_note(mailbox.take(MonotonicTime{})));
  for (const ChannelKind kind : {ChannelKind::live, ChannelKind::replay}) {
    const auto taken = mailbox.take(MonotonicTime{});
    ASSERT_TRUE(taken.item);
    EXPECT_FALSE(taken.closed);
    EXPECT_EQ(std::get<Batch>(*taken.item).channel_kind, kind);
  }
  const auto taken = mailbox.take(MonotonicTime{});
  EXPECT_FALSE(taken.item);
  EXPECT_TRUE(taken.closed);
}

TEST(Mailbox, GivesANoteInTurnBehindTheLiveBatchesBeforeIt) {
  Mailbox mailbox;
  mailbox.put(batch(ChannelKind::replay));
  mailbox.put(batch(ChannelKind::live));
  mailbox.put_in_turn(Note([] { return Changes{}; }));
  mailbox.put(batch(ChannelKind::live));
  mailbox.close();
  EXPECT_FALSE(is_note(mailbox.take(MonotonicTime{})));
  EXPECT_TRUE(is_note(mailbox.take(MonotonicTime{})));
  for (const ChannelKind kind : {ChannelKind::live, ChannelKind::replay}) {
    EXPECT_EQ(std::get<Batch>(*mailbox.take(MonotonicTime{}).item).channel_kind, kind);
  }
  EXPECT_TRUE(mailbox.take(MonotonicTime{}).closed);
}

// Many times, as whoever waits may not have begun to when it is woken.
TEST(Mailbox, WakesWhoeverWaitsForAnItemOrTheEnd) {
  for (int i = 0; i < 200; ++i) {
    Mailbox mailbox;
    std::binary_semaphore taken{0};
    const MonotonicTime begun = monotonic_now();
    std::jthread reader([&] {
      EXPECT_TRUE(mailbox.take(begun + 10s).item);
      taken.release();
      EXPECT_TRUE(mailbox.take(begun + 10s).closed);
    });
    mailbox.put(note());
    taken.acquire();
    mailbox.close();
    reader.join();
    ASSERT_LT(monotonic_now() - begun, 10s);
  }
}

TEST(Mailbox, RestsUntilTheEndOnlyWhereThatIsWaitedForAndNoBatchIsLeft) {
  Mailbox mailbox;
  mailbox.put(batch(ChannelKind::live));
  mailbox.close();
  EXPECT_FALSE(mailbox.over());
  EXPECT_FALSE(mailbox.rest(MonotonicTime{}, false));
  EXPECT_FALSE(mailbox.rest(MonotonicTime{}, true));
  EXPECT_TRUE(mailbox.take(MonotonicTime{}).item);
  EXPECT_TRUE(mailbox.over());
  EXPECT_FALSE(mailbox.rest(MonotonicTime{}, false));
  EXPECT_TRUE(mailbox.rest(monotonic_now() + 10s, true));
}

// One waits there all the time while Kafka is away: the tick's.
TEST(Mailbox, RestsUntilTheEndThoughANoteIsLeft) {
  Mailbox mailbox;
  mailbox.put(note());
  mailbox.put_in_turn(Note([] { return Changes{}; }));
  mailbox.close();
  EXPECT_FALSE(mailbox.rest(MonotonicTime{}, false));
  EXPECT_TRUE(mailbox.rest(monotonic_now() + 10s, true));
}

}  // namespace
}  // namespace penstock::publish
