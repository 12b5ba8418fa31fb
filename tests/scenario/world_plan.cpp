// What a seed decides before a run begins.
#include <algorithm>
#include <array>

#include "world.hpp"

namespace penstock::scenario {
namespace {

// Both sources' records are in one partition of the state topic.
constexpr std::string_view with_jobs = "stream", without_jobs = "sinkhole";
constexpr Duration time_to_settle{900'000};

}  // namespace

void World::plan() {
  const std::uint64_t cast = dice_.below(10);
  const bool jobs = cast < 8, plain = cast >= 6;
  const Duration span = seconds(dice_.between(5, 90));
  std::uint64_t events = 0;
  if (jobs) {
    RemoteModel::SourcePlan plan{.name = std::string(with_jobs), .span = span};
    plan.jobs = dice_.between(1, 4);
    plan.events = dice_.between(5, 50);
    plan.garbles = dice_.one_in(4);
    plan.flawed_replays = dice_.one_in(6);
    if (dice_.one_in(5)) {
      plan.listed = dice_.between(1, plan.jobs);
    }
    remote_.plan(plan);
    events += plan.events;
  }
  if (plain) {
    RemoteModel::SourcePlan plan{.name = std::string(without_jobs), .span = span};
    plan.events = dice_.between(5, 50);
    remote_.plan(plan);
    events += plan.events;
  }
  if (dice_.one_in(8)) {
    for (std::uint64_t i = dice_.between(1, 3); i > 0; --i) {
      refused_marks_.insert(dice_.between(1, events));
    }
  }
  constexpr std::array starts{jobs::FirstStart::none, jobs::FirstStart::unfinished,
                              jobs::FirstStart::listed};
  on_first_start_ = starts[dice_.below(starts.size())];
  replay_concurrency_ = dice_.between(1, 2);
  ring_size_ = Bytes{4'096 * dice_.between(2, 4)};
  held_back_ = Bytes{1'024 * dice_.between(0, 2)};
  constexpr std::array<std::uint64_t, 5> rates{0, 0, 30, 8, 3};
  weather_.set_rate(rates[dice_.below(rates.size())]);
  calm_at_ = clock_.wall() + span + seconds(40);
  over_at_ = calm_at_ + time_to_settle;
  looked_at_ = calm_at_;
  plan_troubles(span);
  starts_at_ = clock_.wall() + seconds(dice_.below(3));
}

void World::plan_troubles(Duration span) {
  using Kind = Trouble::Kind;
  constexpr std::array kinds{Kind::end,     Kind::reset,   Kind::reset,    Kind::silence,
                             Kind::refusal, Kind::outage,  Kind::outage,   Kind::crash,
                             Kind::crash,   Kind::crash,   Kind::restart,  Kind::takeover,
                             Kind::request, Kind::request, Kind::set_back, Kind::suspension};
  const bool alone = remote_.sources().size() == 1;
  for (std::uint64_t count = dice_.below(8); count > 0; --count) {
    Trouble trouble{.at = clock_.wall() + seconds(1) +
                          Duration(static_cast<std::int64_t>(
                              dice_.below(static_cast<std::uint64_t>(span.count()) + 30'000))),
                    .kind = kinds[dice_.below(kinds.size())],
                    .lasts = seconds(dice_.one_in(4) ? dice_.below(90) : dice_.below(10))};
    if (trouble.kind != Kind::takeover || alone) {
      troubles_.push_back(trouble);
    }
  }
  std::sort(troubles_.begin(), troubles_.end(),
            [](const Trouble& a, const Trouble& b) { return a.at < b.at; });
}

}  // namespace penstock::scenario
