#include "cli/letter_table.hpp"

#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <vector>

namespace penstock::cli {
namespace {

publish::StoredLetter letter() {
  return {.source = "firehose",
          .reason = "rejected_by_broker",
          .size = 1'300'000,
          .session = 3,
          .received_at = *parse_rfc3339("2026-11-23T20:15:30.250Z"),
          .part_count = 3,
          .parts = {{.number = 1, .place = {0, 17}, .size = 524'288},
                    {.number = 2, .place = {0, 18}, .size = 524'288},
                    {.number = 3, .place = {0, 19}, .size = 251'424}},
          .retried_at = {}};
}

publish::StoredLetter whole(const std::string& source, const std::string& reason) {
  publish::StoredLetter one = letter();
  one.source = source;
  one.reason = reason;
  one.size = 12;
  one.part_count = 1;
  one.parts = {{.number = 1, .place = {0, 4}, .size = 12}};
  return one;
}

TEST(LetterTable, HasALineForEach) {
  const std::vector<publish::StoredLetter> letters{whole("stream", "invalid_json"), letter()};
  EXPECT_EQ(letter_table(letters),
            "WHERE  RECEIVED, UTC     SOURCE    REASON                 SIZE  PARTS\n"
            "0/4    2026-11-23 20:15  stream    invalid_json             12      1\n"
            "0/17   2026-11-23 20:15  firehose  rejected_by_broker  1300000      3\n");
}

TEST(LetterTable, NotesWhatIsUnusual) {
  publish::StoredLetter incomplete = letter();
  incomplete.parts.pop_back();
  publish::StoredLetter cut = whole("firehose", "too_large");
  cut.size = 20'000'000;
  cut.parts.front().size = 65'536;
  publish::StoredLetter again = letter();
  again.retried_at = parse_rfc3339("2026-11-24T08:00:00Z");
  const std::vector<publish::StoredLetter> letters{incomplete, cut, again};
  EXPECT_EQ(letter_table(letters),
            "WHERE  RECEIVED, UTC     SOURCE    REASON                  SIZE  PARTS\n"
            "0/17   2026-11-23 20:15  firehose  rejected_by_broker   1300000    2/3\n"
            "  incomplete: of its 3 parts 1, 2 are there\n"
            "0/4    2026-11-23 20:15  firehose  too_large           20000000      1\n"
            "  only the first 65536 bytes were kept\n"
            "0/17   2026-11-23 20:15  firehose  rejected_by_broker   1300000      3\n"
            "  retried 2026-11-24T08:00:00.000Z\n");
}

TEST(LetterTable, FitsEightyColumns) {
  publish::StoredLetter longest = whole(std::string(64, 's'), std::string(64, 'r'));
  longest.size = 94'371'840;
  longest.parts.front().place = {0, 1'234'567};
  const std::string table = letter_table(std::vector{longest, whole("firehose", "too_deep")});
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 80) << line;
  }
  EXPECT_THAT(table, testing::HasSubstr("ss...  "));
}

TEST(LetterJson, HasAllThatIsKnown) {
  EXPECT_EQ(letter_json(letter()),
            R"({"where":"0/17","received_at":"2026-11-23T20:15:30.250Z","source":"firehose",)"
            R"("session":3,"reason":"rejected_by_broker","size":1300000,"kept":1300000,)"
            R"("parts":3,"complete":true,"retried_at":null})");
  publish::StoredLetter other = letter();
  other.session.reset();
  other.parts.pop_back();
  other.retried_at = parse_rfc3339("2026-11-24T08:00:00Z");
  EXPECT_EQ(letter_json(other),
            R"({"where":"0/17","received_at":"2026-11-23T20:15:30.250Z","source":"firehose",)"
            R"("session":null,"reason":"rejected_by_broker","size":1300000,"kept":1048576,)"
            R"("parts":3,"complete":false,"retried_at":"2026-11-24T08:00:00.000Z"})");
}

}  // namespace
}  // namespace penstock::cli
