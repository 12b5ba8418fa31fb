#include "app/commands/tail_lines.hpp"

#include <algorithm>

#include "app/commands/extract_block.hpp"
#include "penstock/core/job_words.hpp"

namespace penstock::app {
namespace {

// All but those that only keep the connection alive.
void append_filled(std::string& out, std::string_view lines) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n') + 1);
    if (line.find_first_not_of(" \t\r\n") != std::string_view::npos) {
      out += line;
    }
    lines.remove_prefix(line.size());
  }
}

// The first `count` lines, or all there are.
std::string_view first_lines(std::string_view lines, std::uint64_t count) {
  std::size_t end = 0;
  for (; count > 0 && end < lines.size(); --count) {
    end = lines.find('\n', end) + 1;
  }
  return lines.substr(0, end);
}

}  // namespace

TailLines::TailLines(const TailWanted& wanted, Filter filter, Bytes max_line, bool follows)
    : job_(normal_job_id(wanted.job)),
      filter_(std::move(filter)),
      chooses_(follows || !wanted.job.empty() || !filter_.lets_all_pass()),
      follows_(follows),
      left_(wanted.count),
      // A job's status is told with its ledger's fingerprints.
      lane_{.max_line = max_line, .has_ledger = follows} {
  if (chooses_) {
    pool_.emplace(1);
  }
}

TailLines::Chosen TailLines::choose(std::string_view lines) {
  Chosen chosen;
  chosen_.clear();
  if (!chooses_) {
    append_filled(chosen_, lines);
  } else {
    block_.assign(lines);
    const Batch batch = extract_lines(*pool_, lane_, block_);
    auto status = batch.job_statuses.begin();
    for (std::uint32_t i = 0; i < batch.events.size() && !chosen.over; ++i) {
      const bool wanted = wants(batch.events[i]);
      if (wanted) {
        chosen_.append(batch.events[i].line) += '\n';
      }
      const bool is_status = status != batch.job_statuses.end() && status->event == i;
      if (is_status && wanted && follows_) {
        chosen.job = status->flags;
        chosen.over =
            status->flags.completed.value_or(false) || status->flags.revoked.value_or(false);
      }
      status += is_status ? 1 : 0;
    }
    unjudged_ += batch.dead_letters.size();
  }
  chosen.lines = chosen_;
  if (left_) {
    chosen.lines = first_lines(chosen.lines, *left_);
    *left_ -=
        static_cast<std::uint64_t>(std::count(chosen.lines.begin(), chosen.lines.end(), '\n'));
    chosen.over = chosen.over || *left_ == 0;
  }
  return chosen;
}

void TailLines::want_job(std::string_view id) { job_ = normal_job_id(id); }

bool TailLines::wants(const Event& event) const {
  return (job_.empty() || normal_job_id(event.job_id) == job_) && filter_.passes(event);
}

}  // namespace penstock::app
