#include "penstock/app/commands/letter_choice.hpp"

#include <algorithm>
#include <map>

namespace penstock::app {
namespace {

bool matches(const StoredLetter& letter, const LetterFilter& filter) {
  return (!filter.source || letter.source == *filter.source) &&
         (!filter.reason || letter.reason == *filter.reason);
}

}  // namespace

Letters select_letters(std::vector<StoredLetter> all, const LettersWanted& wanted) {
  Letters selected;
  for (StoredLetter& letter : all) {
    if (!matches(letter, wanted.filter)) {
      continue;
    }
    if (letter.retried_at && !wanted.retried) {
      ++selected.retried;
    } else {
      selected.letters.push_back(std::move(letter));
    }
  }
  if (wanted.newest && *wanted.newest < selected.letters.size()) {
    selected.letters.erase(selected.letters.begin(),
                           selected.letters.end() - static_cast<std::ptrdiff_t>(*wanted.newest));
  }
  return selected;
}

const StoredLetter* find_letter(const std::vector<StoredLetter>& letters, LetterPlace where) {
  for (const StoredLetter& letter : letters) {
    for (const publish::LetterPart& part : letter.parts) {
      if (part.place == where) {
        return &letter;
      }
    }
  }
  return nullptr;
}

std::optional<std::string> why_not_retried(const StoredLetter& letter,
                                           const std::set<std::string>& sources, bool force) {
  if (letter.retried_at && !force) {
    return "it was retried at " + to_rfc3339(*letter.retried_at) +
           "; --force publishes it once more, and makes a duplicate";
  }
  if (!letter.complete()) {
    return std::to_string(letter.part_count - letter.parts.size()) + " of its " +
           std::to_string(letter.part_count) +
           " parts aren't there: the topic's retention may have deleted them";
  }
  if (letter.cut()) {
    return "only the first " + std::to_string(letter.kept()) + " of its " +
           std::to_string(letter.size) + " bytes were kept: the line was above events.max_size";
  }
  if (!sources.contains(letter.source)) {
    return "its source " + letter.source + " isn't configured: add it to `sources`";
  }
  return std::nullopt;
}

std::optional<std::string> why_no_event(const Batch& batch) {
  if (!batch.dead_letters.empty()) {
    const DeadLetterReason reason = batch.dead_letters.front().reason;
    return "it is no valid event: " + std::string(to_string(reason)) +
           (reason == DeadLetterReason::too_large ? ", it is above events.max_size" : "");
  }
  if (batch.events.size() != 1) {
    return "it is no valid event: " + std::to_string(batch.events.size()) + " in one letter";
  }
  return std::nullopt;
}

RetryChoice choose_letters(const std::vector<StoredLetter>& all, const RetryWanted& wanted,
                           const std::set<std::string>& sources) {
  RetryChoice choice;
  const auto take = [&](const StoredLetter& letter) {
    if (auto why = why_not_retried(letter, sources, wanted.force)) {
      choice.refused.emplace_back(letter.where(), std::move(*why));
    } else {
      choice.letters.push_back(letter);
    }
  };
  if (wanted.places.empty()) {
    for (const StoredLetter& letter : all) {
      if (matches(letter, wanted.filter) && !letter.retried_at) {
        take(letter);
      }
    }
    return choice;
  }
  std::map<LetterPlace, const StoredLetter*> by_place;
  for (const StoredLetter& letter : all) {
    for (const publish::LetterPart& part : letter.parts) {
      by_place.emplace(part.place, &letter);
    }
  }
  std::set<LetterPlace> taken;
  for (const LetterPlace where : wanted.places) {
    const auto found = by_place.find(where);
    if (found == by_place.end()) {
      choice.refused.emplace_back(
          where, "there is no such dead letter; `penstock dead-letters ls --all` lists them");
    } else if (taken.insert(found->second->where()).second) {
      take(*found->second);
    }
  }
  return choice;
}

std::vector<std::vector<StoredLetter>> in_runs(std::vector<StoredLetter> letters, Bytes size,
                                               std::size_t count) {
  std::sort(letters.begin(), letters.end(),
            [](const StoredLetter& a, const StoredLetter& b) { return a.where() < b.where(); });
  std::vector<std::vector<StoredLetter>> runs;
  std::uint64_t filled = 0;
  for (StoredLetter& letter : letters) {
    if (runs.empty() || filled + letter.kept() > size.count || runs.back().size() == count) {
      runs.emplace_back();
      filled = 0;
    }
    filled += letter.kept();
    runs.back().push_back(std::move(letter));
  }
  return runs;
}

}  // namespace penstock::app
