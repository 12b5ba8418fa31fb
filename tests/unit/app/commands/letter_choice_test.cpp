#include "penstock/app/commands/letter_choice.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace penstock::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

StoredLetter letter(std::int64_t offset, const std::string& source = "firehose",
                    const std::string& reason = "rejected_by_broker") {
  return {.source = source,
          .reason = reason,
          .size = 10,
          .session = 1,
          .received_at = WallTime(std::chrono::seconds(1'700'000'000 + offset)),
          .part_count = 1,
          .parts = {{.number = 1, .place = {0, offset}, .size = 10}},
          .retried_at = {}};
}

StoredLetter in_parts(std::int64_t first, std::uint32_t count, std::uint32_t there) {
  StoredLetter parts = letter(first);
  parts.size = 10 * count;
  parts.part_count = count;
  for (std::uint32_t number = 2; number <= there; ++number) {
    parts.parts.push_back({.number = number, .place = {0, first + number - 1}, .size = 10});
  }
  return parts;
}

StoredLetter retried(StoredLetter letter) {
  letter.retried_at = WallTime(std::chrono::seconds(1'700'100'000));
  return letter;
}

const std::set<std::string> sources{"firehose"};

std::vector<std::string> places(const std::vector<StoredLetter>& letters) {
  std::vector<std::string> found;
  for (const StoredLetter& one : letters) {
    found.push_back(to_string(one.where()));
  }
  return found;
}

TEST(SelectLetters, LeavesOutWhatWasRetried) {
  const std::vector<StoredLetter> all{letter(1), retried(letter(2)), letter(3)};
  const Letters open = select_letters(all, {});
  EXPECT_THAT(places(open.letters), ElementsAre("0/1", "0/3"));
  EXPECT_EQ(open.retried, 1);
  const Letters both = select_letters(all, {.filter = {}, .retried = true, .newest = {}});
  EXPECT_THAT(places(both.letters), ElementsAre("0/1", "0/2", "0/3"));
  EXPECT_EQ(both.retried, 0);
}

TEST(SelectLetters, FiltersThenTakesTheNewest) {
  const std::vector<StoredLetter> all{letter(1), letter(2, "stream"), letter(3),
                                      letter(4, "firehose", "too_deep"), letter(5)};
  const auto with = [&](std::optional<std::string> source, std::optional<std::string> reason,
                        std::optional<std::size_t> newest) {
    return places(select_letters(all, {.filter = {std::move(source), std::move(reason)},
                                       .retried = false,
                                       .newest = newest})
                      .letters);
  };
  EXPECT_THAT(with("firehose", {}, {}), ElementsAre("0/1", "0/3", "0/4", "0/5"));
  EXPECT_THAT(with({}, "too_deep", {}), ElementsAre("0/4"));
  EXPECT_THAT(with("stream", "too_deep", {}), IsEmpty());
  EXPECT_THAT(with("firehose", "rejected_by_broker", 2), ElementsAre("0/3", "0/5"));
  EXPECT_THAT(with({}, {}, 9), ElementsAre("0/1", "0/2", "0/3", "0/4", "0/5"));
}

TEST(FindLetter, KnowsItByAnyOfItsParts) {
  const std::vector<StoredLetter> all{letter(1), in_parts(2, 3, 3)};
  ASSERT_NE(find_letter(all, {0, 4}), nullptr);
  EXPECT_EQ(find_letter(all, {0, 4})->where(), (LetterPlace{0, 2}));
  EXPECT_EQ(find_letter(all, {0, 5}), nullptr);
  EXPECT_EQ(find_letter(all, {1, 1}), nullptr);
}

TEST(WhyNotRetried, SaysWhatStandsInTheWay) {
  const auto why = [](const StoredLetter& one, bool force = false) {
    return why_not_retried(one, sources, force).value_or("");
  };
  EXPECT_EQ(why(letter(1)), "");
  EXPECT_EQ(why(in_parts(1, 3, 3)), "");
  EXPECT_THAT(why(retried(letter(1))),
              testing::AllOf(HasSubstr("retried at 2023-11-16T"), HasSubstr("--force")));
  EXPECT_EQ(why(retried(letter(1)), true), "");
  EXPECT_THAT(why(in_parts(1, 3, 2)), HasSubstr("1 of its 3 parts"));
  StoredLetter cut = letter(1, "firehose", "too_large");
  cut.size = 20'000'000;
  EXPECT_THAT(why(cut, true), HasSubstr("only the first 10 of its 20000000 bytes"));
  EXPECT_THAT(why(letter(1, "torrent")), HasSubstr("torrent isn't configured"));
}

TEST(WhyNoEvent, WantsOneEventAndNothingElse) {
  Batch batch;
  EXPECT_THAT(why_no_event(batch).value_or(""), HasSubstr("0 in one letter"));
  batch.events.resize(1);
  EXPECT_FALSE(why_no_event(batch));
  batch.events.resize(2);
  EXPECT_THAT(why_no_event(batch).value_or(""), HasSubstr("2 in one letter"));
  batch.dead_letters.push_back({DeadLetterReason::too_deep, {}, 0});
  EXPECT_EQ(why_no_event(batch), "it is no valid event: too_deep");
  batch.dead_letters.front().reason = DeadLetterReason::too_large;
  EXPECT_THAT(why_no_event(batch).value_or(""), HasSubstr("above events.max_size"));
}

TEST(ChooseLetters, TakesAllThatMatchAndWereNotRetried) {
  const std::vector<StoredLetter> all{letter(1), retried(letter(2)), letter(3, "stream"),
                                      letter(4, "firehose", "too_deep"), in_parts(5, 2, 1)};
  const RetryChoice any = choose_letters(all, {}, sources);
  EXPECT_THAT(places(any.letters), ElementsAre("0/1", "0/4"));
  ASSERT_EQ(any.refused.size(), 2);
  EXPECT_EQ(any.refused[0].first, (LetterPlace{0, 3}));
  EXPECT_EQ(any.refused[1].first, (LetterPlace{0, 5}));

  const RetryChoice some = choose_letters(
      all, {.places = {}, .filter = {"firehose", "rejected_by_broker"}, .force = false}, sources);
  EXPECT_THAT(places(some.letters), ElementsAre("0/1"));
  EXPECT_EQ(some.refused.size(), 1);
}

TEST(ChooseLetters, TakesThoseThatAreNamedEachOnce) {
  const std::vector<StoredLetter> all{letter(1), retried(letter(2)), in_parts(5, 2, 2)};
  const std::vector<LetterPlace> named{{0, 6}, {0, 5}, {0, 1}, {0, 2}, {0, 9}, {0, 2}};
  const RetryChoice once =
      choose_letters(all, {.places = named, .filter = {}, .force = false}, sources);
  EXPECT_THAT(places(once.letters), ElementsAre("0/5", "0/1"));
  ASSERT_EQ(once.refused.size(), 2);
  EXPECT_EQ(once.refused[0].first, (LetterPlace{0, 2}));
  EXPECT_EQ(once.refused[1].first, (LetterPlace{0, 9}));
  EXPECT_THAT(once.refused[1].second, HasSubstr("no such dead letter"));

  const RetryChoice forced =
      choose_letters(all, {.places = named, .filter = {}, .force = true}, sources);
  EXPECT_THAT(places(forced.letters), ElementsAre("0/5", "0/1", "0/2"));
  EXPECT_EQ(forced.refused.size(), 1);
}

TEST(InRuns, KeepsToTheBoundsOfATransaction) {
  const auto runs = [](std::vector<StoredLetter> letters, std::uint64_t size, std::size_t count) {
    std::vector<std::vector<std::string>> found;
    for (const auto& run : in_runs(std::move(letters), Bytes{size}, count)) {
      found.push_back(places(run));
    }
    return found;
  };
  using Run = std::vector<std::string>;
  EXPECT_THAT(runs({}, 20, 9), IsEmpty());
  EXPECT_THAT(runs({letter(3), letter(1), letter(2)}, 20, 9),
              ElementsAre(Run{"0/1", "0/2"}, Run{"0/3"}));
  EXPECT_THAT(runs({letter(1), in_parts(2, 5, 5), letter(9)}, 20, 9),
              ElementsAre(Run{"0/1"}, Run{"0/2"}, Run{"0/9"}));
  EXPECT_THAT(runs({letter(1), letter(2), letter(3)}, 100, 2),
              ElementsAre(Run{"0/1", "0/2"}, Run{"0/3"}));
}

}  // namespace
}  // namespace penstock::app
