// How large the state topic is after a simulated week of `/stream`: what a start has to read.
//
// A commit every 250 ms while there are events. 60 jobs a day, 3,000 results each within an hour, 5
// % of them missed; a disconnect every half hour, a new process every day. Replays bring all. The
// broker is modelled as the topic is configured: segments of 16 MiB or an hour, compacted when
// closed, tombstones kept for a day. Bytes are of keys and values, uncompressed, with Kafka's own
// of a record and a transaction.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "penstock/jobs/jobs.hpp"
#include "penstock/publish/state_records.hpp"
#include "unit/jobs/batches.hpp"

namespace penstock::jobs {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::uint64_t per_record = 10, per_transaction = 61 + 78;  // batch header, end marker
constexpr Duration commit_interval{250};
constexpr hours week{7 * 24};
constexpr minutes job_interval{24}, job_time{60}, between_disconnects{30};
constexpr std::uint64_t results = 3'000;

class StateTopic {
 public:
  void add(const std::string& key, const std::optional<std::string>& value, WallTime now) {
    const std::uint64_t size = key.size() + value.value_or("").size() + per_record;
    written_ += size;
    active_ += size;
    ++records_;
    changed_[key] = {size, value ? std::nullopt : std::optional(now)};
  }
  void end_transaction(WallTime now) {
    written_ += per_transaction;
    active_ += per_transaction;
    largest_ = std::max(largest_, compacted_ + active_);
    if (active_ >= (16U << 20) || now >= rolled_ + hours(1)) {
      roll(now);
    }
  }
  void print() const {
    std::uint64_t live = 0, keys = 0;
    for (const auto& [key, entry] : kept_) {
      keys += entry.dead_since ? 0U : 1U;
      live += entry.dead_since ? 0 : entry.size;
    }
    const auto mb = [](std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; };
    std::printf("written      %10.1f MB, %llu records\n", mb(written_),
                static_cast<unsigned long long>(records_));
    std::printf("at most      %10.1f MB to be read at a start\n", mb(largest_));
    std::printf("at the end   %10.1f MB, of it %.1f MB in %llu keys that say something\n",
                mb(compacted_ + active_), mb(live), static_cast<unsigned long long>(keys));
  }

 private:
  struct Entry {
    std::uint64_t size = 0;
    std::optional<WallTime> dead_since;  // a tombstone
  };
  void roll(WallTime now) {
    for (const auto& [key, entry] : changed_) {
      kept_[key] = entry;
    }
    changed_.clear();
    active_ = compacted_ = 0;
    std::erase_if(kept_, [&](const auto& item) {
      return item.second.dead_since && now > *item.second.dead_since + hours(24);
    });
    for (const auto& [key, entry] : kept_) {
      compacted_ += entry.size;
    }
    rolled_ = now;
  }

  std::map<std::string, Entry> kept_, changed_;
  std::uint64_t written_ = 0, records_ = 0, active_ = 0, compacted_ = 0, largest_ = 0;
  WallTime rolled_ = at_s(0);
};

class Week {
 public:
  void run() {
    start();
    session_mark(BlockKind::session_opened);
    for (; now_ < at_s(0) + week; now_ += commit_interval) {
      happen();
      commit();
    }
    topic_.print();
    std::printf("published    %10llu events; %zu jobs settled\n",
                static_cast<unsigned long long>(published_), settled_);
  }

 private:
  struct Running {
    std::string id;
    WallTime from;
    std::uint64_t brought = 0;
  };

  void start() {
    JobsOptions options{.source = SourceName("stream"),
                        .has_jobs = true,
                        .ledger_memory = Bytes{400'000'000},
                        .id_seed = std::to_string(++processes_)};
    jobs_ = std::make_unique<Jobs>(options);
    for (const auto& [key, value] : state_) {
      if (const auto restored = jobs_->restore(key, value); !restored) {
        std::fprintf(stderr, "%s\n", restored.error().what.c_str());
        std::abort();
      }
    }
    jobs_->restored(now_);
  }

