#include "penstock/remote/query_client.hpp"

#include "rest_fixture.hpp"

namespace penstock::remote {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class QueryClientTest : public RestFixture {
 protected:
  RestResult<void> ask(QueryKind kind, const std::string& text, std::size_t wanted = 100) {
    values.clear();
    return told<void>([&](RestClient::Ended ended) {
      run_query(
          *client, query_request(kind, text), 1_KiB,
          [this, wanted](std::string_view value) {
            values.emplace_back(value);
            return values.size() < wanted;
          },
          std::move(ended));
    });
  }
  std::vector<std::string> values;
};

TEST_F(QueryClientTest, AsksAsTheDocumentationShows) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering("HTTP/1.1 200 OK\r\n\r\n"));
  use(server);
  EXPECT_TRUE(ask(QueryKind::historical, "192.0.2.7"));
  EXPECT_TRUE(ask(QueryKind::latest, "192.0.2.0/24"));
  EXPECT_TRUE(ask(QueryKind::torrent, "192.0.2.1-192.0.2.9"));
  EXPECT_TRUE(ask(QueryKind::torrent_latest, "2001:db8::/64"));
  EXPECT_TRUE(ask(QueryKind::search, "product:mysql AND country:ES"));
  EXPECT_THAT(server.requests(),
              ElementsAre(StartsWith("GET /v1/query/historical/192.0.2.7 HTTP"),
                          StartsWith("GET /v1/query/latest/192.0.2.0/24 HTTP"),
                          StartsWith("GET /v1/query/torrent/192.0.2.1-192.0.2.9 HTTP"),
                          StartsWith("GET /v1/query/torrent/latest/2001:db8::/64 HTTP"),
                          StartsWith("GET /v1/query/search?query=product:mysql%20AND%20country:ES "
                                     "HTTP")));
}

TEST_F(QueryClientTest, GivesTheValuesOfAnAnswer) {
  TestServer server(
      io, ca.issue("IP:127.0.0.1"),
      answering(chunked_header + chunk("{\"a\":") + chunk("1}\n{ \"b\" :2}") + "0\r\n\r\n"));
  use(server);
  EXPECT_TRUE(ask(QueryKind::latest, "192.0.2.7"));
  EXPECT_THAT(values, ElementsAre(R"({"a":1})", R"({"b":2})"));
  EXPECT_EQ(ask(QueryKind::latest, "192.0.2.7", 1).error().kind, Kind::unwanted);
  EXPECT_THAT(values, ElementsAre(R"({"a":1})"));
}

TEST_F(QueryClientTest, TellsAnAnswerThatIsNoneOrCut) {
  for (const auto& [body, error] : std::vector<std::pair<std::string, std::string>>{
           {"{\"a\":1}<html>", "`<` begins no JSON value (byte 7)"},
           {"[{\"a\":1}", "ends within a value or an array"},
           {"{\"a\":1}" + std::string(2'000, '1'), "a value is longer than 1KiB"}}) {
    TestServer server(io, ca.issue("IP:127.0.0.1"), answering("HTTP/1.1 200 OK\r\n\r\n" + body));
    use(server);
    const auto end = ask(QueryKind::latest, "192.0.2.7");
    ASSERT_FALSE(end) << body;
    EXPECT_EQ(end.error().kind, Kind::server_error);
    EXPECT_THAT(end.error().detail, HasSubstr(error));
    EXPECT_THAT(values, ElementsAre(R"({"a":1})"));
  }
}

}  // namespace
}  // namespace penstock::remote
