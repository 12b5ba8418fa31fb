#include "app/commands/tail_lines.hpp"

#include <gtest/gtest.h>

#include "app/source_filter.hpp"

namespace penstock::app {
namespace {

constexpr std::string_view port =
    R"({"origin":{"type":"port","country":"uk"},"target":{"ip":"192.0.2.1","port":80}})"
    "\n";
constexpr std::string_view ssh =
    R"({"origin":{"type":"ssh","country":"US","job_id":"client-a"},"target":{"ip":"2001:db8::1"}})"
    "\n";

std::string status_of(std::string_view job, std::string_view completed) {
  return R"({"origin":{"type":"job_status","job_id":"client-)" + std::string(job) +
         R"("},"status":{"success":true,"started":true,"completed":)" + std::string(completed) +
         R"(,"revoked":false}})" + "\n";
}

std::string joined(std::initializer_list<std::string_view> lines) {
  std::string all;
  for (const std::string_view line : lines) {
    all += line;
  }
  return all;
}

TailLines lines_of(const TailWanted& wanted, bool follows = false) {
  settings::Source source{.name = SourceName("firehose")};
  source.filter = wanted.filter;
  return {wanted, make_filter(source).value(), 1_MiB, follows};
}

std::string chosen(const TailWanted& wanted, const std::string& lines) {
  return std::string(lines_of(wanted).choose(lines).lines);
}

TEST(TailLines, AreAllOfThemAsTheyAreWhereNothingIsAskedFor) {
  const std::string lines = "no event\r\n\x1b\n";
  EXPECT_EQ(chosen({}, lines), lines);
}

TEST(TailLines, LeaveOutBlankOnesAndDoNotCountThem) {
  TailLines lines = lines_of({.count = 1});
  EXPECT_FALSE(lines.choose("\n\r\n \t\n").over);
  const auto last = lines.choose(joined({"\n", ssh, "\n", port}));
  EXPECT_EQ(last.lines, ssh);
  EXPECT_TRUE(last.over);
}

TEST(TailLines, AreThoseThatEveryFilterLetsPass) {
  const std::string all = joined({port, ssh});
  EXPECT_EQ(chosen({.filter = {.types = {"ssh"}}}, all), ssh);
  EXPECT_EQ(chosen({.filter = {.types = {"ssh", "port"}}}, all), all);
  EXPECT_EQ(chosen({.filter = {.networks = {"192.0.2.0/24"}}}, all), port);
  EXPECT_EQ(chosen({.filter = {.networks = {"2001:db8::/32"}}}, all), ssh);
  EXPECT_EQ(chosen({.filter = {.countries = {"UK"}}}, all), port);
  EXPECT_EQ(chosen({.filter = {.types = {"ssh"}, .countries = {"UK"}}}, all), "");
}

TEST(TailLines, OfAJobAreKnownWithAndWithoutPrefix) {
  const std::string all = joined({port, ssh, status_of("a", "true"), status_of("b", "true")});
  EXPECT_EQ(chosen({.job = "a"}, all), joined({ssh, status_of("a", "true")}));
  EXPECT_EQ(chosen({.job = "client-a"}, all), joined({ssh, status_of("a", "true")}));
}

TEST(TailLines, CountWhatIsNoEventWhereOnlySomeAreWanted) {
  TailLines lines = lines_of({.filter = {.types = {"ssh"}}});
  EXPECT_EQ(lines.choose(joined({"nonsense\n", ssh})).lines, ssh);
  EXPECT_EQ(lines.unjudged(), 1U);
}

TEST(TailLines, EndAfterTheCount) {
  TailLines lines = lines_of({.count = 3});
  EXPECT_FALSE(lines.choose("1\n2\n").over);
  const auto last = lines.choose("3\n4\n");
  EXPECT_EQ(last.lines, "3\n");
  EXPECT_TRUE(last.over);
  TailLines filtered = lines_of({.filter = {.types = {"ssh"}}, .count = 1});
  const std::string all = joined({port, ssh, ssh});
  const auto one = filtered.choose(all);
  EXPECT_EQ(one.lines, ssh);
  EXPECT_TRUE(one.over);
}

TEST(TailLines, FollowAJobToItsEnd) {
  TailLines lines = lines_of({}, true);
  lines.want_job("a");
  const auto begin = lines.choose(joined({status_of("b", "true"), status_of("a", "null"), ssh}));
  EXPECT_EQ(begin.lines, joined({status_of("a", "null"), ssh}));
  EXPECT_FALSE(begin.over);
  const auto end = lines.choose(joined({ssh, status_of("a", "true"), ssh}));
  EXPECT_EQ(end.lines, joined({ssh, status_of("a", "true")}));
  EXPECT_TRUE(end.over);
  ASSERT_TRUE(end.job);
  EXPECT_EQ(end.job->success, true);
}

}  // namespace
}  // namespace penstock::app
