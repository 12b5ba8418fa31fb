#include "penstock/core/time.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "penstock/core/system_clock.hpp"

namespace penstock {
namespace {

using namespace std::chrono_literals;

WallTime at(std::int64_t milliseconds) { return WallTime(std::chrono::milliseconds(milliseconds)); }

TEST(Rfc3339, WritesUtcWithMilliseconds) {
  EXPECT_EQ(to_rfc3339(at(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(at(1'795'464'930'250)), "2026-11-23T20:15:30.250Z");
  EXPECT_EQ(to_rfc3339(at(951'782'400'007)), "2000-02-29T00:00:00.007Z");
}

TEST(Rfc3339, WritesTimesBeforeTheEpoch) {
  EXPECT_EQ(to_rfc3339(at(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, ReadsBackWhatItWrites) {
  for (std::int64_t ms = -2'000'000'000'000; ms < 4'000'000'000'000; ms += 86'399'999'137) {
    EXPECT_EQ(parse_rfc3339(to_rfc3339(at(ms))), at(ms)) << ms;
  }
}

TEST(Rfc3339, ReadsEveryFormOfASeparatorAndOfUtc) {
  const auto expected = at(1'795'464'930'000);
  for (const char* text : {"2026-11-23T20:15:30Z", "2026-11-23t20:15:30z", "2026-11-23 20:15:30Z",
                           "2026-11-23T20:15:30+00:00", "2026-11-23T20:15:30-00:00"}) {
    EXPECT_EQ(parse_rfc3339(text), expected) << text;
  }
}

TEST(Rfc3339, TakesTheOffsetAway) {
  EXPECT_EQ(parse_rfc3339("2026-11-23T21:15:30+01:00"), at(1'795'464'930'000));
  EXPECT_EQ(parse_rfc3339("2026-11-23T14:45:30-05:30"), at(1'795'464'930'000));
  EXPECT_EQ(parse_rfc3339("2027-01-01T00:30:00+01:00"), parse_rfc3339("2026-12-31T23:30:00Z"));
}

TEST(Rfc3339, CutsFractionsToMilliseconds) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.5Z"), at(500));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.07Z"), at(70));
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.001999999999999Z"), at(1));
}

TEST(Rfc3339, TakesALeapSecondForTheNextMinutesFirst) {
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), parse_rfc3339("2017-01-01T00:00:00Z"));
}

TEST(Rfc3339, RefusesDaysAndHoursThatDontExist) {
  for (const char* text : {"2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
                           "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",
                           "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
                           "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

TEST(Rfc3339, RefusesWhatIsWrittenOtherwise) {
  for (const char* text :
       {"", "2026", "2026-11-23", "2026-11-23T20:15:30", "2026-11-23T20:15Z",
        "2026-11-23T20:15:30.Z", "2026-11-23T20:15:30,5Z", "2026-11-23T20:15:30Zx",
        " 2026-11-23T20:15:30Z", "2026-1-23T20:15:30Z", "+026-11-23T20:15:30Z",
        "2026/11/23T20:15:30Z", "2026-11-23T20:15:30+0100", "2026-11-23T20:15:30+01",
        "2026-11-23_20:15:30Z"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

std::optional<WallTime> http_date(std::string_view text, const char* now = "2026-11-23T00:00:00Z") {
  return parse_http_date(text, *parse_rfc3339(now));
}

TEST(HttpDate, ReadsThePreferredForm) {
  EXPECT_EQ(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), parse_rfc3339("1994-11-06T08:49:37Z"));
  EXPECT_EQ(http_date("Tue, 29 Feb 2028 23:59:59 GMT"), parse_rfc3339("2028-02-29T23:59:59Z"));
}

TEST(HttpDate, ReadsTheFormOfRfc850) {
  EXPECT_EQ(http_date("Sunday, 06-Nov-94 08:49:37 GMT"), parse_rfc3339("1994-11-06T08:49:37Z"));
  EXPECT_EQ(http_date("Tuesday, 29-Feb-28 23:59:59 GMT"), parse_rfc3339("2028-02-29T23:59:59Z"));
}

TEST(HttpDate, ReadsTheFormOfAsctime) {
  EXPECT_EQ(http_date("Sun Nov  6 08:49:37 1994"), parse_rfc3339("1994-11-06T08:49:37Z"));
  EXPECT_EQ(http_date("Wed Nov 16 08:49:37 1994"), parse_rfc3339("1994-11-16T08:49:37Z"));
}

TEST(HttpDate, TakesAYearOfTwoDigitsForThePastOnlyIfElseItWereMoreThanFiftyYearsOn) {
  const char* const date = "Monday, 23-Nov-76 12:00:00 GMT";
  EXPECT_EQ(http_date(date, "2026-11-23T12:00:00Z"), parse_rfc3339("2076-11-23T12:00:00Z"));
  EXPECT_EQ(http_date(date, "2026-11-23T11:59:59Z"), parse_rfc3339("1976-11-23T12:00:00Z"));
}

TEST(HttpDate, TakesAYearOfTwoDigitsIntoTheNextCentury) {
  EXPECT_EQ(http_date("Friday, 01-Jan-00 00:00:09 GMT", "2099-12-31T23:59:59Z"),
            parse_rfc3339("2100-01-01T00:00:09Z"));
}

TEST(HttpDate, TakesALeapDayForAYearThatHasIt) {
  // 2100 has none.
  EXPECT_EQ(http_date("Tuesday, 29-Feb-00 00:00:00 GMT", "2060-01-01T00:00:00Z"),
            parse_rfc3339("2000-02-29T00:00:00Z"));
  EXPECT_EQ(http_date("Monday, 29-Feb-27 00:00:00 GMT"), std::nullopt);
}

TEST(HttpDate, KnowsEveryMonth) {
  const std::array<const char*, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (unsigned month = 1; month <= 12; ++month) {
    const std::string text = "Mon, 01 " + std::string(names[month - 1]) + " 2026 00:00:00 GMT";
    const std::chrono::year_month_day day{std::chrono::year(2026), std::chrono::month(month),
                                          std::chrono::day(1)};
    EXPECT_EQ(http_date(text), WallTime(std::chrono::sys_days(day))) << text;
  }
}

TEST(HttpDate, RefusesEveryOtherForm) {
  for (const char* text : {"",
                           ",",
                           "Sun",
                           "120",
                           "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 UTC",
                           "Sun, 6 Nov 1994 08:49:37 GMT",
                           "Sun, 06 nov 1994 08:49:37 GMT",
                           "Sun, 31 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 24:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 GMT ",
                           "Sun, 06-Nov-94 08:49:37 GMT",
                           "Sunday, 06 Nov 1994 08:49:37 GMT",
                           "Sunday, 06-Nov-1994 08:49:37 GMT",
                           "Sunday, 06-Nov-94 08:49:37",
                           "Sunday, 31-Nov-94 08:49:37 GMT",
                           "Sun Nov 6 08:49:37 1994",
                           "Sun Nov 06  08:49:37 1994",
                           "Sun Nov  6 08:49:37 1994 GMT",
                           "Sun Nov  6 08:49:37 94",
                           "Sun Nov 31 08:49:37 1994",
                           "Sun Nov    08:49:37 1994"}) {
    EXPECT_EQ(http_date(text), std::nullopt) << text;
  }
}

TEST(SystemClock, NeverRunsBackwardsWhereItIsMonotonic) {
  const MonotonicTime first = monotonic_now();
  EXPECT_LE(first, monotonic_now());
}

TEST(SystemClock, TellsTheTimeOfDay) {
  EXPECT_GT(wall_now(), *parse_rfc3339("2020-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace penstock
