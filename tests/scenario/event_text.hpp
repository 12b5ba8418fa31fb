// How the model's API writes events: once on the live stream, otherwise in replays.
//
// Every content has a mark of its own, which identical twins share, and by which a published record
// is known again: `"mark":17`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "penstock/core/job_words.hpp"
#include "penstock/core/time.hpp"

namespace penstock::scenario {

struct Content {
  std::uint64_t mark = 0;
  std::string job_id;  // as events write it; empty: none
  WallTime at;
};

std::string live_line(const Content& content);
// The same value, written otherwise; `style` says how.
std::string replay_line(const Content& content, unsigned style);
// Another value: what this replay brings can't be known again by its content.
std::string foreign_line(const Content& content);
bool is_foreign(std::string_view line);
std::string status_line(const Content& content, const JobFlags& flags);
// What is no event: no JSON, or larger than an event may be (`largest`, in bytes).
std::string bad_line(const Content& content, std::size_t largest, bool too_large);

std::optional<std::uint64_t> mark_of(std::string_view line);

}  // namespace penstock::scenario
