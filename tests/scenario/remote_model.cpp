#include "remote_model.hpp"

#include <algorithm>
#include <array>

#include "event_text.hpp"

namespace penstock::scenario {
namespace {

using Kind = Emission::Kind;

Duration milliseconds(std::uint64_t count) { return Duration(static_cast<std::int64_t>(count)); }

std::string in_some_case(std::string word, Dice& dice) {
  if (dice.one_in(2)) {
    word[0] = static_cast<char>(word[0] - 'a' + 'A');
  }
  return word;
}

}  // namespace

// --- the plan

void RemoteModel::plan(const SourcePlan& plan) {
  ModelSource& source = sources_[plan.name];
  source.name = plan.name;
  source.has_jobs = plan.jobs > 0;
  source.listed = plan.listed;
  for (std::size_t i = 0; i < plan.jobs; ++i) {
    plan_job(plan, source, plan.events / plan.jobs + dice_.below(3), i + 1 == plan.jobs);
  }
  if (plan.jobs == 0) {
    for (std::size_t i = 0; i < plan.events; ++i) {
      Emission event;
      event.mark = ++marks_;
      event.at = time_of_event(clock_.wall(), static_cast<std::uint64_t>(plan.span.count()));
      event.line = live_line({event.mark, "", event.at});
      plan_emission(plan, std::move(event));
    }
  }
  std::stable_sort(planned_.begin(), planned_.end(),
                   [](const Planned& a, const Planned& b) { return a.at < b.at; });
}

void RemoteModel::plan_job(const SourcePlan& plan, ModelSource& source, std::size_t events,
                           bool last) {
  const std::size_t index = source.jobs.size();
  const auto span = static_cast<std::uint64_t>(plan.span.count());
  ModelJob job;
  job.id = "job" + std::to_string(index + 1);
  // Some are there before anybody connects; the last one lives while others are replayed.
  job.requested_at = clock_.wall() +
                     milliseconds(last ? dice_.below(span) : dice_.below(span / 2)) -
                     Duration{dice_.one_in(4) ? 15'000 : 0};
  job.ends_at = job.requested_at + milliseconds(dice_.between(3'000, span));
  constexpr std::array outcomes{"success", "success", "failed", "revoked"};
  const std::string outcome = outcomes[dice_.below(outcomes.size())];
  job.outcome = outcome;
  job.tells_creation = !dice_.one_in(6);
  job.tells_end = !dice_.one_in(4);
  job.lag = dice_.one_in(3) ? milliseconds(dice_.below(8'000)) : Duration{0};
  if (plan.flawed_replays && dice_.one_in(2)) {
    constexpr std::array flaws{ModelJob::Replay::gone, ModelJob::Replay::foreign,
                               ModelJob::Replay::lossy};
    job.replay = flaws[dice_.below(flaws.size())];
  }

  const auto tell = [&](WallTime at, const JobFlags& flags) {
    Emission status{.kind = Kind::status, .mark = ++marks_, .job = index, .at = at, .line = {}};
    status.line = status_line({status.mark, "client-" + job.id, at}, flags);
    plan_emission(plan, std::move(status));
  };
  if (job.tells_creation) {
    tell(job.requested_at, {});
  }
  if (dice_.one_in(2)) {
    tell(job.requested_at + Duration{500},
         {.success = {}, .started = true, .completed = {}, .revoked = {}});
  }
  const auto life = static_cast<std::uint64_t>(Duration(job.ends_at - job.requested_at).count());
  std::vector<std::uint64_t> marks;
  for (std::size_t i = 0; i < events; ++i) {
    Emission event{.mark = 0, .job = index, .at = {}, .line = {}};
    event.at = time_of_event(job.requested_at + Duration{1'000}, life - 1'000);
    const bool twin = !marks.empty() && dice_.one_in(6);
    event.mark = twin ? marks[dice_.below(marks.size())] : ++marks_;
    marks.push_back(event.mark);
    // The time in the line is the same for twins, so that they are identical.
    event.line = live_line({event.mark, "client-" + job.id, job.requested_at});
    if (plan.garbles && dice_.one_in(20)) {
      event.kind = Kind::garbled;
      event.line = bad_line({event.mark, "client-" + job.id, job.requested_at}, largest_event.count,
                            dice_.one_in(3));
    }
    plan_emission(plan, std::move(event));
  }
  if (job.tells_end) {
    tell(job.ends_at, {.success = outcome == "success",
                       .started = true,
                       .completed = true,
                       .revoked = outcome == "revoked"});
  }
  constexpr std::array replays{"", ", its replay is gone", ", replayed with other values",
                               ", half of it is replayed"};
  story_.say(plan.name, "plan: ", job.id, " from ", story_.at(job.requested_at), " s to ",
             story_.at(job.ends_at), " s, ", events, " events",
             replays[static_cast<std::size_t>(job.replay)]);
  source.jobs.push_back(std::move(job));
}

// Most come in bursts.
WallTime RemoteModel::time_of_event(WallTime from, std::uint64_t span) {
  if (last_event_ < from || dice_.one_in(4)) {
    last_event_ = from + milliseconds(dice_.below(span));
  }
  const WallTime end = from + milliseconds(span);
  return last_event_ = std::min(last_event_ + milliseconds(dice_.below(20)), end);
}

void RemoteModel::plan_emission(const SourcePlan& plan, Emission emission) {
  const WallTime at = std::max(emission.at, clock_.wall());  // before that, nothing is streamed
  planned_.push_back({at, plan.name, std::move(emission)});
}

// --- time

std::optional<WallTime> RemoteModel::next_at() const {
  return over() ? std::nullopt : std::optional(planned_[next_].at);
}

void RemoteModel::happen() {
  while (!over() && planned_[next_].at <= clock_.wall()) {
    Planned& planned = planned_[next_++];
    emit(sources_.at(planned.source), std::move(planned.emission));
  }
}

void RemoteModel::emit(ModelSource& source, Emission emission) {
  emission.at = clock_.wall();
  Connection* const connection = source.open != 0 ? &source.connections.at(source.open) : nullptr;
  if (connection != nullptr) {
    if (dice_.one_in(30)) {
      connection->bytes += "\n";  // a keep-alive
    }
    emission.connection = connection->id;
    connection->bytes += emission.line;
    emission.end = connection->bytes.size();
    connection->bytes += dice_.one_in(20) ? "\r\n" : "\n";
  }
  const auto what = [&] {
    switch (emission.kind) {
      case Kind::event:
        return "event ";
      case Kind::status:
        return "status ";
      case Kind::garbled:
        break;
    }
    return "garbled event ";
  };
  story_.say(source.name, "remote: ", what(), emission.mark,
             emission.job ? " of " + source.jobs[*emission.job].id : "",
             connection != nullptr ? " on connection " + std::to_string(connection->id)
                                   : ", nobody listens");
  if (emission.job && emission.kind != Kind::status) {
    source.jobs[*emission.job].events.push_back(source.emissions.size());
  }
  source.emissions.push_back(std::move(emission));
}

// --- the live stream

std::optional<Answer> RemoteModel::trouble(const std::string& source) const {
  const auto found = refusals_.find(source);
  return found == refusals_.end() || calm_ || found->second.until <= clock_.wall()
             ? std::nullopt
             : std::optional(found->second.answer);
}

Connection& RemoteModel::connect(const std::string& name, std::size_t instance) {
  ModelSource& source = sources_.at(name);
  if (source.open != 0) {
    cut(name, Connection::End::broken);
  }
  Connection& connection = source.connections[++connections_];
  connection.id = source.open = connections_;
  connection.opened_at = connection.received_at = clock_.wall();
  connection.instance = instance;
  return connection;
}

void RemoteModel::cut(const std::string& name, Connection::End end) {
  ModelSource& source = sources_.at(name);
  if (source.open == 0) {
    return;
  }
  Connection& connection = source.connections.at(source.open);
  const std::size_t on_its_way = connection.bytes.size() - connection.delivered;
  connection.bytes.resize(connection.delivered + dice_.below(on_its_way + 1));
  connection.end = end;
  connection.ended_at = clock_.wall();
  constexpr std::array words{"", "comes to its end", "breaks", "falls silent"};
  story_.say(name, "remote: connection ", connection.id, " ", words[static_cast<std::size_t>(end)],
             ", ", on_its_way - (connection.bytes.size() - connection.delivered), " bytes of ",
             on_its_way, " on their way are lost");
  source.open = 0;
}

void RemoteModel::refuse(const std::string& source, Answer answer, WallTime until) {
  refusals_[source] = {answer, until};
  story_.say(source, "remote: no sessions until ", story_.at(until), " s, status ", answer.status);
}

// --- the REST API

const ModelJob* RemoteModel::find(const std::string& source, std::string_view id) const {
  for (const ModelJob& job : sources_.at(source).jobs) {
    if (job.id == id && job.requested_at <= clock_.wall()) {
      return &job;
    }
  }
  return nullptr;
}

bool RemoteModel::knows(const std::string& source, std::string_view job) const {
  return find(source, job) != nullptr;
}

Task RemoteModel::task_of(const ModelJob& job) {
  const bool ended = job.ends_at <= clock_.wall();
  return {.job_id = job.id,
          .status = in_some_case(ended ? job.outcome : "requested", dice_),
          .requested_at = job.requested_at,
          .finished_at = ended ? std::optional(job.ends_at) : std::nullopt};
}

std::optional<std::vector<Task>> RemoteModel::tasks(const std::string& source) {
  if (slips(6)) {
    return std::nullopt;
  }
  std::vector<Task> tasks;
  for (const ModelJob& job : sources_.at(source).jobs) {
    if (job.requested_at <= clock_.wall()) {
      tasks.push_back(task_of(job));
    }
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const Task& a, const Task& b) { return a.requested_at > b.requested_at; });
  tasks.resize(std::min(tasks.size(), sources_.at(source).listed));
  return tasks;
}

std::optional<Task> RemoteModel::status(const std::string& source, std::string_view id) {
  const ModelJob* const job = find(source, id);
  return job == nullptr || slips(6) ? std::nullopt : std::optional(task_of(*job));
}

ReplayAnswer RemoteModel::replay(const std::string& name, std::string_view id) {
  using Replay = ModelJob::Replay;
  const ModelJob* const job = find(name, id);
  if (job == nullptr || job->replay == Replay::gone) {
    return {{Answer::Kind::status, 404}};
  }
  if (slips(8)) {
    return dice_.one_in(2) ? ReplayAnswer{{Answer::Kind::status, 429, Duration{3'000}}}
                           : ReplayAnswer{{Answer::Kind::unreachable, 0}};
  }
  ReplayAnswer answer;
  const ModelSource& source = sources_.at(name);
  const auto style = static_cast<unsigned>(dice_.below(8));
  for (const std::size_t index : job->events) {
    const Emission& event = source.emissions[index];
    const bool kept = job->replay != Replay::lossy || event.mark % 2 == 0;
    if (event.at + job->lag > clock_.wall() || !kept) {
      continue;
    }
    const Content content{event.mark, "client-" + job->id, job->requested_at};
    answer.body +=
        job->replay == Replay::foreign ? foreign_line(content) : replay_line(content, style);
    answer.body += "\n";
  }
  if (slips(5)) {
    answer.whole = false;
    answer.body.resize(dice_.below(answer.body.size() + 1));
  } else if (dice_.one_in(8) && !answer.body.empty()) {
    answer.body.pop_back();  // the last line end
  }
  return answer;
}

}  // namespace penstock::scenario
