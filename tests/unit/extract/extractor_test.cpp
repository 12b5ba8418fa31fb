#include "extract/extractor.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace penstock::extract {
namespace {

using namespace std::string_view_literals;

Batch extract(std::string_view bytes, std::size_t expected_events = 4) {
  Block block;
  block.sequence = {7};
  block.session = {3};
  block.bytes = bytes;
  return Extractor().extract(block, 1_KiB, expected_events);
}

std::vector<std::string> lines(const Batch& batch) {
  std::vector<std::string> result;
  for (const Event& event : batch.events) {
    result.emplace_back(event.line);
  }
  return result;
}

using Lines = std::vector<std::string>;

TEST(Extractor, MakesAnEventOfEachLine) {
  const std::string bytes = "{\"a\":1}\n{\"b\":2}\n";
  const Batch batch = extract(bytes);
  EXPECT_EQ(lines(batch), (Lines{"{\"a\":1}", "{\"b\":2}"}));
  EXPECT_EQ(batch.events[1].line.data(), bytes.data() + 8);
  EXPECT_EQ(batch.block.sequence, BlockSequence{7});
  EXPECT_EQ(batch.block.session, SessionId{3});
  EXPECT_TRUE(batch.dead_letters.empty());
  EXPECT_EQ(batch.truncated_bytes, 0u);
}

TEST(Extractor, TakesOneCarriageReturnForPartOfTheLineEnd) {
  EXPECT_EQ(lines(extract("{}\r\n{} \r\n{}\r\r\n{\r}\n")), (Lines{"{}", "{} ", "{}\r", "{\r}"}));
}

TEST(Extractor, SkipsBlankLines) {
  const Batch batch = extract("\n\r\n \t \n\r\r\n{}\n\n  ");
  EXPECT_EQ(lines(batch), Lines{"{}"});
  EXPECT_TRUE(batch.dead_letters.empty());
  EXPECT_EQ(batch.truncated_bytes, 0u);
  EXPECT_TRUE(extract("").events.empty());
}

TEST(Extractor, PutsARefusedLineAsideAndGoesOn) {
  const std::string bytes = "{\"a\":1}\n{\"a\":\r\n[1]\n{\"b\":2}\n";
  const Batch batch = extract(bytes);
  EXPECT_EQ(lines(batch), (Lines{"{\"a\":1}", "{\"b\":2}"}));
  ASSERT_EQ(batch.dead_letters.size(), 2u);
  EXPECT_EQ(batch.dead_letters[0].reason, DeadLetterReason::invalid_json);
  EXPECT_EQ(batch.dead_letters[0].bytes, "{\"a\":");
  EXPECT_EQ(batch.dead_letters[0].size, 5u);
  EXPECT_EQ(batch.dead_letters[1].reason, DeadLetterReason::not_an_object);
}

TEST(Extractor, NeverReadsALineOnIntoTheNext) {
  const Batch batch = extract("{\"a\":\n1}\n{\"a\":\"\nb\"}\n{}\n");
  EXPECT_EQ(lines(batch), Lines{"{}"});
  EXPECT_EQ(batch.dead_letters.size(), 4u);
}

TEST(Extractor, TakesANulInALineForAnyOtherWrongByte) {
  const Batch batch = extract("{}\0\n\0\n{\"a\":\"\0\"}\n{}\n"sv);
  EXPECT_EQ(lines(batch), Lines{"{}"});
  EXPECT_EQ(batch.dead_letters.size(), 3u);
}

TEST(Extractor, TakesALastLineWithoutItsEndIfItIsWhole) {
  EXPECT_EQ(lines(extract("{}\n{\"a\":1}")), (Lines{"{}", "{\"a\":1}"}));
}

TEST(Extractor, TakesALastLineThatWasCutWithinItsLineEnd) {
  EXPECT_EQ(lines(extract("{\"a\":1}\r")), Lines{"{\"a\":1}"});
}

TEST(Extractor, CountsACutOffLastLineAndDropsIt) {
  const Batch batch = extract("{}\n{\"a\":1");
  EXPECT_EQ(lines(batch), Lines{"{}"});
  EXPECT_TRUE(batch.dead_letters.empty());
  EXPECT_EQ(batch.truncated_bytes, 6u);
  EXPECT_EQ(extract("{\"a\":\r").truncated_bytes, 6u);
  EXPECT_EQ(extract("12").truncated_bytes, 2u);
  EXPECT_EQ(extract("{\"a\":\"\xe2\x82").truncated_bytes, 8u);
}

TEST(Extractor, PutsAnOversizedLineAsideWhole) {
  Block block;
  block.kind = BlockKind::oversized_line;
  block.bytes = "{\"a\":\"xxx";
  block.original_size = 20'000'000;
  const Batch batch = Extractor().extract(block, 1_KiB, 4);
  EXPECT_TRUE(batch.events.empty());
  ASSERT_EQ(batch.dead_letters.size(), 1u);
  EXPECT_EQ(batch.dead_letters[0].reason, DeadLetterReason::too_large);
  EXPECT_EQ(batch.dead_letters[0].bytes, "{\"a\":\"xxx");
  EXPECT_EQ(batch.dead_letters[0].size, 20'000'000u);
  EXPECT_EQ(batch.truncated_bytes, 0u);
}

TEST(Extractor, HoldsMoreEventsThanExpected) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) {
    bytes += "{\"origin\":{\"type\":\"\\u0061\"}}\n";
  }
  const Batch batch = extract(bytes, 0);
  ASSERT_EQ(batch.events.size(), 1000u);
  EXPECT_EQ(batch.events.front().type, "a");
  EXPECT_EQ(batch.events.back().type, "a");
}

}  // namespace
}  // namespace penstock::extract
