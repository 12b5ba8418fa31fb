#include "simulator/session_feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>

#include "penstock/core/utf8.hpp"
#include "unit/simulator/lines.hpp"

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;
using test::lines_of;

struct Decoded {
  std::string body;
  std::vector<std::string> chunks;
  bool last_chunk = false;
};

// Takes chunked framing apart, as far as it goes.
Decoded decode(std::string_view framed) {
  Decoded result;
  while (!framed.empty()) {
    const std::size_t line_end = framed.find("\r\n");
    std::size_t size = 0;
    if (line_end == std::string_view::npos) {
      break;
    }
    std::from_chars(framed.data(), framed.data() + line_end, size, 16);
    framed.remove_prefix(line_end + 2);
    if (size == 0) {
      result.last_chunk = framed == "\r\n";
      break;
    }
    result.chunks.emplace_back(framed.substr(0, size));
    result.body += framed.substr(0, size);
    framed.remove_prefix(std::min(framed.size(), size + 2));
  }
  return result;
}

class SessionFeedTest : public testing::Test {
 protected:
  void use(std::string_view faults) { source = source_with(parse_faults(faults).value()); }
  SessionFeed feed(SessionFeed::Shape shape = {}) {
    return SessionFeed({source->script, source->next, *source, source->truth}, shape, 1, 0x40);
  }
  void inject(FaultKind kind) { source->faults.inject({kind, std::nullopt, std::nullopt}); }
  std::string event(std::uint64_t n) const {
    std::string line;
    generator.append(line, Source::firehose, n);
    return line;
  }
  std::string truth() const {
    TruthReader reader(source->truth, source->script, source->decided());
    std::string records;
    while (const auto record = reader.next()) {
      append_json(records, *record);
    }
    return records;
  }

  std::unique_ptr<SourceState> source_with(const std::vector<FaultRule>& rules) const {
    return std::make_unique<SourceState>(
        Source::firehose, rules, std::nullopt, 1,
        SourceScript(generator, Source::firehose, nullptr, 1, 64_KiB));
  }

  EventGenerator generator{1};
  std::unique_ptr<SourceState> source = source_with({});
  MonotonicTime now{};
};

TEST_F(SessionFeedTest, SendsTheAllowedNumberOfEventsAsOneChunk) {
  SessionFeed session = feed();
  const Decoded sent = decode(session.next(now, 3).bytes);
  EXPECT_EQ(sent.chunks.size(), 1u);
  EXPECT_EQ(sent.body, event(0) + "\n" + event(1) + "\n" + event(2) + "\n");
  EXPECT_TRUE(session.next(now, 0).bytes.empty());
  EXPECT_EQ(lines_of(decode(session.next(now, 1).bytes).body)[0], event(3));
  EXPECT_EQ(session.lines(), 4u);
}

TEST_F(SessionFeedTest, GoesOnInTheNextSession) {
  std::string(feed().next(now, 5).bytes);
  SessionFeed second = feed();
  EXPECT_EQ(second.session(), 2u);
  EXPECT_EQ(lines_of(decode(second.next(now, 1).bytes).body)[0], event(5));
}

TEST_F(SessionFeedTest, EndsWithTheLastChunkAtAWholeEvent) {
  use("end:probability=0.02");
  std::uint64_t next = 0;
  for (int i = 0; i < 50; ++i) {
    SessionFeed session = feed();
    Step step;
    do {
      step = session.next(now, 20);
      const Decoded sent = decode(step.bytes);
      EXPECT_EQ(sent.last_chunk, step.then == Step::Then::end);
      EXPECT_TRUE(sent.body.empty() || sent.body.ends_with('\n'));
      for (const std::string& line : lines_of(sent.body)) {
        ASSERT_EQ(line, event(next++));
      }
    } while (step.then == Step::Then::go_on);
  }
  EXPECT_EQ(source->next, next);
}

class SessionFeedCuts : public SessionFeedTest,
                        public testing::WithParamInterface<std::pair<const char*, Step::Then>> {};

