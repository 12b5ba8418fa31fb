#include "simulator/query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock::simulator {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct QueryTest : testing::Test {
  State state{Options{}};

  std::variant<std::vector<StoredEvent>, Answer> ask(std::string_view path,
                                                     std::string_view query = "") {
    return find_events(state, {"GET", path, "", "h:1", true, query});
  }
  std::vector<std::string> found(std::string_view path, std::string_view query = "") {
    std::vector<std::string> lines;
    const auto answer = ask(path, query);
    for (const StoredEvent& event : std::get<std::vector<StoredEvent>>(answer)) {
      state.events.append(lines.emplace_back(), event);
    }
    return lines;
  }
  Answer refused(std::string_view path, std::string_view query = "") {
    return std::get<Answer>(ask(path, query));
  }
};

TEST_F(QueryTest, FindsEventsByAddressNetworkAndRange) {
  const auto network = found("/v1/query/historical/198.51.100.0/24");
  EXPECT_GT(network.size(), 100u);
  EXPECT_EQ(found("/v1/query/historical/198.51.100.0%2F24"), network);
  EXPECT_EQ(found("/v1/query/historical/198.51.100.0-198.51.100.255"), network);
  const auto host = found("/v1/query/historical/198.51.100.1");
  ASSERT_FALSE(host.empty());
  for (const std::string& event : host) {
    EXPECT_THAT(event, HasSubstr("\"198.51.100.1\""));
  }
  EXPECT_TRUE(found("/v1/query/historical/10.0.0.1").empty());
}

TEST_F(QueryTest, TellsTheLatestApart) {
  const std::string_view network = "203.0.113.0/24";
  for (const std::string folder : {"/v1/query/", "/v1/query/torrent/"}) {
    const std::string all = folder == "/v1/query/" ? folder + "historical/" : folder;
    const std::size_t latest = found(folder + "latest/" + std::string(network)).size();
    EXPECT_GT(latest, 0u) << folder;
    EXPECT_LT(latest, found(all + std::string(network)).size()) << folder;
  }
  EXPECT_THAT(found("/v1/query/torrent/203.0.113.0/24").front(), HasSubstr("infohash"));
}

TEST_F(QueryTest, SearchesTheEventsOfScansByText) {
  const auto found_by_type = found("/v1/query/search", "query=type:ssh%20AND%20port:22");
  ASSERT_FALSE(found_by_type.empty());
  for (const std::string& event : found_by_type) {
    EXPECT_THAT(event, HasSubstr("\"type\":\"ssh\""));
  }
  EXPECT_TRUE(found("/v1/query/search", "query=type:peer").empty());
  EXPECT_TRUE(found("/v1/query/search", "query=no-such-word").empty());
}

TEST_F(QueryTest, FindsWhatAJobFound) {
  const Job& job = state.create_job(JobPlan{.events = 30, .queued = 0s, .lasts = 10s},
                                    {"", "[]", {"192.0.2.77"}});
  state.advance(MonotonicTime{} + 60s);
  EXPECT_EQ(found("/v1/query/historical/192.0.2.77").size(), 30u);
  EXPECT_EQ(found("/v1/query/search", "query=job_id:client-" + job.id).size(), 30u);
}

TEST_F(QueryTest, RefusesWhatIsNoTargetOrNoText) {
  for (const char* path :
       {"/v1/query/historical/", "/v1/query/latest/a.example", "/v1/query/torrent/192.0.2.1/33",
        "/v1/query/historical/192.0.2.9-192.0.2.1", "/v1/query/torrent/latest/%zz"}) {
    const Answer answer = refused(path);
    EXPECT_EQ(answer.status, 400u) << path;
    EXPECT_THAT(answer.body,
                HasSubstr(R"({"status":400,"title":"Bad Request","message":"The target)"));
  }
  for (const char* query : {"", "query=", "query=%20", "q=x", "query=%22a", "query=%"}) {
    EXPECT_EQ(refused("/v1/query/search", query).status, 400u) << query;
  }
  for (const char* path : {"/v1/query/", "/v1/query/historical", "/v1/query/else/192.0.2.1"}) {
    EXPECT_EQ(refused(path).status, 404u) << path;
  }
}

}  // namespace
}  // namespace penstock::simulator
