// Batches as extraction makes them, and what comes out of Jobs, for the tests of the jobs room.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "penstock/core/event.hpp"
#include "penstock/core/time.hpp"

namespace penstock::jobs {

inline WallTime at_ms(std::int64_t ms) {
  return WallTime(std::chrono::milliseconds(1'700'000'000'000 + ms));
}
inline WallTime at_s(std::int64_t seconds) { return at_ms(seconds * 1000); }

inline constexpr JobFlags created_flags{};
inline constexpr JobFlags started_flags{
    .success = {}, .started = true, .completed = {}, .revoked = {}};
inline constexpr JobFlags success_flags{
    .success = true, .started = true, .completed = true, .revoked = false};
inline constexpr JobFlags revoked_flags{
    .success = false, .started = true, .completed = {}, .revoked = true};

// One line of a body.
struct Line {
  std::optional<std::string> job{};  // as written
  std::uint64_t event = 0;           // what it says; equal numbers are twins
  std::optional<JobFlags> status{};  // it is a job_status
  bool bad = false;                  // a dead letter
};

inline Line event_line(std::string job, std::uint64_t event) {
  return {.job = std::move(job), .event = event};
}
inline Line status_line(std::string job, const JobFlags& flags) {
  return {.job = std::move(job), .status = flags};
}
inline Line bad_line() { return {.bad = true}; }

inline Fingerprint fingerprint(std::uint64_t event) {
  return {.high = event * 0x9e3779b97f4a7c15, .low = event};
}

inline void add_lines(Batch& batch, std::span<const Line> lines) {
  for (const Line& line : lines) {
    if (line.bad) {
      batch.dead_letters.push_back({.reason = DeadLetterReason::invalid_json, .bytes = "{"});
      continue;
    }
    Event event;
    event.type = line.status ? "job_status" : "port";
    if (line.job) {
      event.job_id = batch.decoded.emplace_back(*line.job);
      event.has_job_id = true;
    }
    if (line.status) {
      batch.job_statuses.push_back(
          {.event = static_cast<std::uint32_t>(batch.events.size()), .flags = *line.status});
    }
    const bool in_ledger = line.job && !line.status;
    batch.fingerprints.push_back(in_ledger ? fingerprint(line.event) : Fingerprint{});
    batch.events.push_back(event);
  }
}

inline Batch live_lines(SessionId session, WallTime at, std::span<const Line> lines) {
  Batch batch;
  batch.block.session = session;
  batch.block.received_at = at;
  add_lines(batch, lines);
  return batch;
}

inline Batch live_mark(SessionId session, BlockKind kind, WallTime at,
                       DisconnectCause cause = DisconnectCause::ended) {
  Batch batch;
  batch.block.kind = kind;
  batch.block.session = session;
  batch.block.received_at = at;
  batch.block.cause = cause;
  return batch;
}

inline Batch of_replay(Batch batch, ChannelId run) {
  batch.channel_kind = ChannelKind::replay;
  batch.block.channel = run;
  return batch;
}

}  // namespace penstock::jobs
