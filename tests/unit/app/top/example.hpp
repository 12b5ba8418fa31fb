// What a daemon with something of everything says of itself.
#pragma once

#include <string>
#include <string_view>

#include "app/top/status_model.hpp"

namespace penstock::app::top {

inline constexpr std::string_view example_json = R"({
"version":"0.1.0","host":"here","instance":"0123456789abcdef",
"started_at":"2026-11-23T20:00:00.000Z","at":"2026-11-23T21:00:00.000Z","ready":false,
"reasons":[{"reason":"kafka_away","source":"torrent"}],
"degraded":[{"reason":"disconnected","source":"torrent"},
            {"reason":"reload_rejected","detail":"line 3"}],
"sources":[
{"name":"stream","connected":true,"connected_since":"2026-11-23T20:15:00.000Z",
"last_event_at":"2026-11-23T20:59:59.000Z","events_per_second":30,"sessions":3,
"received_bytes":4000,"received_events":17,"recovered_events":2,"published_events":14,
"duplicate_events":1,"filtered_events":1,
"dead_letters":{"invalid_json":1,"not_an_object":0,"too_large":1},
"journal_events":1,"journal_bytes":4096,"journal_capacity_bytes":8192,
"gaps":{"open":0,"recovering":1,"recovered":0,"unrecoverable":0},
"jobs":{"requested":0,"started":1,"success":0,"failed":0,"revoked":0},
"replays":{"clean":1,"broken":0,"gone":0,"held":0},
"running_replays":[{"job_id":"a-1","started_at":"2026-11-23T20:58:00.000Z",
"delivered_events":5,"published_events":2}],
"latest_gaps":[{"gap_id":"1-p-1","source":"stream","started_at":"2026-11-23T20:14:00.000Z",
"ended_at":"2026-11-23T20:15:00.000Z","cause":"server_error","truncated_bytes":9,
"estimated_events":40,"state":"recovering","jobs":["a-1"],"recovered_events":2,"note":""}],
"latest_jobs":[{"job_id":"a-1","status":"started","success":null,"started":true,
"completed":null,"revoked":null,"settled":false,"requested_at":"2026-11-23T20:10:00.000Z",
"finished_at":null,"events":17,"replays":1,"updated_at":"2026-11-23T20:59:00.000Z"}],
"history":{"interval_seconds":5,"events_per_second":[20,0,30],"lag_seconds":[0.5,1.5,null]}},
{"name":"torrent","connected":false,"connected_since":null,"last_event_at":null,
"events_per_second":null,"sessions":0,"received_bytes":0,"received_events":0,
"journal_bytes":0,"journal_capacity_bytes":8192,
"history":{"interval_seconds":5,"events_per_second":[],"lag_seconds":[]}}],
"latest_events":[
{"at":"2026-11-22T20:14:00.000Z","source":"stream","event":"connected","detail":""},
{"at":"2026-11-23T20:14:00.000Z","source":"stream","event":"disconnected","detail":"aborted"}]})";

inline Status example_status() { return *parse_status(example_json); }

}  // namespace penstock::app::top
