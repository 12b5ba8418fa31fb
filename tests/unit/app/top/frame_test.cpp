#include "app/top/frame.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/app/top/example.hpp"

namespace penstock::app::top {
namespace {

using namespace std::chrono_literals;

std::string text_of(const Frame& frame) {
  std::string text;
  for (const Line& line : frame.lines) {
    std::string shown = top::text_of(line);
    text += shown.erase(shown.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

bool has(const Frame& frame, std::string_view words) {
  return text_of(frame).find(words) != std::string::npos;
}

// Of the first span that is `text`.
Style style_of(const Frame& frame, std::string_view text) {
  for (const Line& line : frame.lines) {
    for (const Span& span : line) {
      if (span.text.find(text) != std::string::npos) {
        return span.style;
      }
    }
  }
  ADD_FAILURE() << "not there: " << text;
  return Style::plain;
}

class TopFrame : public testing::Test {
 protected:
  Frame drawn(Size size) const { return draw(scene_, size); }
  Frame drawn(View view, Size size = {}) {
    scene_.view = std::move(view);
    return draw(scene_, size);
  }

  Status status_ = example_status();
  Scene scene_{.status = &status_, .place = "http://127.0.0.1:9469", .trouble = {}, .view = {}};
};

TEST_F(TopFrame, ShowsAllSources) {
  EXPECT_EQ(text_of(drawn(Size{14, 80})),
            R"(penstock 0.1.0 on here, up since 2026-11-23 20:00 UTC, for 1h00m    21:00:00 UTC
NOT READY  torrent: Kafka has taken nothing for a minute (+2)
SOURCE     CONNECTED EVENTS/S 10 MINUTES  DELAY JOURNAL  GAPS JOBS REPLAYS  DEAD
stream        45m00s       30        ▅▁█   1.5s     50%   0/1    1       1     2
torrent           no        -                 -      0%   0/0    0       0     0

LATEST EVENTS, UTC
20:14:00    stream disconnected  aborted
11-22 20:14 stream connected




h help   s sort: configured   Enter details   q quit
)");
}

TEST_F(TopFrame, ShowsAllOfASource) {
  EXPECT_EQ(text_of(drawn({.page = Page::source, .source = "stream"}, {29, 80})),
            R"(penstock 0.1.0 on here, up since 2026-11-23 20:00 UTC, for 1h00m    21:00:00 UTC
NOT READY  torrent: Kafka has taken nothing for a minute
           torrent: not connected
           the changed configuration is wrong, the old one holds: line 3

stream, connected since 20:15:00 UTC, for 45m00s, 3 sessions, last event 1s ago
Events/s  30, at most 30                 Delay     1.5s, at most 1.5s
     30│                              █     1.5s│                             █
       │                            ▅ █         │                             █
       │                            █ █         │                            ▃█
      0│                            █ █      0ms│                            ██
        -2m35s                      now          -2m35s                      now
In        19, 17 received, 2 recovered from the journal
Out       19, 14 published, 1 duplicate, 1 filtered, 2 dead letters,
          1 in the journal
Balance   even
Dead      1 invalid json, 1 too large
Journal   50% full, 4 KiB of 8 KiB, 3.9 KiB received so far
Replays   1 clean so far, 1 running
          a-1, for 2m00s, 5 events read, 2 of them were missing
Gaps      1 recovering
          20:14:00 for 1m00s, server error, recovering, some 40 missed,
          2 recovered of 1 job
Jobs      1 started
          a-1, started, 17 events, 1 replay, not settled, as of 20:59:00



Esc back   h help   q quit
)");
}

TEST_F(TopFrame, FitsIntoAnyTerminal) {
  status_.host = std::string(90, 'h');
  status_.sources[0].name = "a-name-that-is-longer-than-its-column";
  for (Source& source : status_.sources) {
    source.rates.assign(120, 7);
  }
  for (const View& view : {View{}, View{.page = Page::source, .source = status_.sources[0].name},
                           View{.page = Page::source, .source = "torrent"}, View{.help = true}}) {
    for (const std::size_t rows : {0u, 1u, 2u, 3u, 4u, 5u, 10u, 24u, 60u}) {
      for (const std::size_t columns : {0u, 1u, 2u, 9u, 10u, 20u, 40u, 79u, 80u, 81u, 200u}) {
        for (const char* trouble : {"", "no daemon answers"}) {
          scene_.trouble = trouble;
          const Frame frame = drawn(view, {rows, columns});
          EXPECT_EQ(frame.lines.size(), rows);
          for (const Line& line : frame.lines) {
            EXPECT_LE(width(line), columns) << rows << " " << columns << top::text_of(line);
          }
        }
      }
    }
  }
}

TEST_F(TopFrame, LeavesOutColumnsWhereTheTerminalIsNarrow) {
  const Frame frame = drawn(Size{10, 40});
  EXPECT_EQ(top::text_of(frame.lines[2]), "SOURCE     CONNECTED EVENTS/S  DELAY");
  EXPECT_EQ(top::text_of(frame.lines[3]), "stream        45m00s       30   1.5s");
  EXPECT_EQ(top::text_of(frame.lines[0]), "penstock 0.1.0 on here      21:00:00 UTC");
}

TEST_F(TopFrame, GivesNamesAndHistoryTheRoomOfAWideTerminal) {
  status_.sources[0].name = "a-rather-long-name";
  status_.sources[0].rates.assign(120, 7);
  const std::string row = top::text_of(drawn(Size{60, 200}).lines[6]);
  EXPECT_EQ(row.find("a-rather-long-name"), 0u);
  EXPECT_EQ(width(row), 198u);  // of the history, which is 120 characters long, there is no more
  EXPECT_EQ(std::ranges::count(row, '\x88'), 120);  // of U+2588
}

TEST_F(TopFrame, MarksWhatIsChosenAndWhatIsWrong) {
  const Frame frame = drawn({.source = "torrent"});
  EXPECT_EQ(style_of(frame, "torrent   "), Style::selected);
  EXPECT_EQ(style_of(frame, "NOT READY"), Style::bad);
  EXPECT_EQ(style_of(frame, "45m00s"), Style::good);
  EXPECT_EQ(style_of(frame, "0/1"), Style::warning);
  EXPECT_EQ(style_of(frame, "disconnected"), Style::warning);
  scene_.keys = false;
  EXPECT_EQ(style_of(drawn({.source = "torrent"}), "torrent   "), Style::strong);
}

TEST_F(TopFrame, ScrollsToTheChosenSource) {
  status_.sources.assign(30, status_.sources[1]);
  for (std::size_t i = 0; i < status_.sources.size(); ++i) {
    status_.sources[i].name = "source-" + std::to_string(i);
  }
  const Frame frame = drawn({.source = "source-25"});
  EXPECT_TRUE(has(frame, "source-25 "));
  EXPECT_FALSE(has(frame, "source-0 "));
  EXPECT_EQ(frame.choices.sources.size(), 30u);
}

TEST_F(TopFrame, ScrollsThroughASource) {
  const View view{.page = Page::source, .source = "stream"};
  const Frame top = drawn(view, {12, 80});
  EXPECT_TRUE(has(top, "connected since"));
  EXPECT_FALSE(has(top, "as of 20:59:00"));
  EXPECT_EQ(top.choices.last_scroll, 11u);  // 20 lines in nine rows
  View scrolled = view;
  scrolled.scroll = 1'000;
  const Frame bottom = drawn(scrolled, {12, 80});
  EXPECT_FALSE(has(bottom, "connected since"));
  EXPECT_TRUE(has(bottom, "as of 20:59:00"));
}

TEST_F(TopFrame, AShortPeriodReadsAsReadyWithWhatIsLess) {
  status_.ready = true;
  status_.reasons.clear();
  status_.degraded = {{.reason = "disconnected", .source = "stream"},
                      {.reason = "disconnected", .source = "torrent"},
                      {.reason = "brand_new", .source = "torrent"}};
  const Frame frame = drawn(View{});
  EXPECT_TRUE(has(frame, "ready, but  stream, torrent: not connected\n"));
  EXPECT_TRUE(has(frame, "            torrent: brand new\n"));
  status_.degraded.clear();
  EXPECT_EQ(style_of(drawn(View{}), "ready"), Style::good);
}

TEST_F(TopFrame, SaysWhyASourceIsNotConnected) {
  status_.degraded = {{.reason = "refused", .source = "torrent"}};
  EXPECT_TRUE(has(drawn(View{}), "torrent      refused"));
  status_.degraded = {{.reason = "taken_over", .source = "torrent"}};
  EXPECT_TRUE(has(drawn(View{}), "torrent    elsewhere"));
}

TEST_F(TopFrame, KeepsTheLastStateWhileNobodyAnswers) {
  scene_.trouble = "no daemon answers on \x1b[2J";
  scene_.age = 72s;
  const Frame frame = drawn(View{});
  EXPECT_TRUE(has(frame, "NO ANSWER  no daemon answers on \\x1b[2J\n"));
  EXPECT_TRUE(has(frame, "what follows is 1m12s old\n"));
  EXPECT_FALSE(has(frame, "NOT READY"));
  EXPECT_EQ(style_of(frame, "45m00s"), Style::dim);
}

TEST_F(TopFrame, SaysWhomItAsksBeforeTheFirstAnswer) {
  scene_.status = nullptr;
  EXPECT_EQ(text_of(drawn(Size{3, 80})),
            "penstock, asked at http://127.0.0.1:9469\n\n"
            "h help   s sort: configured   Enter details   q quit\n");
  scene_.trouble = "no daemon answers";
  EXPECT_TRUE(has(drawn(View{.page = Page::source}), "NO ANSWER  no daemon answers\n"));
}

TEST_F(TopFrame, HelpFitsIntoTheUsualTerminal) {
  const Frame frame = drawn({.help = true});
  EXPECT_TRUE(has(frame, "Up Down j k"));
  EXPECT_TRUE(has(frame, "The man page"));
  EXPECT_FALSE(has(frame, "~"));
}

TEST_F(TopFrame, ASourceThatIsGoneLeadsBackToTheList) {
  EXPECT_TRUE(has(drawn({.page = Page::source, .source = "gone"}), "LATEST EVENTS"));
}

TEST_F(TopFrame, CallsADifferenceOfTheBalanceADefect) {
  const View page{.page = Page::source, .source = "stream"};
  status_.sources[0].published_events = 10;
  EXPECT_EQ(style_of(drawn(page), "4 fewer out than in: a defect"), Style::bad);
  status_.sources[0].published_events = 16;
  EXPECT_EQ(style_of(drawn(page), "2 more out than in: a defect"), Style::bad);
}

TEST_F(TopFrame, IsAsciiWhereTheTerminalHasNoOther) {
  scene_.glyphs = Glyphs::ascii;
  for (const View& view : {View{}, View{.page = Page::source, .source = "stream"}}) {
    const std::string text = text_of(drawn(view));
    EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c > 0; }));
  }
  EXPECT_TRUE(has(drawn(View{}), "=_#"));
}

}  // namespace
}  // namespace penstock::app::top
