#include "app/source_filter.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace penstock::app {
namespace {

class SourceFilter : public testing::Test {
 protected:
  SourceFilter() { source_.filter.networks_file = file_; }
  ~SourceFilter() override { std::filesystem::remove(file_); }
  void write(const std::string& text) { std::ofstream(file_, std::ios::trunc) << text; }
  std::string refusal() const {
    const auto made = make_filter(source_);
    return made ? "" : made.error().what;
  }
  bool passes(std::string_view ip) const {
    Event event;
    event.ip = ip;
    return make_filter(source_)->passes(event);
  }

  const std::string file_ = testing::TempDir() + "networks.txt";
  settings::Source source_{.name = SourceName("firehose")};
};

TEST_F(SourceFilter, ReadsNetworksOfTheFileAndOfTheConfiguration) {
  source_.filter.networks = {"203.0.113.0/24"};
  write("# ours\n192.0.2.0/24\r\n\n  2001:db8::/32 # v6\n198.51.100.7");
  ASSERT_EQ(refusal(), "");
  for (const char* const inside : {"203.0.113.1", "192.0.2.1", "2001:db8::1", "198.51.100.7"}) {
    EXPECT_TRUE(passes(inside)) << inside;
  }
  EXPECT_FALSE(passes("198.51.100.8"));
}

TEST_F(SourceFilter, NamesTheLineThatIsNoNetwork) {
  write("192.0.2.0/24\n192.0.2.0/33\n");
  EXPECT_EQ(refusal(), file_ + ":2: no network: 192.0.2.0/33; it must look like 192.0.2.0/24");
}

TEST_F(SourceFilter, RefusesAFileThatIsMissingOrEmpty) {
  EXPECT_NE(refusal().find("No such file"), std::string::npos);
  write("# nothing yet\n");
  EXPECT_NE(refusal().find("holds no network"), std::string::npos);
}

TEST_F(SourceFilter, IsEmptyWithoutConfiguration) {
  source_.filter.networks_file.reset();
  EXPECT_TRUE(passes(""));
}

}  // namespace
}  // namespace penstock::app
