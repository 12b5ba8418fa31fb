// Jobs with a source, a clock and a Kafka that commits at once, for tests of single rules.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "penstock/jobs/jobs.hpp"
#include "unit/jobs/batches.hpp"

namespace penstock::jobs {

class JobsFixture : public testing::Test {
 protected:
  using Lines = std::vector<Line>;
  using Numbers = std::vector<std::uint64_t>;

  static JobsOptions options() {
    return {
        .source = SourceName("stream"), .has_jobs = true, .ledger_memory = 10_MiB, .id_seed = {}};
  }

  static JobsOptions of_journal(const std::string& journal) {
    JobsOptions all = options();
    all.journal = journal;
    all.host = "here";
    return all;
  }

  static Task task(std::string id, std::string status,
                   std::optional<std::int64_t> requested = std::nullopt,
                   std::optional<std::int64_t> finished = std::nullopt) {
    const auto time = [](std::optional<std::int64_t> s) {
      return s ? std::optional(at_s(*s)) : std::nullopt;
    };
    return {.job_id = std::move(id),
            .status = std::move(status),
            .requested_at = time(requested),
            .finished_at = time(finished)};
  }

  // There were sessions before, long ago, without a gap since.
  static std::map<std::string, std::string> known_source() {
    return {
        {"session",
         "v=1\nreceived_at=2023-10-01T00:00:00.000Z\nfirst_session=2023-10-01T00:00:00.000Z\n"}};
  }
  void first_start(JobsOptions with = options()) {
    state.clear();
    start(std::move(with));
  }
  void start(JobsOptions with = options()) {
    with.id_seed = "p" + std::to_string(++processes);
    jobs = std::make_unique<Jobs>(std::move(with));
    for (const auto& [key, value] : state) {
      ASSERT_TRUE(jobs->restore(key, value)) << key;
    }
    jobs->restored(now);
    take_orders();
  }
  // Dies and comes back with what was committed.
  void restart(JobsOptions with = options()) {
    orders.clear();
    start(std::move(with));
  }

  void pass(std::int64_t seconds) { now += std::chrono::seconds(seconds); }
  void tick() { commit(jobs->tick(now)); }

  void open() { mark(BlockKind::session_opened); }
  void close(DisconnectCause cause = DisconnectCause::aborted) {
    mark(BlockKind::session_closed, cause);
  }
  // A session that waited from then on, while another process had the source.
  void open_waiting(WallTime opened) {
    session = session.next();
    Batch batch = live_mark(session, BlockKind::session_opened, opened);
    commit(jobs->decide(batch, now));
  }
  void mark(BlockKind kind, DisconnectCause cause = DisconnectCause::ended) {
    if (kind == BlockKind::session_opened) {
      session = session.next();
    }
    Batch batch = live_mark(session, kind, now, cause);
    commit(jobs->decide(batch, now));
  }
  // The numbers of the events that are published.
  Numbers live(const Lines& lines, std::uint64_t truncated_bytes = 0) {
    Batch batch = live_lines(session, now, lines);
    batch.truncated_bytes = truncated_bytes;
    return decide(batch);
  }

  // An event of a that a process before received.
  Verdict recovered(WallTime at, bool after_loss = false) {
    Batch batch = live_lines(session, at, Lines{event_line("a", 3)});
    batch.block.recovered = true;
    batch.after_loss = after_loss;
    decide(batch);
    return batch.verdicts.at(0);
  }

  // The blocks before this one can't be read.
  Numbers live_after_loss(const Lines& lines) {
    Batch batch = live_lines(session, now, lines);
    batch.after_loss = true;
    return decide(batch);
  }

  // The first StartReplay that was ordered and not answered.
  std::optional<order::StartReplay> ordered_replay() {
    for (auto order = orders.begin(); order != orders.end(); ++order) {
      if (const auto* const start = std::get_if<order::StartReplay>(&*order)) {
        const order::StartReplay found = *start;
        orders.erase(order);
        return found;
      }
    }
    return std::nullopt;
  }
  // A run from its opening to its end.
  Numbers replay(ChannelId run, const Lines& lines, DisconnectCause end = DisconnectCause::ended) {
    begin_replay(run);
    Numbers published = bring(run, lines);
    end_replay(run, end);
    return published;
  }
  void begin_replay(ChannelId run) { replay_mark(run, BlockKind::session_opened); }
  void end_replay(ChannelId run, DisconnectCause end = DisconnectCause::ended) {
    replay_mark(run, BlockKind::session_closed, end);
  }
  Numbers bring(ChannelId run, const Lines& lines, std::uint64_t truncated_bytes = 0) {
    Batch batch = of_replay(live_lines({}, now, lines), run);
    batch.truncated_bytes = truncated_bytes;
    return decide(batch);
  }
  // The next replay that is ordered is of this job, and brings these.
  Numbers replay_next(const std::string& job, const Lines& lines,
                      DisconnectCause end = DisconnectCause::ended) {
    const auto start = ordered_replay();
    EXPECT_TRUE(start) << "no replay was ordered";
    EXPECT_EQ(start.value_or(order::StartReplay{}).job, job);
    return start ? replay(start->run, lines, end) : Numbers{};
  }

