#include "penstock/remote/images_client.hpp"

#include "rest_fixture.hpp"

namespace penstock::remote {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class ImagesClientTest : public RestFixture {
 protected:
  template <class Call>
  RestResult<ImagePage> page(Call call) {
    return told<ImagePage>([&](ImagePageDone done) { call(std::move(done)); });
  }
};

TEST_F(ImagesClientTest, AsksAsTheDocumentationShows) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering("HTTP/1.1 200 OK\r\n\r\n{\"total_records\":1,\"page\":1,\"events\":"
                              "[{\"image_id\":\"x\",\"url\":\"u\"}]}"));
  use(server);
  const auto first = page([&](auto done) { list_images(*client, {}, done); });
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->records.front().links.url, "u");
  EXPECT_TRUE(page([&](auto done) { list_images(*client, {.page = 2, .page_size = 50}, done); }));
  EXPECT_TRUE(page([&](auto done) { images_of_ip(*client, "192.0.2.7", true, done); }));
  EXPECT_TRUE(page([&](auto done) { images_of_ip(*client, "2001:db8::7", false, done); }));
  EXPECT_TRUE(page([&](auto done) {
    search_images(*client,
                  {.ip = "192.0.2.0/24",
                   .port = "5900-5910",
                   .country = "BE",
                   .tag = "vnc",
                   .word = "credit card",
                   .from = "2015-01-01",
                   .to = "2018-01-01"},
                  {.page = 1}, done);
  }));
  EXPECT_TRUE(page([&](auto done) { search_images(*client, {.similar = "f1b0"}, {}, done); }));
  const std::string head = "GET /v1/query/image";
  EXPECT_THAT(
      server.requests(),
      ElementsAre(StartsWith(head + " HTTP"), StartsWith(head + "?page=2&pagesize=50 HTTP"),
                  StartsWith(head + "/ip/192.0.2.7?ocr=1 HTTP"),
                  StartsWith(head + "/ip/2001:db8::7 HTTP"),
                  StartsWith(head + "/search?ip=192.0.2.0/24&port=5900-5910&country=BE&tag=vnc&"
                                    "word=credit%20card&from=2015-01-01&to=2018-01-01&page=1 HTTP"),
                  StartsWith(head + "/search?similar=f1b0 HTTP")));
}

TEST_F(ImagesClientTest, GetsOneImage) {
  TestServer server(io, ca.issue("IP:127.0.0.1"),
                    answering("HTTP/1.1 200 OK\r\n\r\n{ \"image_id\": \"x\" }"));
  use(server);
  const auto image = told<ImageRecord>([&](auto done) { get_image(*client, "f1b0", true, done); });
  ASSERT_TRUE(image) << image.error().detail;
  EXPECT_EQ(image->json, R"({"image_id":"x"})");
  EXPECT_THAT(server.requests(), ElementsAre(StartsWith("GET /v1/query/image/f1b0?ocr=1 HTTP")));
}

TEST_F(ImagesClientTest, BlamesTheServerForAnAnswerThatIsNoPage) {
  TestServer server(io, ca.issue("IP:127.0.0.1"), answering("HTTP/1.1 200 OK\r\n\r\n{}"));
  use(server);
  const auto none = page([&](auto done) { list_images(*client, {}, done); });
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, Kind::server_error);
  EXPECT_THAT(none.error().detail, HasSubstr("it is no page of images"));
}

}  // namespace
}  // namespace penstock::remote
