#include "simulator/archived_line.hpp"

#include <gtest/gtest.h>

namespace penstock::simulator {
namespace {

TEST(ArchivedLine, TellsTheJobOfAnEvent) {
  const ArchivedLine seen =
      look_at(R"({"job_id":"no","target":{"job_id":"no"},"origin":{"job_id":"client-7"}})", 1_KiB);
  EXPECT_FALSE(seen.bad);
  EXPECT_EQ(seen.job, "client-7");
  EXPECT_EQ(look_at(R"({"origin":{"job_id":7}})", 1_KiB).job, "");
}

TEST(ArchivedLine, TellsWhyAReaderSetsItAside) {
  const std::pair<std::string, DeadLetterReason> cases[] = {
      {R"({"origin":{"job_id":"client-7"}}x)", DeadLetterReason::invalid_json},
      {R"({"origin":)", DeadLetterReason::invalid_json},
      {"[{}]", DeadLetterReason::not_an_object},
      {"{\"a\":\"\xff\"", DeadLetterReason::invalid_utf8},
      {"{\"a\":" + std::string(64, '[') + std::string(64, ']') + "}", DeadLetterReason::too_deep},
      {"{\"a\":\"" + std::string(1020, 'x') + "\"}", DeadLetterReason::too_large},
  };
  for (const auto& [line, reason] : cases) {
    const ArchivedLine seen = look_at(line, 1_KiB);
    EXPECT_EQ(seen.bad, reason) << line;
    EXPECT_EQ(seen.job, "");
  }
}

TEST(ArchivedLine, IsBlankWhereItHasWhiteSpaceOnly) {
  EXPECT_TRUE(is_blank(""));
  EXPECT_TRUE(is_blank(" \t\r"));
  EXPECT_FALSE(is_blank(" x"));
}

}  // namespace
}  // namespace penstock::simulator
