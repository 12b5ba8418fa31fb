#include "simulator/event_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "unit/simulator/json_check.hpp"

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct EventStoreTest : testing::Test {
  EventGenerator generator{1};
  JobBook book{{}, 1};
  JobLines lines{generator, book, WallTime(1'800'000'000'000ms)};
  EventStore store{generator, lines, 1};

  std::string bytes(const EventStore& of, const StoredEvent& event) const {
    std::string text;
    of.append(text, event);
    return text;
  }
  std::string bytes(const StoredEvent& event) const { return bytes(store, event); }
  std::vector<StoredEvent> scans(std::string_view of) const {
    return store.scans(parse_range(of).value());
  }
  std::vector<StoredEvent> torrents(std::string_view of) const {
    return store.torrents(parse_range(of).value());
  }
};

TEST_F(EventStoreTest, HasSeveralHostsInEachOfItsNetworks) {
  store.catch_up();
  for (const char* network : {"198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"}) {
    std::set<IpAddress> hosts;
    for (const StoredEvent& event : scans(network)) {
      hosts.insert(*event.address);
      const std::string text = bytes(event);
      ASSERT_TRUE(test::check_json(text).object) << text;
      EXPECT_THAT(text, HasSubstr("\"ip\":\"" + to_string(*event.address) + "\""));
      EXPECT_THAT(text, HasSubstr("\"ts\":" + std::to_string(event.time_ms)));
    }
    EXPECT_GE(hosts.size(), 20u) << network;
    const std::vector<StoredEvent> torrent = torrents(network);
    EXPECT_GE(torrent.size(), 10u) << network;
    for (const StoredEvent& event : torrent) {
      EXPECT_THAT(bytes(event), HasSubstr("\"peer\":{\"ip\":\"" + to_string(*event.address)));
    }
  }
  EXPECT_TRUE(scans("192.0.2.0/24").empty());
}

TEST_F(EventStoreTest, TellsTheOldestFirst) {
  store.catch_up();
  for (const auto& events : {scans("0.0.0.0/0"), torrents("0.0.0.0/0"), store.latest_scans(10)}) {
    EXPECT_TRUE(std::is_sorted(events.begin(), events.end(),
                               [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; }));
  }
}

TEST_F(EventStoreTest, IsTheSameForASeed) {
  EventStore same(generator, lines, 1), other(generator, lines, 2);
  for (EventStore* each : {&store, &same, &other}) {
    each->catch_up();
  }
  const StoredEvent first = store.latest_scans(0).front();
  EXPECT_EQ(bytes(first), bytes(same, same.latest_scans(0).front()));
  EXPECT_NE(bytes(first), bytes(other, other.latest_scans(0).front()));
}

TEST_F(EventStoreTest, KeepsTheNewestOfAnAddressPortAndType) {
  store.catch_up();
  const std::vector<StoredEvent> all = scans("198.51.100.0/24");
  const std::vector<StoredEvent> latest = newest(all);
  EXPECT_LT(latest.size(), all.size());
  for (const StoredEvent& event : all) {
    const auto same = [&](const StoredEvent& other) {
      return other.address == event.address && other.service == event.service;
    };
    ASSERT_EQ(std::count_if(latest.begin(), latest.end(), same), 1);
    EXPECT_GE(std::find_if(latest.begin(), latest.end(), same)->time_ms, event.time_ms);
  }
}

TEST_F(EventStoreTest, FindsTheResultsOfJobsAsTheyHappen) {
  book.create({.events = 200, .queued = 0s, .lasts = 200s},
              {"", "[]", {"192.0.2.0/28", "www.example"}});
  book.advance(50s);
  store.catch_up();
  const std::size_t half_way = scans("192.0.2.0/28").size();
  EXPECT_GT(half_way, 10u);
  book.advance(300s);
  store.catch_up();
  std::multiset<std::string> found;
  for (const StoredEvent& event : scans("192.0.2.0/28")) {
    found.insert(bytes(event));
  }
  std::multiset<std::string> happened;
  for (std::uint64_t n = 0; n < book.happenings().size(); ++n) {
    std::string line;
    lines.append(line, n);
    if (line.find("\"192.0.2.") != std::string::npos) {
      happened.insert(line);
    }
  }
  EXPECT_EQ(found, happened) << "each once, byte for byte";
  EXPECT_GT(found.size(), half_way);
  EXPECT_LT(found.size(), 200u) << "the others are of a host name";
}

TEST_F(EventStoreTest, HasTheLatestResultsOfJobsForSearches) {
  store.catch_up();
  const std::size_t catalogue = store.latest_scans(0).size();
  book.create({.events = 20, .queued = 0s, .lasts = 20s});
  book.advance(60s);
  store.catch_up();
  EXPECT_EQ(store.latest_scans(5).size(), catalogue + 5);
  EXPECT_EQ(store.latest_scans(500).size(), catalogue + 20);
  std::string last;
  lines.append(last, book.happenings().size() - 2);
  EXPECT_EQ(bytes(store.latest_scans(1).back()), last);
}

}  // namespace
}  // namespace penstock::simulator
