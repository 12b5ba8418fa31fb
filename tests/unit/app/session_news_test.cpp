#include "app/session_news.hpp"

#include <gtest/gtest.h>

namespace penstock::app {
namespace {

Batch batch_of(BlockKind kind) {
  Batch batch;
  batch.block.kind = kind;
  return batch;
}

TEST(SessionTotals, AreThoseOfAllItsBatches) {
  SessionTotals totals;
  totals.add(batch_of(BlockKind::session_opened));
  for (int i = 0; i < 2; ++i) {
    Batch lines = batch_of(BlockKind::lines);
    lines.events.resize(3);
    lines.dead_letters.resize(1);
    totals.add(lines);
  }
  // The cut-off line is in the last batch of lines; the mark of the end has nothing.
  Batch last = batch_of(BlockKind::lines);
  last.truncated_bytes = 7;
  totals.add(last);
  totals.add(batch_of(BlockKind::session_closed));
  EXPECT_EQ(totals.events, 6u);
  EXPECT_EQ(totals.dead_letters, 2u);
  EXPECT_EQ(totals.truncated_bytes, 7u);
}

TEST(SessionTotals, BeginAnewWithASession) {
  SessionTotals totals;
  Batch last = batch_of(BlockKind::lines);
  last.events.resize(1);
  last.dead_letters.resize(1);
  last.truncated_bytes = 7;
  totals.add(last);
  totals.add(batch_of(BlockKind::session_opened));
  EXPECT_EQ(totals.events + totals.dead_letters + totals.truncated_bytes, 0u);
}

TEST(TellsRefused, OnlyWhileThatIsTheCause) {
  for (const SourceEvent event : {SourceEvent::unauthorised, SourceEvent::not_found}) {
    EXPECT_EQ(tells_refused(event), true) << to_string(event);
  }
  for (const SourceEvent event : {SourceEvent::connected, SourceEvent::disconnected,
                                  SourceEvent::stalled, SourceEvent::throttled}) {
    EXPECT_EQ(tells_refused(event), false) << to_string(event);
  }
  for (const SourceEvent event : {SourceEvent::paused, SourceEvent::resumed,
                                  SourceEvent::publishing_held, SourceEvent::replay_started}) {
    EXPECT_EQ(tells_refused(event), std::nullopt) << to_string(event);
  }
}

}  // namespace
}  // namespace penstock::app