  // Of the job whose turn it is next: not a second earlier.
  void expect_replay_in(std::int64_t seconds) {
    pass(seconds - 1);
    tick();
    EXPECT_FALSE(ordered_replay()) << "it would come too early";
    pass(1);
    tick();
    EXPECT_TRUE(ordered_replay()) << "it has not come";
  }

  bool list_ordered() { return take<order::ListTasks>().has_value(); }
  std::optional<std::string> status_ordered() {
    const auto order = take<order::AskStatus>();
    return order ? std::optional(order->job) : std::nullopt;
  }
  // The answer to an order that there has to be.
  void list(const std::vector<Task>& tasks) {
    EXPECT_TRUE(list_ordered()) << "nobody asked for the list";
    commit(jobs->tasks_listed(tasks, now));
  }
  std::vector<std::string> told(SourceEvent event) const {
    std::vector<std::string> details;
    for (const Order& order : orders) {
      const auto* const tell = std::get_if<order::Tell>(&order);
      if (tell != nullptr && tell->event == event) {
        details.push_back(tell->detail);
      }
    }
    return details;
  }

  // What the log was told of gaps: states, and how long those that ended lasted.
  std::vector<std::string> gap_news() const {
    std::vector<std::string> states;
    for (const Order& order : orders) {
      if (const auto* const news = std::get_if<order::GapNews>(&order)) {
        states.push_back(std::string(news->state) +
                         (news->lasted ? ", " + to_string(*news->lasted) : ""));
      }
    }
    return states;
  }

  bool settled(const std::string& job) { return shows(job, "\"settled\":true"); }
  bool shows(const std::string& job, const std::string& text) {
    return jobs_topic[job].find(text) != std::string::npos;
  }
  // The only gap that there is in the topic, or the latest.
  std::string gap() const { return gaps_topic.empty() ? "" : gaps_topic.rbegin()->second; }
  bool gap_shows(const std::string& text) const { return gap().find(text) != std::string::npos; }
  std::size_t stored(const std::string& part) const {
    std::size_t count = 0;
    for (const auto& [key, value] : state) {
      count += key.starts_with(part) ? 1U : 0U;
    }
    return count;
  }

  void commit(const Changes& changes) {
    take_orders();
    const Changes* const all[] = {&changes};
    for (const SideRecord& record : jobs->records(all)) {
      auto& topic = record.topic == RecordTopic::state  ? state
                    : record.topic == RecordTopic::jobs ? jobs_topic
                                                        : gaps_topic;
      if (record.value) {
        topic[record.key] = *record.value;
      } else {
        topic.erase(record.key);
      }
    }
    jobs->committed(all);
  }

  WallTime now = at_s(0);
  SessionId session;
  std::unique_ptr<Jobs> jobs;
  std::vector<Order> orders;
  std::map<std::string, std::string> state = known_source(), jobs_topic, gaps_topic;
  std::size_t published_statuses = 0;
  int processes = 0;

  Numbers decide(Batch& batch) {
    commit(jobs->decide(batch, now));
    batch.verdicts.resize(batch.events.size(), Verdict::publish);
    Numbers published;
    for (std::size_t i = 0; i < batch.events.size(); ++i) {
      if (batch.verdicts[i] != Verdict::publish) {
        continue;
      }
      if (batch.events[i].is_job_status()) {
        ++published_statuses;
      } else {
        published.push_back(batch.fingerprints[i].low);
      }
    }
    return published;
  }

 private:
  void replay_mark(ChannelId run, BlockKind kind, DisconnectCause cause = DisconnectCause::ended) {
    Batch batch = of_replay(live_mark({}, kind, now, cause), run);
    commit(jobs->decide(batch, now));
  }
  void take_orders() {
    for (Order& order : jobs->take_orders()) {
      orders.push_back(std::move(order));
    }
  }
  template <class What>
  std::optional<What> take() {
    for (auto order = orders.begin(); order != orders.end(); ++order) {
      if (auto* const found = std::get_if<What>(&*order)) {
        What what = std::move(*found);
        orders.erase(order);
        return what;
      }
    }
    return std::nullopt;
  }
};

}  // namespace penstock::jobs
