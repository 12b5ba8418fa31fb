// Queries and pictures over a connection, and the faults that they meet.
#include <gmock/gmock.h>

#include "unit/simulator/lines.hpp"
#include "unit/simulator/simulator_fixture.hpp"

namespace penstock::test {
namespace {

using namespace simulator;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* network = "/v1/query/historical/198.51.100.0/24";

struct SimulatorQueries : SimulatorFixture {
  void inject(FaultKind kind, FaultPlace place, std::optional<Duration> lasts = {}) {
    simulator->inject({kind, lasts, {}}, place);
  }
  // The path of the latest image's picture.
  std::string latest_picture() const {
    const std::string body = get("/v1/query/image?pagesize=1").body;
    const std::size_t begin = body.find("/images/");
    return body.substr(begin, body.find(".jpg") + 4 - begin);
  }
};

TEST_F(SimulatorQueries, AnswerWithALineAnEvent) {
  start();
  const Reply found = get(network);
  EXPECT_EQ(found.status, 200u);
  EXPECT_EQ(found.headers.at("content-type"), "application/x-ndjson");
  EXPECT_EQ(found.end, Reply::End::complete);
  EXPECT_GT(lines_of(found.body).size(), 100u);
  EXPECT_EQ(get(network).body, found.body);
  const Reply nothing = get("/v1/query/historical/10.0.0.1");
  EXPECT_EQ(nothing.status, 200u);
  EXPECT_EQ(nothing.end, Reply::End::complete);
  EXPECT_EQ(nothing.body, "");
  const SourceStats stats = simulator->stats(FaultPlace::query);
  EXPECT_EQ(stats.lines, 2 * lines_of(found.body).size());
  EXPECT_EQ(stats.responses, (std::map<unsigned, std::uint64_t>{{200, 3}}));
}

TEST_F(SimulatorQueries, NeedATokenThatPicturesMustNotBeSent) {
  Options options;
  options.token = "t0ken";
  start(options);
  Call query = request("/v1/query/image?pagesize=1");
  EXPECT_EQ(call(query).status, 401u);
  query.token = "t0ken";
  const std::string body = call(query).body;
  const std::size_t begin = body.find("/images/");
  Call picture = request(body.substr(begin, body.find(".jpg") + 4 - begin));
  EXPECT_EQ(call(picture).headers.at("content-type"), "image/jpeg");
  picture.token = "t0ken";
  EXPECT_THAT(call(picture).body, HasSubstr("A token has no place here."));
  EXPECT_EQ(simulator->stats(FaultPlace::query).responses,
            (std::map<unsigned, std::uint64_t>{{200, 1}, {401, 1}}));
  EXPECT_EQ(simulator->stats(FaultPlace::pictures).responses,
            (std::map<unsigned, std::uint64_t>{{200, 1}, {400, 1}}));
}

struct Cut {
  FaultKind kind;
  Reply::End end;
};
class SimulatorQueriesCut : public SimulatorQueries, public testing::WithParamInterface<Cut> {};

TEST_P(SimulatorQueriesCut, OnceInTheMiddleOfABody) {
  start();
  const std::pair<std::string, FaultPlace> places[] = {
      {network, FaultPlace::query},
      {"/v1/query/image", FaultPlace::query},
      {latest_picture(), FaultPlace::pictures},
  };
  for (const auto& [path, place] : places) {
    const Reply whole = get(path);
    ASSERT_EQ(whole.end, Reply::End::complete) << path;
    inject(GetParam().kind, place);
    const Reply cut = get(path);
    EXPECT_EQ(cut.status, 200u) << path;
    EXPECT_EQ(cut.end, GetParam().end) << path;
    EXPECT_LE(cut.body.size(), whole.body.size()) << path;
    EXPECT_THAT(whole.body, StartsWith(cut.body)) << path;
    EXPECT_EQ(get(path).body, whole.body) << "once only: " << path;
  }
  const std::string kind(word(GetParam().kind).name);
  EXPECT_EQ(simulator->stats(FaultPlace::query).faults.at(kind), 2u);
  EXPECT_EQ(simulator->stats(FaultPlace::pictures).faults.at(kind), 1u);
}

INSTANTIATE_TEST_SUITE_P(Table, SimulatorQueriesCut,
                         testing::Values(Cut{FaultKind::fin, Reply::End::close_notify},
                                         Cut{FaultKind::reset, Reply::End::reset}));

TEST_F(SimulatorQueries, GoOnWhenAStallIsOver) {
  start();
  for (const auto& [path, place] :
       {std::pair<std::string, FaultPlace>{network, FaultPlace::query},
        std::pair<std::string, FaultPlace>{latest_picture(), FaultPlace::pictures}}) {
    const std::string whole = get(path).body;
    inject(FaultKind::stall, place, Duration(50));
    const Reply stalled = get(path);
    EXPECT_EQ(stalled.body, whole) << path;
    EXPECT_EQ(simulator->stats(place).faults.at("stall"), 1u);
  }
}

TEST_F(SimulatorQueries, MeetStatusesApartFromOtherPlaces) {
  start({}, "http_429:source=query:retry_after=9,http_503:source=pictures:probability=1");
  const std::string picture = latest_picture();
  inject(FaultKind::http_429, FaultPlace::query);
  const Reply throttled = get("/v1/query/image/search");
  EXPECT_EQ(throttled.status, 429u);
  EXPECT_EQ(throttled.headers.at("retry-after"), "9");
  EXPECT_EQ(get(network).status, 200u);
  EXPECT_EQ(get("/v1/tasks").status, 200u);
  EXPECT_EQ(get(picture).status, 503u);
}

TEST_F(SimulatorQueries, DrawCutsForEachRequest) {
  start({}, "reset:source=query:probability=1");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(get("/v1/query/image").end, Reply::End::reset);
    EXPECT_EQ(get(network).end, Reply::End::reset);
  }
}

}  // namespace
}  // namespace penstock::test