TEST_P(SessionFeedCuts, AnywhereAndListsWhatWasSent) {
  use(std::string(GetParam().first) + ":probability=0.05,tiny_chunks:probability=0.01");
  std::size_t partial = 0, whole = 0;
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    SessionFeed session = feed();
    const std::uint64_t first = source->next;
    std::string framed;
    Step step;
    do {
      step = session.next(now, 10);
      framed += step.bytes;
    } while (step.then == Step::Then::go_on);
    ASSERT_EQ(step.then, GetParam().second);
    const Decoded sent = decode(framed);
    EXPECT_FALSE(sent.last_chunk);
    const std::vector<std::string> lines = lines_of(sent.body);
    for (std::size_t at = 0; at < lines.size(); ++at) {
      ASSERT_TRUE(event(first + at).starts_with(lines[at]));
    }
    const bool cut = !sent.body.empty() && !sent.body.ends_with('\n');
    ++(cut ? partial : whole);
    EXPECT_EQ(session.lines(), lines.size() - (cut ? 1 : 0));
    EXPECT_EQ(source->next, first + lines.size()) << "what wasn't sent at all comes later";
  }
  EXPECT_GT(partial, 50u);
  EXPECT_GT(whole, 20u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, SessionFeedCuts,
                         testing::Values(std::pair{"fin", Step::Then::fin},
                                         std::pair{"reset", Step::Then::reset},
                                         std::pair{"tls_truncate", Step::Then::tls_truncate}));

TEST_F(SessionFeedTest, StallsInsideALineAndGoesOnWithItsRest) {
  use("stall:probability=0.05:for=3s");
  SessionFeed session = feed();
  std::string framed;
  std::size_t stalls = 0;
  for (int i = 0; i < 500; ++i) {
    const Step step = session.next(now, 5);
    framed += step.bytes;
    if (step.then == Step::Then::stall) {
      EXPECT_EQ(step.stall, Duration(3s));
      ++stalls;
      framed += session.after_stall().bytes;
    }
  }
  EXPECT_GT(stalls, 20u);
  const std::vector<std::string> lines = lines_of(decode(framed).body);
  EXPECT_EQ(lines.size(), session.lines());
  for (std::size_t n = 0; n < lines.size(); ++n) {
    ASSERT_EQ(lines[n], event(n));
  }
}

TEST_F(SessionFeedTest, ListsALineAsCutWhileItStalls) {
  inject(FaultKind::stall);
  SessionFeed session = feed();
  for (int i = 0; session.next(now, 1).then == Step::Then::stall; ++i) {
    ASSERT_LT(i, 100);
    const bool cut = truth().find("\"whole\":false") != std::string::npos;
    session.after_stall();
    ASSERT_EQ(truth().find("\"whole\":false"), std::string::npos);
    if (cut) {
      return;
    }
    inject(FaultKind::stall);
  }
  FAIL() << "no stall cut a line";
}

TEST_F(SessionFeedTest, SendsChunksOfOneByteForAWhile) {
  inject(FaultKind::tiny_chunks);
  SessionFeed session = feed();
  const Decoded sent = decode(session.next(now, 200).bytes);
  std::size_t tiny = 0;
  while (tiny < sent.chunks.size() && sent.chunks[tiny].size() == 1) {
    ++tiny;
  }
  EXPECT_EQ(tiny, 2048u);
  EXPECT_EQ(sent.chunks.size(), tiny + 1);
  EXPECT_EQ(lines_of(sent.body)[0], event(0));
}

TEST_F(SessionFeedTest, SplitsCharactersAndLineEndsBetweenChunks) {
  inject(FaultKind::split_chunks);
  SessionFeed session = feed();
  std::size_t characters = 0, line_ends = 0;
  std::string body;
  for (int i = 0; i < 20; ++i) {
    const Decoded sent = decode(session.next(now, 50).bytes);
    body += sent.body;
    for (const std::string& chunk : sent.chunks) {
      characters += !is_utf8(chunk);
      line_ends += chunk.starts_with('\n');
    }
  }
  EXPECT_GT(characters, 0u);
  EXPECT_GT(line_ends, 0u);
  EXPECT_TRUE(is_utf8(body));
  EXPECT_EQ(lines_of(body)[7], event(7));
}

