#include "ops/repeat_filter.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "penstock/core/limits.hpp"

namespace penstock::ops {
namespace {

std::string whose(std::span<const LogField> fields) {
  constexpr std::array<std::string_view, 3> telling{"source", "client", "facility"};
  std::string all;
  for (const LogField& field : fields) {
    const auto* const value = std::get_if<std::string_view>(&field.value);
    if (value != nullptr &&
        std::find(telling.begin(), telling.end(), field.name) != telling.end()) {
      all.append(all.empty() ? "" : " ").append(*value);
    }
  }
  all.resize(std::min(all.size(), limits::log_value));
  return all;
}

// What of the run behind an entry wasn't written.
template <class Entry>
void tell(const Entry& entry, MonotonicTime now, std::vector<LeftOut>& left_out) {
  const auto& [key, run] = entry;
  if (run.lines > limits::log_repeats) {
    left_out.push_back({.level = std::get<0>(key),
                        .event = std::get<1>(key),
                        .whose = std::get<2>(key),
                        .times = run.lines - limits::log_repeats,
                        .within = std::chrono::floor<Duration>(now - run.since)});
  }
}

}  // namespace

template <class IsOver>
void RepeatFilter::sweep(IsOver is_over, MonotonicTime now, std::vector<LeftOut>& left_out) {
  for (auto entry = runs_.begin(); entry != runs_.end();) {
    if (is_over(entry->second)) {
      tell(*entry, now, left_out);
      entry = runs_.erase(entry);
    } else {
      ++entry;
    }
  }
}

// More events than are kept apart: the oldest begins anew, and may write its lines again.
void RepeatFilter::make_room(MonotonicTime now, std::vector<LeftOut>& left_out) {
  const auto oldest = std::min_element(
      runs_.begin(), runs_.end(),
      [](const auto& a, const auto& b) { return a.second.since < b.second.since; });
  tell(*oldest, now, left_out);
  runs_.erase(oldest);
}

bool RepeatFilter::passes(LogLevel level, std::string_view event, std::span<const LogField> fields,
                          MonotonicTime now, std::vector<LeftOut>& left_out) {
  if (level < LogLevel::info) {
    return true;
  }
  Key key{level, std::string(event), whose(fields)};
  auto found = runs_.find(key);
  if (found != runs_.end() && now - found->second.since >= limits::log_repeat_interval) {
    tell(*found, now, left_out);
    runs_.erase(found);
    found = runs_.end();
  }
  if (found == runs_.end()) {
    if (runs_.size() >= limits::log_repeat_events) {
      make_room(now, left_out);
    }
    found = runs_.emplace(std::move(key), Run{.since = now}).first;
  }
  return ++found->second.lines <= limits::log_repeats;
}

std::vector<LeftOut> RepeatFilter::due(MonotonicTime now) {
  std::vector<LeftOut> found;
  sweep([&](const Run& run) { return now - run.since >= limits::log_repeat_interval; }, now, found);
  return found;
}

std::vector<LeftOut> RepeatFilter::rest(MonotonicTime now) {
  std::vector<LeftOut> found;
  sweep([](const Run&) { return true; }, now, found);
  return found;
}

}  // namespace penstock::ops
