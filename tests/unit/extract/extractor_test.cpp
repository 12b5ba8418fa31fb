#include "extract/extractor.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extract/fingerprinter.hpp"

namespace penstock::extract {
namespace {

using namespace std::string_view_literals;

Batch extract(std::string_view bytes, std::size_t expected_events = 4) {
  Block block;
  block.sequence = {7};
  block.session = {3};
  block.bytes = bytes;
  return Extractor().extract(block, {.max_line = 1_KiB}, expected_events);
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

// The journal measures such a line without looking at it where it came in pieces.
TEST(Extractor, PutsABlankLineAsideThatIsTooLarge) {
  const std::string bytes = std::string(1'025, ' ') + "\n" + std::string(1'024, ' ') + "\r\n";
  const Batch batch = extract(bytes);
  ASSERT_EQ(batch.dead_letters.size(), 1u);
  EXPECT_EQ(batch.dead_letters[0].reason, DeadLetterReason::too_large);
  EXPECT_EQ(batch.dead_letters[0].size, 1'025u);
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
  const Batch batch = Extractor().extract(block, {.max_line = 1_KiB}, 4);
  EXPECT_TRUE(batch.events.empty());
  ASSERT_EQ(batch.dead_letters.size(), 1u);
  EXPECT_EQ(batch.dead_letters[0].reason, DeadLetterReason::too_large);
  EXPECT_EQ(batch.dead_letters[0].bytes, "{\"a\":\"xxx");
  EXPECT_EQ(batch.dead_letters[0].size, 20'000'000u);
  EXPECT_EQ(batch.truncated_bytes, 0u);
}

TEST(Extractor, MakesNoEventsOfAMark) {
  for (const BlockKind kind : {BlockKind::session_opened, BlockKind::session_closed}) {
    Block block;
    block.sequence = {7};
    block.kind = kind;
    const Batch batch = Extractor().extract(
        block, {.max_line = 1_KiB, .kind = ChannelKind::replay, .has_ledger = true}, 4);
    EXPECT_EQ(batch.block.sequence, BlockSequence{7});
    EXPECT_EQ(batch.block.kind, kind);
    EXPECT_EQ(batch.channel_kind, ChannelKind::replay);
    EXPECT_TRUE(batch.events.empty() && batch.dead_letters.empty() && batch.fingerprints.empty());
    EXPECT_EQ(batch.truncated_bytes, 0u);
  }
}

TEST(Extractor, SaysOfWhichKindTheLaneIs) {
  Block block;
  block.bytes = "{}\n";
  EXPECT_EQ(Extractor().extract(block, {.max_line = 1_KiB}, 1).channel_kind, ChannelKind::live);
  EXPECT_EQ(
      Extractor().extract(block, {.max_line = 1_KiB, .kind = ChannelKind::replay}, 1).channel_kind,
      ChannelKind::replay);
}

constexpr std::string_view job_lines =
    "{\"origin\":{\"type\":\"port\",\"job_id\":\"client-1\"},\"n\":1.0}\n"
    "{\"origin\":{\"type\":\"port\"}}\n"
    "not an event\n"
    "{\"origin\":{\"job_id\":\"client-1\",\"type\":\"job_status\"},"
    "\"status\":{\"success\":null,\"started\":true,\"revoked\":false}}\n"
    "{\"n\":1,\"origin\":{\"job_id\":\"client-1\",\"type\":\"port\"}}\n"
    "{\"origin\":{\"type\":\"job_status\"}}\n"
    "{\"origin\":{\"job_id\":\"client-1\",\"type\":\"port\"},\"n\":2}";

TEST(Extractor, FingerprintsTheEventsOfJobsWhereTheLaneHasALedger) {
  Block block;
  block.bytes = job_lines;
  const Batch batch = Extractor().extract(block, {.max_line = 1_KiB, .has_ledger = true}, 4);
  ASSERT_EQ(batch.events.size(), 6u);
  ASSERT_EQ(batch.fingerprints.size(), 6u);
  EXPECT_EQ(batch.fingerprints[0], Fingerprinter().of(batch.events[0].line));
  EXPECT_NE(batch.fingerprints[0], Fingerprint{});
  EXPECT_EQ(batch.fingerprints[1], Fingerprint{});  // has no job
  EXPECT_EQ(batch.fingerprints[2], Fingerprint{});  // is a job_status
  EXPECT_EQ(batch.fingerprints[3], batch.fingerprints[0]);
  EXPECT_EQ(batch.fingerprints[4], Fingerprint{});
  EXPECT_NE(batch.fingerprints[5], Fingerprint{});
  EXPECT_NE(batch.fingerprints[5], batch.fingerprints[0]);
}

TEST(Extractor, ReadsJobStatusesWhereTheLaneHasALedger) {
  Block block;
  block.bytes = job_lines;
  const Batch batch = Extractor().extract(block, {.max_line = 1_KiB, .has_ledger = true}, 4);
  ASSERT_EQ(batch.job_statuses.size(), 2u);
  EXPECT_EQ(batch.job_statuses[0].event, 2u);
  const JobFlags flags{
      .success = std::nullopt, .started = true, .completed = std::nullopt, .revoked = false};
  EXPECT_EQ(batch.job_statuses[0].flags, flags);
  EXPECT_EQ(batch.job_statuses[1].event, 4u);
  EXPECT_EQ(batch.job_statuses[1].flags, JobFlags{});
}

TEST(Extractor, LeavesThatOutWhereTheLaneHasNone) {
  const Batch batch = extract(job_lines);
  EXPECT_EQ(batch.events.size(), 6u);
  EXPECT_TRUE(batch.fingerprints.empty());
  EXPECT_TRUE(batch.job_statuses.empty());
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