TEST_F(SessionFeedTest, EndsLinesInCrlfForAWhile) {
  inject(FaultKind::crlf);
  SessionFeed session = feed();
  const std::string body = decode(session.next(now, 2).bytes).body;
  EXPECT_EQ(body, event(0) + "\r\n" + event(1) + "\r\n");
}

TEST_F(SessionFeedTest, SendsBlankLinesEvenWhileItIsQuiet) {
  inject(FaultKind::blank_lines);
  SessionFeed session = feed();
  const std::string body = decode(session.next(now, 0).bytes).body;
  EXPECT_FALSE(body.empty());
  EXPECT_EQ(body.find_first_not_of("\r\n"), std::string::npos);
  EXPECT_EQ(truth(), "");
}

TEST_F(SessionFeedTest, EndsEvenWhileItIsQuiet) {
  inject(FaultKind::end);
  SessionFeed session = feed();
  const Step step = session.next(now, 0);
  EXPECT_EQ(step.then, Step::Then::end);
  EXPECT_EQ(step.bytes, "0\r\n\r\n");
}

TEST_F(SessionFeedTest, ReplacesAnEventByABadLineAndSaysSo) {
  inject(FaultKind::malformed);
  inject(FaultKind::too_deep);
  SessionFeed session = feed();
  const std::vector<std::string> lines = lines_of(decode(session.next(now, 3).bytes).body);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_NE(lines[0], event(0));
  EXPECT_NE(lines[1], event(1));
  EXPECT_EQ(lines[2], event(2));
  source->truth.end_session(session.session(), SessionState::orderly);
  const std::vector<std::string> records = lines_of(truth());
  ASSERT_EQ(records.size(), 4u);
  EXPECT_THAT(records[0], testing::StartsWith(
                              R"({"session":1,"n":0,"job":null,"whole":true,"bad":"invalid_json",)"
                              R"("line_base64":")"));
  EXPECT_THAT(records[1], testing::HasSubstr(R"("n":1,"job":null,"whole":true,"bad":"too_deep")"));
  EXPECT_THAT(records[2], testing::HasSubstr(R"("n":2,"job":null,"whole":true,"bad":null)"));
  EXPECT_EQ(records[3], R"({"session":1,"ended":"orderly","lines":3})");
}

TEST_F(SessionFeedTest, StopsAtItsLastLine) {
  SessionFeed session = feed({SessionFeed::Framing::none, 3});
  EXPECT_EQ(session.next(now, 2).then, Step::Then::go_on);
  const Step step = session.next(now, 2);
  EXPECT_EQ(step.then, Step::Then::end);
  EXPECT_EQ(step.bytes, event(2) + "\n");
}

TEST_F(SessionFeedTest, MakesAWholeBody) {
  SessionFeed session = feed({SessionFeed::Framing::none, 150});
  EXPECT_EQ(lines_of(session.whole_body()).size(), 150u);
  EXPECT_EQ(session.lines(), 150u);
}

TEST_F(SessionFeedTest, EndsEarlyOnlyBehindTheLinesItIsToldTo) {
  inject(FaultKind::reset);
  SessionFeed session = feed({SessionFeed::Framing::chunked, 100, 40});
  EXPECT_EQ(session.next(now, 39).then, Step::Then::go_on);
  EXPECT_EQ(session.next(now, 1).then, Step::Then::reset);
  EXPECT_GE(session.lines(), 39u);
}

TEST(Pace, GivesTheRateAndKeepsASecondsWorth) {
  Pace pace(100);
  MonotonicTime now{};
  pace.restart(now);
  EXPECT_EQ(pace.allowance(now), 0u);
  EXPECT_EQ(pace.allowance(now + 500ms), 50u);
  pace.spend(20);
  EXPECT_EQ(pace.allowance(now + 500ms), 30u);
  EXPECT_EQ(pace.allowance(now + 1h), 100u);
  pace.spend(300);
  EXPECT_EQ(pace.allowance(now + 1h), 0u);
}

TEST(Pace, HasNoLimitWithoutARate) {
  EXPECT_EQ(Pace(std::nullopt).allowance(MonotonicTime{}), Pace::unlimited);
}

}  // namespace
}  // namespace penstock::simulator
