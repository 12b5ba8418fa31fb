#include "penstock/core/filter.hpp"

#include <gtest/gtest.h>

namespace penstock {
namespace {

Event event(std::string_view type, std::string_view country, std::string_view ip) {
  Event made;
  made.type = type;
  made.country = country;
  made.ip = ip;
  return made;
}

NetworkSet networks(std::string_view network) {
  NetworkSet set;
  EXPECT_TRUE(set.add(network));
  set.finish();
  return set;
}

TEST(Filter, LetsEverythingPassWhereItIsEmpty) {
  EXPECT_TRUE(Filter().passes(event("ssh", "", "")));
  Batch batch;
  batch.events.push_back(event("ssh", "", ""));
  Filter().apply(batch);
  EXPECT_TRUE(batch.verdicts.empty());
}

TEST(Filter, AsksForEachOfItsParts) {
  const Filter filter({"ssh", "rdp"}, {"uk"}, networks("192.0.2.0/24"));
  EXPECT_TRUE(filter.passes(event("ssh", "uk", "192.0.2.9")));
  EXPECT_TRUE(filter.passes(event("rdp", "UK", "192.0.2.9")));
  EXPECT_FALSE(filter.passes(event("SSH", "uk", "192.0.2.9")));
  EXPECT_FALSE(filter.passes(event("ssh", "us", "192.0.2.9")));
  EXPECT_FALSE(filter.passes(event("ssh", "uk", "198.51.100.9")));
}

TEST(Filter, LacksAFieldThatIsAskedFor) {
  EXPECT_FALSE(Filter({"ssh"}, {}, {}).passes(event("", "uk", "192.0.2.9")));
  EXPECT_FALSE(Filter({}, {"uk"}, {}).passes(event("ssh", "", "192.0.2.9")));
  EXPECT_FALSE(Filter({}, {}, networks("192.0.2.0/24")).passes(event("ssh", "uk", "")));
}

TEST(Filter, LetsJobStatusPass) {
  EXPECT_TRUE(
      Filter({"ssh"}, {"uk"}, networks("192.0.2.0/24")).passes(event("job_status", "", "")));
}

TEST(Filter, LeavesWhatWasDecidedAsItIs) {
  Batch batch;
  for (const char* const type : {"ssh", "rdp", "ssh"}) {
    batch.events.push_back(event(type, "", ""));
  }
  batch.verdicts = {Verdict::duplicate, Verdict::publish, Verdict::publish};
  Filter({"ssh"}, {}, {}).apply(batch);
  EXPECT_EQ(batch.verdicts, (std::vector{Verdict::duplicate, Verdict::filtered, Verdict::publish}));
}

}  // namespace
}  // namespace penstock
