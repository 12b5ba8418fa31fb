// Records of the topics of dead letters and gaps with any keys, headers and values: what is
// penstock's is taken, each part once, and what was chosen of it is there.
#include <algorithm>
#include <numeric>
#include <set>

#include "fuzz/check.hpp"
#include "fuzz/choices.hpp"
#include "penstock/app/commands/gaps.hpp"
#include "penstock/app/commands/letter_choice.hpp"
#include "penstock/publish/dead_letter_index.hpp"

namespace penstock::fuzz {
namespace {

using publish::LetterPlace;
using publish::StoredLetter;

void place(const std::string& text) {
  if (const auto found = publish::parse_letter_place(text)) {
    must(found->partition >= 0 && found->offset >= 0, "a place is one", text);
    must(publish::parse_letter_place(to_string(*found)) == found,
         "a place is read as it is written", text);
  }
}

// Known names mostly: others are passed over.
publish::Headers headers(Choices& choices) {
  constexpr std::string_view names[] = {
      "penstock.source", "penstock.reason",  "penstock.received_at", "penstock.size",
      "penstock.part",   "penstock.session", "penstock.retried",     "penstock.retried_at"};
  constexpr std::string_view usual[] = {"s", "invalid_json", "2026-11-23T20:15:30.250Z", "9", "1/2",
                                        "7", "0/1",          "2026-11-23T20:15:30Z"};
  publish::Headers result;
  const std::uint8_t mask = choices.byte();
  for (std::size_t i = 0; i < std::size(names); ++i) {
    if ((mask >> i & 1) != 0) {
      continue;
    }
    const bool is_mark = i >= 6;
    if (is_mark && choices.byte() % 4 != 0) {
      continue;
    }
    const std::string value(choices.byte() % 4 != 0 ? usual[i] : choices.text());
    result.emplace_back(
        names[i], i == 4 && value == usual[i] ? std::to_string(choices.byte() % 5) + "/3" : value);
  }
  return result;
}

std::size_t parts_of(const std::vector<StoredLetter>& letters) {
  return std::accumulate(
      letters.begin(), letters.end(), std::size_t{0},
      [](std::size_t sum, const StoredLetter& letter) { return sum + letter.parts.size(); });
}

app::RetryWanted retry_wanted(Choices& choices) {
  app::RetryWanted wanted;
  for (std::size_t count = choices.below(4); count > 0; --count) {
    const auto partition = static_cast<std::int32_t>(choices.byte() % 8 / 7);
    wanted.places.push_back({partition, static_cast<std::int64_t>(choices.byte() % 8)});
  }
  wanted.force = choices.byte() % 2 == 0;
  return wanted;
}

void choose(const std::vector<StoredLetter>& letters, const app::RetryWanted& wanted,
            const std::string& shown) {
  const app::RetryChoice choice = app::choose_letters(letters, wanted, {"s"});
  std::set<LetterPlace> chosen;
  for (const StoredLetter& letter : choice.letters) {
    must(chosen.insert(letter.where()).second, "a letter is chosen once", shown);
    must(letter.complete() && letter.source == "s" && (wanted.force || !letter.retried_at),
         "what is chosen can be retried", shown);
  }
  const auto runs = app::in_runs(choice.letters, Bytes{40}, 2);
  std::size_t in_runs = 0;
  for (const auto& run : runs) {
    in_runs += run.size();
    must(!run.empty() && run.size() <= 2, "runs are of their size", shown);
  }
  must(in_runs == choice.letters.size(), "all that is chosen is in a run", shown);
}

void index(Choices& choices, const std::string& shown) {
  const app::RetryWanted wanted = retry_wanted(choices);
  publish::DeadLetterIndex index;
  std::size_t parts = 0;
  std::int64_t offset = 0;
  while (!choices.at_end() && offset < 64) {
    const LetterPlace where{static_cast<std::int32_t>(choices.byte() % 8 / 7), offset++};
    const publish::Headers record = headers(choices);
    const bool is_mark = std::any_of(record.begin(), record.end(), [](const auto& one) {
      return one.first == "penstock.retried";
    });
    const bool taken = index.add(where, record, choices.byte());
    parts += taken && !is_mark ? 1 : 0;
  }
  const std::vector<StoredLetter> letters = index.take();
  must(parts_of(letters) == parts, "each part is in one letter", shown);
  std::set<LetterPlace> places;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const StoredLetter& letter = letters[i];
    must(SourceName::valid(letter.source) && !letter.parts.empty(),
         "a letter has a source and a part", shown);
    must(i == 0 || letters[i - 1].received_at <= letter.received_at, "they come by their time",
         shown);
    for (const publish::LetterPart& part : letter.parts) {
      must(places.insert(part.place).second, "in one alone", shown);
      must(part.number >= 1 && part.number <= letter.part_count, "a part is one of its letter",
           shown);
      must(app::find_letter(letters, part.place) == &letter, "a letter is found by its part",
           shown);
    }
  }
  choose(letters, wanted, shown);
  must(index.take().empty(), "the index is empty afterwards", shown);
}

void gap(const std::string& text) {
  const auto record = app::parse_gap("key", text);
  if (record) {
    must(
        record->json == text && text.find('\n') == std::string::npos && terminal_safe(text) == text,
        "a gap can be shown as it is", text);
    must(parse_rfc3339(to_rfc3339(record->started_at)) == record->started_at, "it has a time",
         text);
  }
}

}  // namespace
}  // namespace penstock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace penstock;
  fuzz::Choices choices(data, size);
  const std::uint8_t kind = choices.byte();
  const std::string text(choices.rest());
  switch (kind) {
    case 'i':
      fuzz::index(choices, text);
      break;
    case 'g':
      fuzz::gap(text);
      break;
    case 'p':
      fuzz::place(text);
      break;
    default:
      return -1;
  }
  return 0;
}
