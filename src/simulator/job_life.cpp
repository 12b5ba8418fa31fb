#include "simulator/job_life.hpp"

#include <algorithm>

#include "simulator/random.hpp"

namespace penstock::simulator {
namespace {

// Apart from the sources' random numbers.
constexpr std::uint64_t plan_stream = 0x61;
constexpr std::uint64_t spread_stream = 0x62;
constexpr std::uint64_t twin_stream = 0x63;

// Moments before the first result.
constexpr std::uint32_t before_results = 2;
// How far back the event is that a twin copies.
constexpr std::uint32_t twin_distance = 20;

SplitMix64 of_result(std::uint64_t seed, std::uint64_t stream, std::uint32_t job,
                     std::uint32_t result) {
  return SplitMix64(seed, stream, std::uint64_t{job} << 32 | result);
}

}  // namespace

std::string_view to_string(JobStatus status) noexcept {
  constexpr std::string_view names[] = {"requested", "started", "success", "failed", "revoked"};
  return names[static_cast<std::size_t>(status)];
}

JobPlan draw_plan(const JobOptions& options, std::uint64_t seed, std::uint32_t number) {
  SplitMix64 random(seed, plan_stream, number);
  const auto varied = [&](auto average) {
    return static_cast<decltype(average)>(static_cast<double>(average) * (0.5 + random.uniform()));
  };
  JobPlan plan;
  plan.events = varied(options.events);
  plan.lasts = Duration(varied(options.lasts.count()));
  plan.queued = plan.lasts / 10;
  plan.twins = options.twins;
  const double draw = random.uniform();
  plan.outcome = draw < options.failed                     ? JobStatus::failed
                 : draw < options.failed + options.revoked ? JobStatus::revoked
                                                           : JobStatus::success;
  return plan;
}

JobLife::JobLife(const JobPlan& plan, std::uint64_t seed, std::uint32_t number, JobTime created)
    : plan_(plan), seed_(seed), number_(number), created_(created) {}

std::optional<JobTime> JobLife::due() const {
  if (over_) {
    return std::nullopt;
  }
  if (moments_ == 0) {
    return created_;
  }
  if (revoked_) {
    return *revoked_;
  }
  const JobTime start = created_ + plan_.queued;
  if (!started_) {
    return start;
  }
  return next_is_end() ? start + plan_.lasts : time_of_result(moments_ - before_results);
}

void JobLife::happen() {
  if (moments_ > 0) {
    over_ = next_is_end();
    started_ |= !over_;
  }
  ++moments_;
}

bool JobLife::next_is_end() const {
  return moments_ > 0 && (revoked_ || (started_ && moments_ - before_results == plan_.events));
}

bool JobLife::revoke(JobTime now) {
  if (over_ || revoked_) {
    return false;
  }
  revoked_ = std::max(now, created_);
  return true;
}

JobLife::Moment JobLife::moment(std::uint32_t index) const {
  if (index == 0) {
    return {What::created, created_, 0, {}};
  }
  if (over_ && index + 1 == moments_) {
    const JobStatus how = status();
    return {What::ended,
            *ended(),
            0,
            {how == JobStatus::success, started_, true, how == JobStatus::revoked}};
  }
  if (index == 1) {
    return {What::started, *started(), 0, {{}, true, {}, {}}};
  }
  const std::uint32_t result = index - before_results;
  const std::uint32_t content = content_of(result);
  return {What::result, time_of_result(content), content, {}};
}

JobStatus JobLife::status() const {
  if (over_) {
    return revoked_ ? JobStatus::revoked : plan_.outcome;
  }
  return started_ ? JobStatus::started : JobStatus::requested;
}

std::uint32_t JobLife::results() const {
  return started_ ? moments_ - before_results - (over_ ? 1 : 0) : 0;
}

std::optional<JobTime> JobLife::started() const {
  return started_ ? std::optional(created_ + plan_.queued) : std::nullopt;
}

std::optional<JobTime> JobLife::ended() const {
  if (!over_) {
    return std::nullopt;
  }
  return revoked_.value_or(created_ + plan_.queued + plan_.lasts);
}

// Each has an equal share of the job's time, and comes somewhere within it.
JobTime JobLife::time_of_result(std::uint32_t result) const {
  const double within = of_result(seed_, spread_stream, number_, result).uniform();
  const double share = (static_cast<double>(result) + within) / static_cast<double>(plan_.events);
  return created_ + plan_.queued +
         JobTime(static_cast<JobTime::rep>(share * static_cast<double>(plan_.lasts.count())));
}

std::uint32_t JobLife::content_of(std::uint32_t result) const {
  while (result > 0) {
    SplitMix64 random = of_result(seed_, twin_stream, number_, result);
    if (random.uniform() >= plan_.twins) {
      break;
    }
    result -= 1 + static_cast<std::uint32_t>(random.below(std::min(result, twin_distance)));
  }
  return result;
}

}  // namespace penstock::simulator
