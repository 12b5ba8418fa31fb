#include "extract/status_handler.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace penstock::extract {
namespace {

std::string flags(std::string_view line) {
  const JobFlags found = job_flags(line);
  std::string text;
  for (const std::optional<bool> flag :
       {found.success, found.started, found.completed, found.revoked}) {
    text += flag ? (*flag ? 't' : 'f') : '-';
  }
  return text;
}

TEST(StatusHandler, ReadsTheFlagsOfAJobStatusEvent) {
  EXPECT_EQ(flags(R"({"origin":{"job_id":"client-1","type":"job_status"},)"
                  R"("status":{"success":null,"started":true,"completed":null,"revoked":false}})"),
            "-t-f");
  EXPECT_EQ(
      flags(R"({"status":{"revoked":true,"completed":false,"started":true,"success":false}})"),
      "ftft");
}

TEST(StatusHandler, TakesAnythingButABooleanForNotKnown) {
  EXPECT_EQ(flags(R"({"status":{"success":"true","started":1,"completed":[true],"revoked":{}}})"),
            "----");
  EXPECT_EQ(flags(R"({"status":{"success":{"success":true},"started":[{"started":true}]}})"),
            "----");
  EXPECT_EQ(flags(R"({"status":{"other":true,"Success":true,"started":false}})"), "-f--");
}

TEST(StatusHandler, NeedsNoStatus) {
  EXPECT_EQ(flags(R"({})"), "----");
  EXPECT_EQ(flags(R"({"status":{}})"), "----");
  EXPECT_EQ(flags(R"({"status":null})"), "----");
  EXPECT_EQ(flags(R"({"status":["success",true]})"), "----");
  EXPECT_EQ(flags(R"({"status":true,"success":true})"), "----");
}

TEST(StatusHandler, LooksAtNoOtherPlace) {
  EXPECT_EQ(flags(R"({"success":true,"origin":{"success":true,"status":{"started":true}},)"
                  R"("x":[{"status":{"revoked":true}}],"status":{"status":{"success":true}}})"),
            "----");
  EXPECT_EQ(flags(R"({"status":{"a":{"b":[{}]},"success":true},"x":{"success":false}})"), "t---");
}

TEST(StatusHandler, LetsTheLastOfTwoMembersCount) {
  EXPECT_EQ(flags(R"({"status":{"success":true,"success":false}})"), "f---");
  EXPECT_EQ(flags(R"({"status":{"success":true,"success":null}})"), "----");
  EXPECT_EQ(flags(R"({"status":{"success":true,"success":{"success":true}}})"), "----");
  EXPECT_EQ(flags(R"({"status":{"success":true},"status":{"started":true}})"), "-t--");
  EXPECT_EQ(flags(R"({"status":{"success":true},"status":5})"), "----");
}

TEST(StatusHandler, DecodesNames) {
  EXPECT_EQ(flags(R"({"st\u0061tus":{"succ\u0065ss":true,"started\n":true}})"), "t---");
}

}  // namespace
}  // namespace penstock::extract
