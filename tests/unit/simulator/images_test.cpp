#include "simulator/images.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <set>

namespace penstock::simulator {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view root = "/v1/query/image";

struct ImagesTest : testing::Test {
  State state{Options{}};

  Answer ask(const std::string& rest, std::string_view query = "") const {
    return answer_of_images(state,
                            {"GET", std::string(root) + rest, "", "127.0.0.1:8443", true, query});
  }
  rapidjson::Document json(const std::string& rest, std::string_view query = "") const {
    const Answer answer = ask(rest, query);
    EXPECT_EQ(answer.status, 200u) << answer.body;
    rapidjson::Document document;
    document.Parse(answer.body.data(), answer.body.size());
    EXPECT_FALSE(document.HasParseError()) << answer.body;
    return document;
  }
  std::vector<std::string> ids(const std::string& rest, std::string_view query = "") const {
    std::vector<std::string> found;
    const rapidjson::Document document = json(rest, query);
    for (const auto& event : document["events"].GetArray()) {
      found.emplace_back(event["image_id"].GetString());
    }
    return found;
  }
  const Image& first() const { return state.images.all()[0]; }
};

TEST_F(ImagesTest, ListTheLatestInPagesThatAddUp) {
  const std::size_t total = state.images.all().size();
  std::vector<std::string> told;
  for (int page = 1; page <= 5; ++page) {
    const auto part = ids("", "pagesize=70&page=" + std::to_string(page));
    told.insert(told.end(), part.begin(), part.end());
  }
  ASSERT_EQ(told.size(), total);
  for (std::size_t i = 0; i < total; ++i) {
    EXPECT_EQ(told[i], state.images.all()[i].id);
  }
  EXPECT_EQ(ids("").size(), 100u);
  EXPECT_TRUE(ids("", "page=6").empty());
  EXPECT_TRUE(ids("", "page=4294967295&pagesize=500").empty());
  const rapidjson::Document second = json("", "page=2&pagesize=1");
  EXPECT_EQ(second["total_records"].GetUint64(), total);
  EXPECT_EQ(second["page"].GetInt(), 2);
  EXPECT_EQ(second["events"][0]["url"].GetString(),
            "https://localhost:8443/images/" + state.images.all()[1].id + ".jpg");
  EXPECT_EQ(second["events"][0].MemberCount(), 3u);
}

TEST_F(ImagesTest, RefuseAPageThatIsNone) {
  for (const char* query : {"page=0", "page=", "page=-1", "page=1.5", "pagesize=0", "pagesize=501",
                            "pagesize=all", "page=99999999999"}) {
    EXPECT_EQ(ask("", query).status, 400u) << query;
    EXPECT_EQ(ask("/search", query).status, 400u) << query;
  }
}

TEST_F(ImagesTest, ShowOneWholeRecord) {
  const rapidjson::Document record = json("/" + first().id);
  for (const char* name : {"image_id", "asn", "as_name", "url", "thumb", "geoip", "width", "height",
                           "port", "country", "ip", "ts", "tags", "has_faces", "n_faces"}) {
    EXPECT_TRUE(record.HasMember(name)) << name;
  }
  EXPECT_FALSE(record.HasMember("words"));
  EXPECT_EQ(record["ts"].GetInt64(), first().time_ms);
  EXPECT_EQ(record["geoip"]["location"][0].GetDouble(), first().place->longitude);
  EXPECT_TRUE(json("/" + first().id, "ocr=1")["words"].IsArray());
  EXPECT_TRUE(json("/" + first().id, "ocr").HasMember("words")) << "present, whatever its value";
  EXPECT_EQ(ask("/none").status, 404u);
  EXPECT_EQ(ask("/").status, 404u);
}

TEST_F(ImagesTest, ShowTheWholeRecordsOfAnAddress) {
  const rapidjson::Document found = json("/ip/" + to_string(first().address), "ocr=1");
  EXPECT_GE(found["total_records"].GetInt(), 1);
  for (const auto& event : found["events"].GetArray()) {
    EXPECT_EQ(event["ip"].GetString(), to_string(first().address));
    EXPECT_TRUE(event.HasMember("words"));
  }
  EXPECT_EQ(json("/ip/10.0.0.1")["total_records"].GetInt(), 0);
  EXPECT_EQ(ask("/ip/10.0.0.0/8").status, 400u);
}

TEST_F(ImagesTest, AreFoundByFiltersThatTheAnswerRepeats) {
  const rapidjson::Document found = json("/search", "ip=198.51.100.0/24&port=5900-5905&tag=vnc");
  EXPECT_GT(found["total_records"].GetInt(), 0);
  EXPECT_LT(found["total_records"].GetInt(), 300);
  EXPECT_STREQ(found["query"]["port"].GetString(), "5900-5905");
  EXPECT_EQ(found["query"].MemberCount(), 3u);
  EXPECT_EQ(json("/search", "port=5900")["query"]["port"].GetInt(), 5900);
  EXPECT_EQ(ids("/search"), ids("")) << "without a filter it is the list";
  EXPECT_EQ(ask("/search", "port=vnc").status, 400u);
  EXPECT_EQ(ask("/search", "tag=%").status, 400u);
}

TEST_F(ImagesTest, AreFoundByLikenessTheBestFirst) {
  const rapidjson::Document found = json("/search", "similar=" + first().id + "&pagesize=500");
  ASSERT_GE(found["total_records"].GetInt(), 5);
  EXPECT_FALSE(found.HasMember("query"));
  double last = 100;
  for (const auto& event : found["events"].GetArray()) {
    EXPECT_NE(event["image_id"].GetString(), first().id);
    EXPECT_LE(event["score"].GetDouble(), last);
    last = event["score"].GetDouble();
    const Image* image = state.images.find(event["image_id"].GetString());
    EXPECT_EQ(event["dist"].GetUint(), distance(*image, first()));
  }
  EXPECT_EQ(ids("/search", "similar=" + first().id + "&pagesize=2&page=2").size(), 2u);
  EXPECT_EQ(ask("/search", "similar=" + first().id + "&tag=vnc").status, 400u);
  EXPECT_EQ(ask("/search", "similar=none").status, 404u);
}

TEST_F(ImagesTest, HavePicturesAndThumbnails) {
  const auto get = [this](const std::string& path) {
    return answer_of_pictures(state, {"GET", path, "", "localhost:8443", false});
  };
  const Answer whole = get("/images/" + first().id + ".jpg");
  EXPECT_EQ(whole.content_type, "image/jpeg");
  EXPECT_THAT(whole.body, StartsWith("\xFF\xD8"));
  EXPECT_LT(get("/thumbs/" + first().id + ".jpg").body.size(), whole.body.size());
  for (const std::string& path :
       std::vector<std::string>{"/images/none.jpg", "/images/", "/thumbs/" + first().id}) {
    EXPECT_EQ(get(path).status, 404u) << path;
  }
}

}  // namespace
}  // namespace penstock::simulator
