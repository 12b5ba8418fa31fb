#include "app/jobs_desk.hpp"

#include <gtest/gtest.h>

namespace penstock::app {
namespace {

class JobsDeskTest : public testing::Test {
 protected:
  auto wanted(const std::string& type) {
    return desk_.reconfigure(options_, Filter({type}, {}, {}));
  }
  bool passes(std::string_view type) {
    Batch batch;
    batch.events.emplace_back().type = type;
    desk_.decide(batch, WallTime{});
    return batch.verdicts.empty() || batch.verdicts.front() == Verdict::publish;
  }

  const jobs::JobsOptions options_{.source = SourceName("firehose"), .id_seed = {}};
  JobCounters counters_;
  JobsDesk desk_{options_, Filter(), counters_, [](const std::vector<jobs::Order>&) {}};
};

// While Kafka is away none is taken, for hours perhaps; each holds all networks.
TEST_F(JobsDeskTest, HasOneChangeWaitingTheNewest) {
  const auto first = wanted("ssh");
  ASSERT_TRUE(first);
  EXPECT_FALSE(wanted("rdp"));
  EXPECT_FALSE(wanted("http"));
  EXPECT_TRUE(passes("ssh"));
  EXPECT_TRUE(passes("ftp"));

  (*first)();
  EXPECT_TRUE(passes("http"));
  EXPECT_FALSE(passes("ssh"));

  const auto second = wanted("ssh");
  ASSERT_TRUE(second);
  (*second)();
  EXPECT_TRUE(passes("ssh"));
}

}  // namespace
}  // namespace penstock::app