  void happen() {
    if (now_ >= next_process_) {
      next_process_ += hours(24);
      start();  // its predecessor died
      session_mark(BlockKind::session_opened);
    } else if (now_ >= next_disconnect_) {
      next_disconnect_ += between_disconnects;
      session_mark(BlockKind::session_closed);
      session_mark(BlockKind::session_opened);
    }
    std::vector<Line> lines;
    if (now_ >= next_job_) {
      next_job_ += job_interval;
      running_.push_back(
          {"0b8f31c2-9d4e-4a57-8c06-" + std::to_string(100'000'000'000 + ++jobs_made_), now_});
      lines.push_back(status_line(running_.back().id, created_flags));
    }
    for (Running& job : running_) {
      const auto due = static_cast<std::uint64_t>((now_ - job.from) * results / job_time);
      for (; job.brought < std::min(due, results); ++job.brought) {
        if (job.brought % 20 != 0) {
          lines.push_back(event_line(job.id, event_of(job.id, job.brought)));
        }
      }
    }
    while (!running_.empty() && running_.front().brought == results) {
      lines.push_back(status_line(running_.front().id, success_flags));
      running_.pop_front();
    }
    if (!lines.empty()) {
      Batch batch = live_lines(session_, now_, lines);
      batch.block.sequence = sequence_ = sequence_.next();
      decide(batch);
    }
    if (now_ >= next_tick_) {
      next_tick_ += std::chrono::seconds(1);
      changes_.push_back(jobs_->tick(now_));
    }
    take_orders();
  }

  static std::uint64_t event_of(const std::string& job, std::uint64_t number) {
    return std::stoull(job.substr(job.size() - 12)) * 1'000'000 + number;
  }

  void session_mark(BlockKind kind) {
    session_ = kind == BlockKind::session_opened ? session_.next() : session_;
    Batch batch = live_mark(session_, kind, now_, DisconnectCause::aborted);
    decide(batch);
  }

  void decide(Batch& batch) {
    changes_.push_back(jobs_->decide(batch, now_));
    for (std::size_t i = 0; i < batch.events.size(); ++i) {
      const bool wanted = batch.verdicts.empty() || batch.verdicts[i] == Verdict::publish;
      published_ += wanted && !batch.events[i].is_job_status() ? 1U : 0U;
    }
  }

  void take_orders() {
    for (const Order& order : jobs_->take_orders()) {
      if (std::holds_alternative<order::ListTasks>(order)) {
        std::vector<Task> tasks;
        for (const Running& job : running_) {
          tasks.push_back({.job_id = job.id, .status = "requested", .requested_at = job.from});
        }
        changes_.push_back(jobs_->tasks_listed(tasks, now_));
      } else if (const auto* const ask = std::get_if<order::AskStatus>(&order)) {
        changes_.push_back(
            jobs_->status_told(ask->job, Task{.job_id = ask->job, .status = "success"}, now_));
      } else if (const auto* const start = std::get_if<order::StartReplay>(&order)) {
        replay(*start);
      }
    }
  }

  void replay(const order::StartReplay& order) {
    std::uint64_t count = results;
    for (const Running& job : running_) {
      count = job.id == order.job ? job.brought : count;
    }
    const auto bring = [&](Batch batch) {
      batch = of_replay(std::move(batch), order.run);
      decide(batch);
    };
    bring(live_mark({}, BlockKind::session_opened, now_));
    std::vector<Line> lines;
    for (std::uint64_t i = 0; i < count; ++i) {
      lines.push_back(event_line(order.job, event_of(order.job, i)));
    }
    bring(live_lines({}, now_, lines));
    bring(live_mark({}, BlockKind::session_closed, now_));
  }

  void commit() {
    std::vector<const Changes*> all;
    for (const Changes& changes : changes_) {
      all.push_back(&changes);
    }
    bool any = false;
    for (const SideRecord& record : jobs_->records(all)) {
      if (record.topic != RecordTopic::state) {
        const bool settles = record.topic == RecordTopic::jobs && record.value &&
                             record.value->find("\"settled\":true") != std::string::npos;
        settled_ += settles ? 1U : 0U;
        continue;
      }
      any = true;
      topic_.add("stream/" + record.key, record.value, now_);
      if (record.value) {
        state_[record.key] = *record.value;
      } else {
        state_.erase(record.key);
      }
    }
    if (any) {
      const Position position{.journal = "0123456789abcdef",
                              .sequence = sequence_,
                              .offset = 0,
                              .item = ItemSequence{sequence_.value}};
      const SideRecord record = publish::position_record(SourceName("stream"), position);
      topic_.add(record.key, record.value, now_);
      topic_.end_transaction(now_);
    }
    jobs_->committed(all);
    changes_.clear();
  }

  StateTopic topic_;
  std::map<std::string, std::string> state_;
  std::unique_ptr<Jobs> jobs_;
  std::deque<Running> running_;
  std::vector<Changes> changes_;  // of the transaction
  WallTime now_ = at_s(0);
  WallTime next_job_ = now_ + minutes(1), next_disconnect_ = now_ + between_disconnects,
           next_process_ = now_ + hours(24), next_tick_ = now_;
  SessionId session_;
  BlockSequence sequence_;
  int processes_ = 0;
  std::uint64_t jobs_made_ = 0, published_ = 0;
  std::size_t settled_ = 0;
};

}  // namespace
}  // namespace penstock::jobs

int main() { penstock::jobs::Week().run(); }
