#include "cli/gap_table.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace penstock::cli {
namespace {

WallTime at(const char* text) { return *parse_rfc3339(text); }

app::GapRecord gap() {
  return {.key = "stream/a1",
          .json = "",
          .source = "stream",
          .cause = "aborted",
          .state = "recovering",
          .note = "",
          .started_at = at("2026-11-23T20:15:30.250Z"),
          .ended_at = at("2026-11-23T20:19:40.250Z"),
          .estimated_events = 1200,
          .recovered_events = 980,
          .jobs = 3};
}

TEST(GapTable, ShowsAGapInTwoLines) {
  app::GapRecord open = gap();
  open.key = "firehose/b2";
  open.cause = "unreachable";
  open.state = "open";
  open.started_at = at("2026-11-24T01:00:00Z");
  open.ended_at.reset();
  open.estimated_events.reset();
  open.recovered_events = 0;
  open.jobs = 0;
  open.note = "then throttled";
  EXPECT_EQ(gap_table(std::vector{gap(), open}, at("2026-11-24T03:05:59Z")),
            "STARTED, UTC      LASTED  CAUSE        STATE       MISSED  FETCHED  JOBS\n"
            "2026-11-23 20:15  4m10s   aborted      recovering    1200      980     3\n"
            "  stream/a1\n"
            "2026-11-24 01:00  2h05m   unreachable  open             ?        0     0\n"
            "  firehose/b2: then throttled\n");
}

TEST(GapTable, WritesDurationsInTheirTwoLargestUnits) {
  for (const auto& [end, text] :
       {std::pair("2026-11-23T20:15:30.900Z", " 0s "), std::pair("2026-11-23T20:16:20Z", " 49s "),
        std::pair("2026-11-23T20:16:30.250Z", " 1m00s "),
        std::pair("2026-11-24T20:15:30Z", " 23h59m "),
        std::pair("2026-12-03T23:15:30.250Z", " 10d03h "),
        std::pair("2026-11-23T20:00:00Z", " 0s ")}) {
    app::GapRecord one = gap();
    one.ended_at = at(end);
    EXPECT_NE(gap_table(std::vector{one}, at("2026-11-24T00:00:00Z")).find(text), std::string::npos)
        << end;
  }
}

TEST(GapTable, ThatThereIsNoneIsAMessageAndNoData) {
  for (const auto& [output, data] : {std::pair(Output::table, ""), std::pair(Output::json, "[]\n"),
                                     std::pair(Output::ndjson, "")}) {
    std::ostringstream out;
    testing::internal::CaptureStderr();
    print_gaps(out, {}, output, at("2026-11-24T00:00:00Z"));
    EXPECT_EQ(out.str(), data);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), output == Output::table ? "no gaps\n" : "");
  }
}

TEST(GapTable, StaysWithinEightyColumns) {
  app::GapRecord wide = gap();
  wide.cause = "server_error";
  wide.state = "unrecoverable";
  wide.ended_at = at("2026-12-24T20:15:30Z");
  wide.estimated_events = 123'456;
  wide.jobs = 1'000;
  wide.note = "held, it brings 10 events, 9 of the 12 published; " + std::string(200, 'x') +
              " and then more words that go on and on";
  std::istringstream lines(gap_table(std::vector{wide}, at("2026-12-25T00:00:00Z")));
  std::string joined;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 80U) << line;
    joined += line.substr(2) + " ";
  }
  EXPECT_NE(joined.find(" go on and on "), std::string::npos);
}

TEST(GapTable, ShowsTextFromOutsideAsPrintableAscii) {
  app::GapRecord hostile = gap();
  hostile.cause = hostile.state = hostile.note = hostile.key = "\x1b[2J\n\xff";
  for (const char c : gap_table(std::vector{hostile}, at("2026-11-24T00:00:00Z"))) {
    EXPECT_TRUE((c >= ' ' && c <= '~') || c == '\n');
  }
}

}  // namespace
}  // namespace penstock::cli
