#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "remote/api_json.hpp"

namespace penstock::remote {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ImageJson, ReadsAPageWithItsRecordsAsTheyCame) {
  const auto page = parse_image_page(R"({
    "total_records": 3, "page": 1,
    "query": {"events": [7], "word": "a \"events\":[ b"},
    "events": [
      {"url": "https://a.example/1.jpg", "thumb": "https://b.example/1.jpg", "image_id": "1",
       "nested": {"events": []}},
      {"image_id": "2"}
    ]})");
  ASSERT_TRUE(page) << page.error().what;
  EXPECT_EQ(page->total_records, 3U);
  ASSERT_THAT(page->records, SizeIs(2));
  EXPECT_EQ(page->records[0].links.id, "1");
  EXPECT_EQ(page->records[0].links.url, "https://a.example/1.jpg");
  EXPECT_EQ(page->records[0].links.thumb, "https://b.example/1.jpg");
  EXPECT_EQ(page->records[0].json,
            R"({"url":"https://a.example/1.jpg","thumb":"https://b.example/1.jpg","image_id":"1",)"
            R"("nested":{"events":[]}})");
  EXPECT_EQ(page->records[1].json, R"({"image_id":"2"})");
}

TEST(ImageJson, ReadsAPageWithoutRecords) {
  const auto page = parse_image_page(R"({"events":[],"page":9})");
  ASSERT_TRUE(page);
  EXPECT_THAT(page->records, IsEmpty());
  EXPECT_FALSE(page->total_records);
}

TEST(ImageJson, TakesNothingElseForAPage) {
  for (const char* text : {"", "[]", "{}", "{\"events\":{}}", "{\"events\":[7]}", "<html>",
                           "{\"events\":[]}{\"events\":[]}", "{\"events\":[{]}", "7"}) {
    const auto page = parse_image_page(text);
    ASSERT_FALSE(page) << text;
    EXPECT_THAT(page.error().what, HasSubstr("the answer")) << text;
  }
}

TEST(ImageJson, ReadsOneRecord) {
  const auto image = parse_image("{ \"image_id\" : \"x\" , \"words\" : [ \"a b\" ] }\n");
  ASSERT_TRUE(image);
  EXPECT_EQ(image->links.id, "x");
  EXPECT_EQ(image->json, R"({"image_id":"x","words":["a b"]})");
  EXPECT_FALSE(parse_image("[]"));
  EXPECT_FALSE(parse_image("{}{}"));
}

}  // namespace
}  // namespace penstock::remote
