#include "penstock/publish/status_topic.hpp"

#include <gtest/gtest.h>

namespace penstock::publish {
namespace {

TEST(StatusTopic, WritesOneObjectAChange) {
  EXPECT_EQ(status_json(WallTime(std::chrono::milliseconds(1'700'000'000'123)),
                        SourceName("firehose"), SourceEvent::disconnected, "aborted: \"reset\"\n"),
            R"({"at":"2023-11-14T22:13:20.123Z","source":"firehose","event":"disconnected",)"
            R"("detail":"aborted: \"reset\"\n"})");
}

}  // namespace
}  // namespace penstock::publish
