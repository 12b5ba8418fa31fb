#include "penstock/publish/dead_letter_index.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace penstock::publish {
namespace {

const std::string received = "2026-11-23T20:15:30.250Z";

Headers letter_headers(std::uint64_t size, const std::string& part = "",
                       const std::string& at = received) {
  Headers headers{{"penstock.reason", "rejected_by_broker"},
                  {"penstock.source", "firehose"},
                  {"penstock.session", "3"},
                  {"penstock.received_at", at},
                  {"penstock.size", std::to_string(size)}};
  if (!part.empty()) {
    headers.emplace_back("penstock.part", part);
  }
  return headers;
}

Headers mark_headers(const std::string& where, const std::string& at) {
  return {
      {"penstock.retried", where}, {"penstock.retried_at", at}, {"penstock.source", "firehose"}};
}

std::vector<std::string> places(const StoredLetter& letter) {
  std::vector<std::string> found;
  for (const LetterPart& part : letter.parts) {
    found.push_back(std::to_string(part.number) + "@" + to_string(part.place));
  }
  return found;
}

using Places = std::vector<std::string>;

TEST(LetterPlace, IsWrittenAsPartitionAndOffset) {
  EXPECT_EQ(to_string(LetterPlace{2, 4711}), "2/4711");
  EXPECT_EQ(parse_letter_place("2/4711"), (LetterPlace{2, 4711}));
  for (const char* bad : {"", "/", "7", "0/", "/7", "0/-1", "-1/7", "0/7x", " 0/7", "0/7/8", "0:7",
                          "0/99999999999999999999", "99999999999/0"}) {
    EXPECT_FALSE(parse_letter_place(bad)) << bad;
  }
}

TEST(DeadLetterIndex, ReadsTheHeadersThatTheRouterWrites) {
  const std::string line = "{\"a\":";
  Block block;
  block.session = SessionId{3};
  block.received_at = *parse_rfc3339(received);
  const DeadLetter written{
      .reason = DeadLetterReason::invalid_json, .bytes = line, .size = line.size()};
  Record record;
  DeadLetterIndex index;
  for (std::size_t part = 0; part < 2; ++part) {
    Router::route_dead_letter(written, "firehose", block, part, 2, line, record);
    Headers headers;
    for (const Header& header : record.headers) {
      headers.emplace_back(header.name, header.value);
    }
    EXPECT_TRUE(index.add({0, static_cast<std::int64_t>(part)}, headers, 2 + part));
  }
  const auto letters = index.take();
  ASSERT_EQ(letters.size(), 1);
  EXPECT_EQ(letters[0].source, "firehose");
  EXPECT_EQ(letters[0].reason, "invalid_json");
  EXPECT_EQ(letters[0].size, 5);
  EXPECT_EQ(letters[0].session, 3);
  EXPECT_EQ(to_rfc3339(letters[0].received_at), received);
  EXPECT_EQ(letters[0].part_count, 2);
  EXPECT_EQ(places(letters[0]), (Places{"1@0/0", "2@0/1"}));
  EXPECT_EQ(letters[0].kept(), 5);
  EXPECT_TRUE(letters[0].complete());
  EXPECT_FALSE(letters[0].cut());
  EXPECT_FALSE(letters[0].retried_at);
  EXPECT_TRUE(index.take().empty());
}

TEST(DeadLetterIndex, KnowsEveryReason) {
  for (std::size_t i = 0; i < dead_letter_reasons; ++i) {
    DeadLetterIndex index;
    Headers headers = letter_headers(5);
    headers[0].second = to_string(static_cast<DeadLetterReason>(i));
    EXPECT_TRUE(index.add({0, 0}, headers, 5)) << headers[0].second;
  }
}

TEST(DeadLetterIndex, GivesThemByTimeOfReceiptThenByPlace) {
  DeadLetterIndex index;
  index.add({0, 7}, letter_headers(5), 5);
  index.add({0, 8}, letter_headers(5, "", "2026-11-23T20:15:29.000Z"), 5);
  index.add({0, 9}, letter_headers(5), 5);
  const auto letters = index.take();
  ASSERT_EQ(letters.size(), 3);
  EXPECT_EQ(letters[0].where(), (LetterPlace{0, 8}));
  EXPECT_EQ(letters[1].where(), (LetterPlace{0, 7}));
  EXPECT_EQ(letters[2].where(), (LetterPlace{0, 9}));
}

TEST(DeadLetterIndex, ShowsWhichPartsAreThere) {
  DeadLetterIndex index;
  index.add({0, 5}, letter_headers(9, "2/3"), 3);
  index.add({0, 6}, letter_headers(9, "3/3"), 3);
  const auto letters = index.take();
  ASSERT_EQ(letters.size(), 1);
  EXPECT_EQ(letters[0].where(), (LetterPlace{0, 5}));
  EXPECT_EQ(letters[0].part_count, 3);
  EXPECT_EQ(letters[0].kept(), 6);
  EXPECT_FALSE(letters[0].complete());
  EXPECT_FALSE(letters[0].cut());
}

TEST(DeadLetterIndex, KnowsTheBeginningOfALongerLine) {
  DeadLetterIndex index;
  index.add({0, 0}, letter_headers(1'000'000), 65'536);
  const auto letters = index.take();
  ASSERT_EQ(letters.size(), 1);
  EXPECT_TRUE(letters[0].complete());
  EXPECT_TRUE(letters[0].cut());
  EXPECT_EQ(letters[0].kept(), 65'536);
}

// Letters of one block that are equal in size, reason and number of parts.
TEST(DeadLetterIndex, TellsEqualLettersOfOnePartitionApartByTheirOrder) {
  DeadLetterIndex index;
  index.add({0, 1}, letter_headers(9, "2/2"), 4);  // retention took its first part
  index.add({0, 2}, letter_headers(9, "1/2"), 5);
  index.add({0, 3}, letter_headers(7), 7);  // of another source's transaction, say
  index.add({0, 4}, letter_headers(9, "2/2"), 4);
  index.add({0, 5}, letter_headers(9, "1/2"), 5);
  index.add({0, 6}, letter_headers(9, "2/2"), 4);
  const auto letters = index.take();
  ASSERT_EQ(letters.size(), 4);
  EXPECT_EQ(places(letters[0]), (Places{"2@0/1"}));
  EXPECT_EQ(places(letters[1]), (Places{"1@0/2", "2@0/4"}));
  EXPECT_EQ(places(letters[2]), (Places{"1@0/3"}));
  EXPECT_EQ(places(letters[3]), (Places{"1@0/5", "2@0/6"}));
}

TEST(DeadLetterIndex, TellsALetterWithoutItsLastPartFromTheNext) {
  DeadLetterIndex index;
  index.add({0, 1}, letter_headers(9, "1/2"), 5);
  index.add({0, 2}, letter_headers(9, "1/2"), 5);
  index.add({0, 3}, letter_headers(9, "2/2"), 4);
  const auto letters = index.take();
  ASSERT_EQ(letters.size(), 2);
  EXPECT_EQ(places(letters[0]), (Places{"1@0/1"}));
  EXPECT_EQ(places(letters[1]), (Places{"1@0/2", "2@0/3"}));
}

TEST(DeadLetterIndex, JoinsPartsOfSeveralPartitions) {
  DeadLetterIndex index;
  index.add({1, 4}, letter_headers(9, "2/3"), 3);
  index.add({0, 8}, letter_headers(9, "1/3"), 3);
  index.add({0, 9}, letter_headers(9, "3/3"), 3);
  const auto letters = index.take();
  ASSERT_EQ(letters.size(), 1);
  EXPECT_EQ(places(letters[0]), (Places{"1@0/8", "2@1/4", "3@0/9"}));
}

TEST(DeadLetterIndex, DoesNotGuessWhichPartsOfSeveralPartitionsBelongTogether) {
  DeadLetterIndex index;
  index.add({0, 0}, letter_headers(9, "1/2"), 5);
  index.add({0, 1}, letter_headers(9, "2/2"), 4);
  index.add({1, 0}, letter_headers(9, "1/2"), 5);
  index.add({1, 1}, letter_headers(9, "2/2"), 4);
  const auto letters = index.take();
  ASSERT_EQ(letters.size(), 4);
  for (const StoredLetter& letter : letters) {
    EXPECT_FALSE(letter.complete());
  }
}

TEST(DeadLetterIndex, ReadsTheMarkThatIsRoutedForALetter) {
  DeadLetterIndex index;
  index.add({0, 1}, letter_headers(9, "1/2"), 5);
  index.add({0, 2}, letter_headers(9, "2/2"), 4);
  const auto letter = index.take();
  Record record;
  route_retry_mark(letter[0], *parse_rfc3339("2026-11-24T08:00:00.000Z"), record);
  EXPECT_FALSE(record.key);
  EXPECT_EQ(record.value.data(), nullptr);
  Headers headers;
  for (const Header& header : record.headers) {
    headers.emplace_back(header.name, header.value);
  }
  EXPECT_EQ(headers, mark_headers("0/1", "2026-11-24T08:00:00.000Z"));

  EXPECT_TRUE(index.add({0, 3}, headers, 0));
  index.add({0, 1}, letter_headers(9, "1/2"), 5);
  index.add({0, 2}, letter_headers(9, "2/2"), 4);
  index.add({0, 4}, letter_headers(9), 9);
  const auto letters = index.take();
  ASSERT_EQ(letters.size(), 2);
  ASSERT_TRUE(letters[0].retried_at);
  EXPECT_EQ(to_rfc3339(*letters[0].retried_at), "2026-11-24T08:00:00.000Z");
  EXPECT_FALSE(letters[1].retried_at);
}

TEST(DeadLetterIndex, TellsTheLastOfSeveralRetries) {
  DeadLetterIndex index;
  index.add({0, 3}, mark_headers("0/1", "2026-11-25T08:00:00.000Z"), 0);
  index.add({0, 4}, mark_headers("0/1", "2026-11-24T08:00:00.000Z"), 0);
  index.add({0, 1}, letter_headers(9), 9);
  const auto letters = index.take();
  ASSERT_EQ(letters.size(), 1);
  EXPECT_EQ(to_rfc3339(letters[0].retried_at.value_or(WallTime{})), "2026-11-25T08:00:00.000Z");
}

TEST(DeadLetterIndex, LeavesOutWhatIsNotPenstocks) {
  const auto with = [](const std::string& name, const std::string& value) {
    Headers headers = letter_headers(5);
    for (auto& [known, old] : headers) {
      old = known == name ? value : old;
    }
    if (name == "penstock.part") {
      headers.emplace_back(name, value);
    }
    return headers;
  };
  DeadLetterIndex index;
  EXPECT_FALSE(index.add({0, 0}, {}, 5));
  EXPECT_FALSE(index.add({0, 0}, {{"content-type", "text/plain"}}, 5));
  for (const auto& headers :
       {with("penstock.source", ""), with("penstock.source", "../etc"),
        with("penstock.source", "fire\x1b[2J"), with("penstock.reason", ""),
        with("penstock.reason", "no\nreason"), with("penstock.reason", std::string(65, 'a')),
        with("penstock.received_at", "yesterday"), with("penstock.size", "-1"),
        with("penstock.size", "5 "), with("penstock.size", "99999999999999999999"),
        with("penstock.part", "0/2"), with("penstock.part", "3/2"), with("penstock.part", "1/"),
        with("penstock.part", "a/b"), with("penstock.part", ""),
        mark_headers("7", "2026-11-25T08:00:00.000Z"), mark_headers("0/1", "now")}) {
    EXPECT_FALSE(index.add({0, 0}, headers, 5));
  }
  EXPECT_TRUE(index.take().empty());

  EXPECT_TRUE(index.add({0, 0}, with("penstock.session", "none"), 5));
  EXPECT_FALSE(index.take()[0].session);
}

}  // namespace
}  // namespace penstock::publish
