#include "jobs/job.hpp"

#include <algorithm>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::jobs {
namespace {

bool says(const std::optional<bool>& flag) { return flag.value_or(false); }

bool merge(std::optional<bool>& flag, const std::optional<bool>& said) {
  if (!said || flag == said || says(flag)) {
    return false;
  }
  flag = said;
  return true;
}

}  // namespace

std::string_view to_string(JobState state) noexcept {
  switch (state) {
    case JobState::requested:
      return "requested";
    case JobState::started:
      return "started";
    case JobState::success:
      return "success";
    case JobState::failed:
      return "failed";
    case JobState::revoked:
      return "revoked";
  }
  return "unknown";
}

std::string_view to_string(GivenUp why) noexcept {
  switch (why) {
    case GivenUp::no:
      return "no";
    case GivenUp::gone:
      return "gone";
    case GivenUp::unsettled:
      return "unsettled";
    case GivenUp::broken:
      return "broken";
    case GivenUp::uncounted:
      return "uncounted";
  }
  return "unknown";
}

bool valid_job_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= limits::job_id &&
         std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool says_end(const JobFlags& flags) noexcept {
  return says(flags.completed) || says(flags.revoked);
}

bool says_creation(const JobFlags& flags) noexcept {
  return !says_end(flags) && !says(flags.started) && !says(flags.success);
}

bool merge(JobFlags& known, const JobFlags& said) noexcept {
  bool news = merge(known.success, said.success);
  news = merge(known.started, said.started) || news;
  news = merge(known.completed, said.completed) || news;
  return merge(known.revoked, said.revoked) || news;
}

JobState state_of(const JobFlags& flags) noexcept {
  if (says(flags.revoked)) {
    return JobState::revoked;
  }
  if (says(flags.completed)) {
    return says(flags.success) ? JobState::success : JobState::failed;
  }
  return says(flags.started) ? JobState::started : JobState::requested;
}

JobFlags flags_of(const Task& task) noexcept {
  const auto is = [&](std::string_view word) { return iequals_ascii(task.status, word); };
  JobFlags flags;
  if (is("success")) {
    flags.success = flags.started = flags.completed = true;
  } else if (is("failed")) {
    flags.success = false;
    flags.completed = true;
  } else if (is("revoked")) {
    flags.revoked = true;
  }
  if (task.finished_at && !says_end(flags)) {
    flags.completed = true;
  }
  return flags;
}

}  // namespace penstock::jobs
