#include "penstock/remote/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock::remote {
namespace {

using testing::ElementsAre;

TEST(Target, KnowsWhatIsOne) {
  const std::vector<std::pair<std::string, std::optional<TargetKind>>> cases{
      {"192.0.2.1", TargetKind::address},
      {"2001:db8::1", TargetKind::address},
      {"::ffff:192.0.2.1", TargetKind::address},
      {"192.0.2.0/24", TargetKind::network},
      {"192.0.2.0/0", TargetKind::network},
      {"2001:db8::/128", TargetKind::network},
      {"192.0.2.1-192.0.2.9", TargetKind::range},
      {"192.0.2.9-192.0.2.9", TargetKind::range},
      {"2001:db8::-2001:db8::ff", TargetKind::range},
      {"host.example", TargetKind::name},
      {"a-b.example.", TargetKind::name},
      {"_x.example", TargetKind::name},
      {"localhost", TargetKind::name},
      {"192.0.2.0/33", std::nullopt},
      {"2001:db8::/129", std::nullopt},
      {"192.0.2.0/", std::nullopt},
      {"192.0.2.0/024", std::nullopt},
      {"192.0.2.0/-1", std::nullopt},
      {"192.0.2.0/24/8", std::nullopt},
      {"host.example/24", std::nullopt},
      {"192.0.2.9-192.0.2.1", std::nullopt},
      {"192.0.2.1-2001:db8::1", std::nullopt},
      {"192.0.2.256", std::nullopt},
      {"192.0.2", std::nullopt},
      {"1.2.3.4.5", std::nullopt},
      {"", std::nullopt},
      {" 192.0.2.1", std::nullopt},
      {"-x.example", std::nullopt},
      {"x..example", std::nullopt},
      {".example", std::nullopt},
      {".", std::nullopt},
      {"ex ample", std::nullopt},
      {"ex\x1b"
       "ample",
       std::nullopt},
      {std::string(64, 'x') + ".example", std::nullopt},
      {std::string(254, 'x'), std::nullopt}};
  for (const auto& [text, kind] : cases) {
    EXPECT_EQ(target_kind(text), kind) << text;
  }
}

TEST(Target, StandsInAPathWithANetworksSlash) {
  EXPECT_THAT(path_of_target("192.0.2.1"), ElementsAre("192.0.2.1"));
  EXPECT_THAT(path_of_target("2001:db8::/32"), ElementsAre("2001:db8::", "32"));
}

TEST(Target, KnowsAListOfPorts) {
  for (const char* good : {"1", "80", "65535", "80,443", "1-1024", "22,8000-8100,443", "7-7"}) {
    EXPECT_TRUE(is_port_list(good)) << good;
  }
  for (const char* bad : {"", "0", "65536", "80,", ",80", "80-", "-80", "9-8", "80 443", "http",
                          "080", "1-2-3", "80/tcp", "+80"}) {
    EXPECT_FALSE(is_port_list(bad)) << bad;
  }
}

}  // namespace
}  // namespace penstock::remote
