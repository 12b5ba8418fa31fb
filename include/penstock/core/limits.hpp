// Every bound of the program that isn't configuration, with its reason.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "penstock/core/units.hpp"

namespace penstock::limits {

// settings
inline constexpr std::size_t max_sources = 100;  // a process: each has a journal and five threads

// journal
// Large enough that switching is rare; each page that is new to a ring costs a fault.
inline constexpr Bytes segment_size = 16_MiB;
inline constexpr Bytes segment_slack = 1_MiB;  // a segment holds one events.max_size and this
inline constexpr Bytes block_size = 256_KiB;   // fits a core's L2 cache while it is parsed
// Before the tick at which its events are committed, a block is sealed. With 2 ms, on a machine
// that is busy, many came too late for the tick.
inline constexpr std::chrono::milliseconds seal_ahead{6};
inline constexpr std::chrono::milliseconds block_max_age{250};  // where ticks are further apart
inline constexpr Bytes oversized_kept = 64_KiB;  // of a line above events.max_size, for its reader
// What is read ahead of Kafka's commits while it keeps up: a transaction in flight and half of the
// next. More only takes pages that are cold.
inline constexpr Bytes read_ahead = 48_MiB;
// Without a commit for so long Kafka doesn't keep up. A commit takes some 10 ms, the first of a
// process a second.
inline constexpr std::chrono::seconds read_ahead_answer{2};
inline constexpr std::chrono::seconds read_ahead_time{30};      // bursts are shorter
inline constexpr std::chrono::milliseconds read_ahead_step{5};  // then it is looked at again

// extract
inline constexpr std::size_t max_depth = 64;  // real events nest at most 12 deep
inline constexpr std::int64_t max_time_ms =
    253'402'300'799'999;                        // the end of year 9999, RFC 3339's
inline constexpr std::size_t max_workers = 64;  // more never helped; a typo must not fork-bomb
// Blocks given to the pool and not yet extracted, a worker and a source: one in work, one waiting.
inline constexpr std::size_t blocks_per_worker = 2;
// Extracted and not yet committed, a source. One transaction in flight and one being filled.
inline constexpr std::size_t max_extracted_events = 500'000;
inline constexpr Bytes max_extracted_bytes = 64_MiB;
// What a worker keeps for the next fingerprint. Events of 100 kB fit; what larger ones need is
// given back, so that a few of them don't hold memory for ever.
inline constexpr Bytes fingerprint_buffers = 512_KiB;
// The same of one replay: little, so that live events never wait long for its part of a commit.
inline constexpr std::size_t max_replayed_lines = 20'000;
inline constexpr Bytes max_replayed_bytes = 4_MiB;

// jobs
inline constexpr Bytes smallest_ledger = 1_MiB;  // of replay.ledger_size: some ten thousand events
// Entries of one ledger record: with 21 bytes at most each, half of a broker's default
// max.message.bytes.
inline constexpr std::size_t ledger_record_entries = 24'000;
inline constexpr std::size_t ledger_tombstones = 1'000;  // a tick: 50 kB of keys in a transaction
inline constexpr std::size_t job_id = 200;  // characters; a UUID with its prefix has 43
inline constexpr std::size_t remembered_jobs = 100'000;  // a source: 40 MB; one every 80 s, 90 days
inline constexpr std::chrono::hours job_memory{90 * 24};  // after a job's end; of the design
// Task lists in a row that failed, before one that was read counts no more: half an hour at least,
// whatever the clock says.
inline constexpr std::uint32_t lists_failed = 30;
// Clocks differ by less: a gap is widened by it on both sides when it is compared with times of the
// remote's, and what a journal has is compared with times of another machine's.
inline constexpr std::chrono::minutes gap_margin{10};
inline constexpr std::size_t gaps_kept = 1'000;     // not over: a job that runs through a bad day
inline constexpr std::size_t gaps_recovered = 100;  // of late, which a job may yet turn up of
inline constexpr std::size_t gap_jobs = 1'000;      // ids in a gap's record: 200 kB
// Of those ids in all gaps, 58,000 of 36 characters: what touches all gaps writes them all, on two
// topics, in one transaction.
inline constexpr Bytes gaps_jobs = 2_MiB;
// Of gaps of which only numbers and notes changed, records are written in a tick; the rest later.
inline constexpr Bytes gaps_counted = 128_KiB;
inline constexpr std::size_t gap_note = 1'000;  // characters
inline constexpr std::uint32_t final_runs = 8;  // that came to their end and didn't settle the job
inline constexpr std::uint32_t broken_runs = 100;  // in a row without a new event: over 8 h
// After the journal was full, or nothing ran, before a replay begins: as long again, as what the
// remote held back comes first, within these bounds. It comes as fast as it can, at some 100 MB/s:
// 1 GB at least, and 60 GB at most, more than a remote keeps for one client.
inline constexpr std::chrono::seconds after_full{10};
inline constexpr std::chrono::minutes after_full_most{10};
// Nobody looked for longer, though it is done every second: the process or the machine stood still.
inline constexpr std::chrono::seconds stood_still{5};
// A clock that falls behind the monotonic one by more, from one look to the next, was set back.
// What keeps it right slowly takes less, and each look rounds by a millisecond.
inline constexpr std::chrono::milliseconds clock_step{100};
// What pages show of a source; some 300 bytes each.
inline constexpr std::size_t shown_jobs = 50;
inline constexpr std::size_t shown_gaps = 50;
inline constexpr std::size_t status_questions = 4;  // asked and not answered, a source

// publish
inline constexpr Bytes transaction_bytes = 32_MiB;          // then a commit, before its tick
inline constexpr std::size_t transaction_events = 250'000;  // half of librdkafka's queue
// Fewer bytes wait for the end of commit_interval before they are produced. Each partition that
// joins a transaction at a time of its own costs librdkafka a millisecond of CPU.
inline constexpr Bytes held_back = 256_KiB;
inline constexpr int librdkafka_queue_messages = 1'000'000;
inline constexpr int librdkafka_queue_kbytes = 256 * 1024;  // transaction_bytes and its overhead
inline constexpr std::chrono::seconds transaction_timeout{60};
inline constexpr std::chrono::seconds owner_check{
    10};  // how long a fenced producer looks for its successor
inline constexpr std::size_t refused_records_per_minute =
    10;  // more: the topic is at fault, not a record
// Then what a topic was found to refuse is tried again: its settings may have been changed.
inline constexpr std::chrono::minutes refusal_memory{10};
inline constexpr Bytes dead_letter_part = 512_KiB;  // half of a broker's default message.max.bytes
// Of a part that was refused: half of the smallest max.message.bytes that anyone sets.
inline constexpr Bytes dead_letter_small_part = 16_KiB;
inline constexpr int state_partitions = 16;

// remote
inline constexpr Bytes response_header = 64_KiB;
inline constexpr int redirects = 5;                   // one after another without an event between
inline constexpr std::chrono::seconds dead_peer{60};  // TCP keep-alive and TCP_USER_TIMEOUT

// A response header and one TLS record (16 KiB) fit, so that a read has room for a whole record.
inline constexpr Bytes receive_buffer = 80_KiB;
inline constexpr Bytes tls_read = 64_KiB;  // at once, for what are 16 KiB at the most
// Of what is there already, before the other connections have their turn: 256 KiB, a third of a
// millisecond.
inline constexpr int reads_in_turn = 16;
// A Retry-After below would hammer a server that says 0 or a time gone by; one above would let a
// typo of the server silence a source for weeks.
inline constexpr std::chrono::seconds retry_after_min{1};
inline constexpr std::chrono::hours retry_after_max{24};
// A replay is sent at once, so that a pause in it is a break; stream's own time-out suits a
// silence.
inline constexpr std::chrono::seconds replay_stall{60};
// From one look for a stall to the next: a stall_timeout that was lowered meanwhile is seen then.
inline constexpr std::chrono::seconds stall_look{5};
inline constexpr int interim_answers = 16;    // 1xx before the real one; servers send one or two
inline constexpr Bytes proxy_answer = 8_KiB;  // header of the answer to CONNECT: a status line
inline constexpr std::chrono::seconds paused_tick{1};  // how stale paused_ms may be in a pause
// The answer of GET /v1/tasks: some 340 bytes a task, 1 kB with long options. 16,000 of those
// fit.
inline constexpr Bytes tasks_answer = 16_MiB;
inline constexpr std::size_t listed_tasks = 20'000;  // 40 MB to learn of them, with their records
// A page of images: with their words some 2 kB each, and a page has hundreds.
inline constexpr Bytes images_answer = 16_MiB;
inline constexpr Bytes picture = 64_MiB;  // screenshots have some 100 kB, large ones a few MB
// From the end of an answer's header to its own; tasks_answer comes at 300 kB/s within it.
inline constexpr std::chrono::seconds answer_time{60};
inline constexpr Bytes task_request = 1_MiB;   // some 50,000 targets
inline constexpr Bytes error_answer = 64_KiB;  // of an error's body: a proxy's page has room
inline constexpr Bytes path_segment = 1_KiB;   // a job id has 43 bytes; request lines end at 8 KiB

// settings
// Of events.max_size. A broker takes 100 MiB in one request (socket.request.max.bytes); the rest is
// for the record's frame, its key and its headers, and for what compression adds.
inline constexpr Bytes largest_event = 90_MiB;
inline constexpr Bytes config_file = 1_MiB;
inline constexpr Bytes value_file = 64_KiB;  // `${file:…}`: a certificate chain has room
inline constexpr Bytes token_file = 16_KiB;  // what servers accept as a header at most

// ops
// A loop whose heartbeat is no older is alive; flushing a slow disk may take seconds. Longer waits
// on purpose are told beforehand (core/heartbeat.hpp).
inline constexpr std::chrono::seconds heartbeat_age{30};
// Kafka away for longer: not ready. A rolling restart of brokers stays below.
inline constexpr std::chrono::seconds kafka_away{60};
// Of the service's status line: how far back its rates go, and from when on Kafka is called away
// there; a commit takes less.
inline constexpr std::chrono::seconds status_rate_over{5};
inline constexpr std::chrono::seconds kafka_away_shown{5};
// Characters of one value in a log line: enough for a long error, too few to flood a log.
inline constexpr std::size_t log_value = 1000;
// Lines of one event in an interval: a topic each, or the findings of a configuration, are written
// wholly; a broker that is away isn't told of 40 times a second.
inline constexpr std::size_t log_repeats = 20;
inline constexpr std::chrono::seconds log_repeat_interval{30};
inline constexpr std::size_t log_repeat_events = 256;  // kept apart; the program has some 60
// Before accept() is tried again after the process ran out of file descriptors.
inline constexpr std::chrono::seconds accept_retry{1};
// Records of the status topic that pages show.
inline constexpr std::size_t shown_events = 50;
inline constexpr Bytes admin_request = 16_KiB;
inline constexpr Bytes admin_answer =
    16_MiB;  // that a command reads: /status of some hundred sources
inline constexpr std::size_t admin_connections = 64;
inline constexpr std::chrono::seconds admin_timeout{10};
inline constexpr std::chrono::seconds live_interval{2};  // between what an open status page is sent
inline constexpr std::size_t admin_viewers = 16;  // open status pages: the rest are for probes
inline constexpr std::size_t admin_users = 64;    // people and scrapers, not customers
// Of the hashes in admin.password_file: above, one takes over a second to verify.
inline constexpr std::uint64_t bcrypt_cost = 13;
inline constexpr std::uint64_t sha512_rounds = 1'000'000;

// app
// What is allocated in one piece of at least so much goes back to the system once it is freed. The
// largest buffers of the steady state have 1 MB.
inline constexpr Bytes returned_at_once = 4_MiB;
// Of smaller pieces, at an arena's end: above the first, all but the second goes back. librdkafka's
// buffers come and go there, and a page that has gone back costs a fault.
inline constexpr Bytes kept_free = 12_MiB;
inline constexpr Bytes kept_spare = 8_MiB;
// Of malloc, which can give back what is free at the end of its first arena, not of others: with
// four of them, a day of faults would keep up to 36 MB, where 8 MB were in use. By default there
// are eight a core. Threads that share one wait no longer for each other (decision 0013).
inline constexpr int malloc_arenas = 1;
inline constexpr std::chrono::seconds drain{20};  // from the signal to _exit
// What is told of a rejected reload, or of what needs a restart, on a page: the log has all of it.
inline constexpr std::size_t reload_findings = 3;
inline constexpr std::size_t reload_finding = 200;  // characters
// From a change among watched files to the reload: who swaps several, or writes one in steps, is
// done by then.
inline constexpr std::chrono::milliseconds watch_settles{500};
inline constexpr int symbolic_links = 40;  // on the way to a watched file; the kernel's own bound

}  // namespace penstock::limits
