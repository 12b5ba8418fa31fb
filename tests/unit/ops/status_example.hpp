// A daemon with something of everything; what comes from outside has markup in it.
#pragma once

#include "penstock/ops/status_document.hpp"

namespace penstock::ops {

inline StatusSnapshot example_status() {
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  const WallTime start = *parse_rfc3339("2026-11-23T20:00:00.000Z");
  SourceStatus stream;
  stream.name = stream.health.source = "stream";
  stream.health.connected = true;
  stream.connected_since = start + minutes{15};
  stream.last_event_at = start + hours{1} - seconds{1};
  stream.sessions = 3;
  stream.received_bytes = 4'000;
  stream.received_events = 17;
  stream.recovered_events = 2;
  stream.published_events = 15;
  stream.duplicate_events = 1;
  stream.filtered_events = 1;
  stream.dead_letters[0] = 1;
  stream.journal_events = 1;
  stream.journal_bytes = 4'096;
  stream.journal_capacity_bytes = 8'192;
  stream.gaps[1] = 1;
  stream.jobs[1] = 1;
  stream.replays[0] = 1;
  const MonotonicTime begun{seconds{1'000}};
  stream.history.sample(begun, 0, 0);
  stream.history.sample(begun + seconds{5}, 100, 0.5);
  stream.history.sample(begun + seconds{10}, 100, 0.5);
  stream.history.sample(begun + seconds{15}, 250, 1.5);
  stream.latest.jobs = {{.job_id = "a<b>",
                         .status = "started",
                         .flags = {.success = {}, .started = true, .completed = {}, .revoked = {}},
                         .requested_at = start + minutes{10},
                         .events = 17,
                         .replays = 1,
                         .updated_at = start + minutes{59}}};
  stream.latest.gaps = {{.gap_id = "1-p-1",
                         .source = "stream",
                         .started_at = start + minutes{14},
                         .ended_at = start + minutes{15},
                         .cause = DisconnectCause::aborted,
                         .truncated_bytes = 9,
                         .estimated_events = 40,
                         .state = "recovering",
                         .jobs = {"a<b>"},
                         .recovered_events = 2}};
  stream.latest.replays = {{.job_id = "a<b>",
                            .started_at = start + minutes{58},
                            .delivered_events = 5,
                            .published_events = 2}};
  SourceStatus torrent;
  torrent.name = torrent.health.source = "torrent";
  torrent.health.kafka_away = seconds{90};
  StatusSnapshot snapshot{.version = "0.1.0",
                          .host = "here",
                          .instance = "0123456789abcdef",
                          .started_at = start,
                          .now = start + hours{1},
                          .health = {.reload_rejected = {},
                                     .restart_needed = {},
                                     .sources = {stream.health, torrent.health}},
                          .sources = {stream, torrent},
                          .events = {{.at = start + minutes{14},
                                      .source = "stream",
                                      .event = "disconnected",
                                      .detail = "aborted <i>"}}};
  return snapshot;
}

}  // namespace penstock::ops
