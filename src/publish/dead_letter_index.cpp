#include "penstock/publish/dead_letter_index.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <numeric>
#include <set>

#include "penstock/core/ids.hpp"

namespace penstock::publish {
namespace {

constexpr std::size_t longest_reason = 64;  // characters; today's have 18 at most

// The first of that name; none where there is none.
std::optional<std::string_view> header(const Headers& headers, std::string_view name) {
  for (const auto& [known, value] : headers) {
    if (known == name) {
      return value;
    }
  }
  return std::nullopt;
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end && !text.starts_with('-') ? std::optional(number)
                                                                       : std::nullopt;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= longest_reason &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

// `2/9`: number and count.
std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_part(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  const auto number = parse_number<std::uint32_t>(text.substr(0, slash));
  const auto count = parse_number<std::uint32_t>(text.substr(slash + 1));
  if (!number || !count || *number == 0 || *number > *count) {
    return std::nullopt;
  }
  return std::pair(*number, *count);
}

bool in_one_partition(const std::vector<LetterPart>& parts) {
  return std::all_of(parts.begin(), parts.end(), [&](const LetterPart& part) {
    return part.place.partition == parts.front().place.partition;
  });
}

bool each_number_once(const std::vector<LetterPart>& parts) {
  std::set<std::uint32_t> seen;
  return std::all_of(parts.begin(), parts.end(),
                     [&](const LetterPart& part) { return seen.insert(part.number).second; });
}

}  // namespace

std::string to_string(LetterPlace place) {
  return std::to_string(place.partition) + "/" + std::to_string(place.offset);
}

std::optional<LetterPlace> parse_letter_place(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  const auto partition = parse_number<std::int32_t>(text.substr(0, slash));
  const auto offset = parse_number<std::int64_t>(text.substr(slash + 1));
  return partition && offset ? std::optional(LetterPlace{*partition, *offset}) : std::nullopt;
}

std::uint64_t StoredLetter::kept() const {
  return std::accumulate(parts.begin(), parts.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const LetterPart& part) { return sum + part.size; });
}

void route_retry_mark(const StoredLetter& letter, WallTime now, Record& record) {
  record = {};
  record.timestamp_ms = now.time_since_epoch().count();
  record.headers.push_back(
      {"penstock.retried", record.storage.emplace_back(to_string(letter.where()))});
  record.headers.push_back({"penstock.retried_at", record.storage.emplace_back(to_rfc3339(now))});
  record.headers.push_back({"penstock.source", letter.source});
}

bool DeadLetterIndex::add(LetterPlace place, const Headers& headers, std::uint64_t value_size) {
  if (const auto retried = header(headers, "penstock.retried")) {
    const auto letter = parse_letter_place(*retried);
    return letter && add_mark(*letter, headers);
  }
  const auto source = header(headers, "penstock.source");
  const auto reason = header(headers, "penstock.reason");
  const auto received_at = parse_rfc3339(header(headers, "penstock.received_at").value_or(""));
  const auto size = parse_number<std::uint64_t>(header(headers, "penstock.size").value_or(""));
  const auto part = parse_part(header(headers, "penstock.part").value_or("1/1"));
  if (!source || !SourceName::valid(*source) || !reason || !is_word(*reason) || !received_at ||
      !size || !part) {
    return false;
  }
  const Key key{
      .source = std::string(*source),
      .reason = std::string(*reason),
      .received_at = *received_at,
      .size = *size,
      .part_count = part->second,
      .session = parse_number<std::uint64_t>(header(headers, "penstock.session").value_or(""))};
  const LetterPart found{.number = part->first, .place = place, .size = value_size};
  if (key.part_count == 1) {
    whole_.push_back(letter_of(key, {found}));
  } else {
    parts_[key].push_back(found);
  }
  return true;
}

bool DeadLetterIndex::add_mark(LetterPlace letter, const Headers& headers) {
  const auto at = parse_rfc3339(header(headers, "penstock.retried_at").value_or(""));
  if (!at) {
    return false;
  }
  const auto [mark, is_new] = retried_.try_emplace(letter, *at);
  if (!is_new) {
    mark->second = std::max(mark->second, *at);
  }
  return true;
}

StoredLetter DeadLetterIndex::letter_of(const Key& key, std::vector<LetterPart> parts) {
  std::sort(parts.begin(), parts.end(), [](const LetterPart& a, const LetterPart& b) {
    return std::tie(a.number, a.place) < std::tie(b.number, b.place);
  });
  return {.source = key.source,
          .reason = key.reason,
          .size = key.size,
          .session = key.session,
          .received_at = key.received_at,
          .part_count = key.part_count,
          .parts = std::move(parts),
          .retried_at = {}};
}

// A source's producer writes the parts of one letter after the other. So in one partition a part
// belongs to the letter whose part before it came last. Spread over partitions, parts of several
// letters that have all else in common can't be told apart: those stay single.
void DeadLetterIndex::join(const Key& key, const std::vector<LetterPart>& parts,
                           std::vector<StoredLetter>& letters) {
  if (each_number_once(parts)) {
    letters.push_back(letter_of(key, parts));
    return;
  }
  const bool in_order = in_one_partition(parts);
  std::vector<LetterPart> letter;
  for (const LetterPart& part : parts) {
    if (!letter.empty() && (!in_order || part.number <= letter.back().number)) {
      letters.push_back(letter_of(key, std::exchange(letter, {})));
    }
    letter.push_back(part);
  }
  letters.push_back(letter_of(key, std::move(letter)));
}

std::vector<StoredLetter> DeadLetterIndex::take() {
  std::vector<StoredLetter> letters = std::exchange(whole_, {});
  for (const auto& [key, parts] : std::exchange(parts_, {})) {
    join(key, parts, letters);
  }
  for (StoredLetter& letter : letters) {
    for (const LetterPart& part : letter.parts) {
      if (const auto mark = retried_.find(part.place); mark != retried_.end()) {
        letter.retried_at = std::max(letter.retried_at.value_or(mark->second), mark->second);
      }
    }
  }
  retried_.clear();
  std::sort(letters.begin(), letters.end(), [](const StoredLetter& a, const StoredLetter& b) {
    return std::pair(a.received_at, a.where()) < std::pair(b.received_at, b.where());
  });
  return letters;
}

}  // namespace penstock::publish
