#include "jobs/ledger_records.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <utility>

#include "jobs/job_records.hpp"
#include "jobs/record_text.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::jobs {
namespace {

constexpr std::string_view ledger_head = "v=1\n";

using Entries = std::map<std::string_view, std::vector<LedgerEntry>>;

std::uint64_t records_for(std::size_t entries) {
  return (entries + limits::ledger_record_entries - 1) / limits::ledger_record_entries;
}

void put_big_endian(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

std::uint64_t take_big_endian(std::string_view& in) {
  std::uint64_t value = 0;
  for (const char byte : in.substr(0, 8)) {
    value = value << 8 | static_cast<std::uint8_t>(byte);
  }
  in.remove_prefix(8);
  return value;
}

std::optional<std::uint32_t> take_leb128(std::string_view& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 35 && !in.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) {
      return value <= std::numeric_limits<std::uint32_t>::max()
                 ? std::optional(static_cast<std::uint32_t>(value))
                 : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string ledger_key(std::string_view job, std::uint64_t number) {
  return std::string(ledger_part).append(job) + '/' + std::to_string(number);
}

std::optional<LedgerKey> parse_ledger_key(std::string_view key) {
  key.remove_prefix(ledger_part.size());
  const std::size_t slash = key.rfind('/');  // an id may have some, too
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  LedgerKey parsed{.job = key.substr(0, slash)};
  const char* const last = key.data() + key.size();
  const auto [end, error] = std::from_chars(key.data() + slash + 1, last, parsed.number);
  return error == std::errc{} && end == last ? std::optional(parsed) : std::nullopt;
}

std::string encode(std::span<const LedgerEntry> entries) {
  std::string out(ledger_head);
  out.reserve(ledger_head.size() + 17 * entries.size());  // counts below 128 take one byte
  for (const LedgerEntry& entry : entries) {
    put_big_endian(out, entry.event.high);
    put_big_endian(out, entry.event.low);
    std::uint32_t count = entry.published;
    for (; count >= 0x80; count >>= 7) {
      out.push_back(static_cast<char>(count | 0x80U));
    }
    out.push_back(static_cast<char>(count));
  }
  return out;
}

Result<std::vector<LedgerEntry>> decode_ledger(std::string_view value) {
  if (!value.starts_with(ledger_head)) {
    return RecordReader(value.substr(0, value.find('\n'))).error();
  }
  value.remove_prefix(ledger_head.size());
  std::vector<LedgerEntry> entries;
  entries.reserve(value.size() / 17);
  while (!value.empty()) {
    LedgerEntry entry;
    if (value.size() < 17) {
      return make_error(Errc::corrupt, "ends within an entry");
    }
    entry.event.high = take_big_endian(value);
    entry.event.low = take_big_endian(value);
    const auto count = take_leb128(value);
    if (!count) {
      return make_error(Errc::corrupt, "has a count that can't be read");
    }
    entry.published = *count;
    entries.push_back(entry);
  }
  return entries;
}

void LedgerRecords::restore(std::string_view job, std::uint64_t number, bool there) {
  if (there) {
    Range& range =
        ranges_.try_emplace(std::string(job), Range{.first = number, .next = 0}).first->second;
    range.next = std::max(range.next, number + 1);
  } else if (const auto entry = ranges_.find(job);
             entry != ranges_.end() && entry->second.first == number) {
    // Tombstones go from the lowest number on.
    if (++entry->second.first == entry->second.next) {
      ranges_.erase(entry);
    }
  }
}

std::vector<SideRecord> LedgerRecords::of(std::span<const Changes* const> changes) const {
  std::vector<SideRecord> records;
  std::map<std::pair<RecordTopic, std::string_view>, std::size_t> places;
  Entries ledgers;
  for (const Changes* const change : changes) {
    for (const SideRecord& record : change->records) {
      const auto [place, is_new] = places.try_emplace({record.topic, record.key}, records.size());
      if (is_new) {
        records.push_back(record);
      } else {
        records[place->second].value = record.value;
      }
    }
    for (const auto& [job, entries] : change->ledger) {
      std::vector<LedgerEntry>& all = ledgers[job];
      all.insert(all.end(), entries.begin(), entries.end());
    }
  }
  for (const auto& [job, entries] : ledgers) {
    const auto range = ranges_.find(job);
    std::uint64_t number = range == ranges_.end() ? 0 : range->second.next;
    for (std::span<const LedgerEntry> rest(entries); !rest.empty();) {
      const auto part = rest.first(std::min(rest.size(), limits::ledger_record_entries));
      records.push_back({RecordTopic::state, ledger_key(job, number++), encode(part)});
      rest = rest.subspan(part.size());
    }
  }
  return records;
}

void LedgerRecords::committed(std::span<const Changes* const> changes) {
  std::map<std::string_view, std::size_t> entries;
  for (const Changes* const change : changes) {
    for (const auto& [job, added] : change->ledger) {
      entries[job] += added.size();
    }
  }
  for (const auto& [job, count] : entries) {
    ranges_[std::string(job)].next += records_for(count);
  }
  for (const Changes* const change : changes) {
    for (const SideRecord& record : change->records) {
      if (record.topic == RecordTopic::state && record.value &&
          std::string_view(record.key).starts_with(job_part) && ends_ledger(*record.value)) {
        drop(std::string_view(record.key).substr(job_part.size()));
      }
    }
  }
}

void LedgerRecords::drop(std::string_view job) {
  if (ranges_.contains(job)) {
    dropping_.emplace(job);
  }
}

std::vector<std::string> LedgerRecords::add_tombstones(std::vector<SideRecord>& records,
                                                       std::size_t limit) {
  std::vector<std::string> done;
  for (; limit > 0 && !dropping_.empty(); --limit) {
    const auto job = dropping_.begin();
    const auto range = ranges_.find(*job);
    records.push_back({RecordTopic::state, ledger_key(*job, range->second.first), std::nullopt});
    if (++range->second.first == range->second.next) {
      ranges_.erase(range);
      done.push_back(std::move(dropping_.extract(job).value()));
    }
  }
  return done;
}

bool LedgerRecords::none_of(std::string_view job) const { return !ranges_.contains(job); }

std::vector<std::string> LedgerRecords::jobs() const {
  std::vector<std::string> ids;
  for (const auto& [job, range] : ranges_) {
    ids.push_back(job);
  }
  return ids;
}

}  // namespace penstock::jobs
