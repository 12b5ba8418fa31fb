#include "penstock/simulator/event_generator.hpp"

#include <algorithm>

#include "simulator/bad_line.hpp"
#include "simulator/event_writer.hpp"
#include "simulator/lanes.hpp"
#include "simulator/scan_event.hpp"

namespace penstock::simulator {
namespace {

constexpr std::int64_t first_time_ms = 1'700'000'000'000;
// Apart from the sources' random numbers.
constexpr std::uint64_t job_event_stream = 0x60;
constexpr std::uint64_t scan_of_stream = 0x6b;
constexpr std::uint64_t peer_stream = 0x6c;

// Words of pages and banners, as the inside of a JSON string.
constexpr std::string_view ascii_words[] = {"<div class=\\\"nav\\\">",
                                            "<\\/div>",
                                            "\\r\\n",
                                            "Content-Length: 512",
                                            "Welcome",
                                            "login",
                                            " ",
                                            " to ",
                                            "the ",
                                            "server ",
                                            "<a href='\\/index.html'>",
                                            "<\\/a>",
                                            "\\t",
                                            "220 ready ",
                                            "Copyright 2023 ",
                                            "{color:#fff}",
                                            "&amp;",
                                            "\\\\",
                                            "function(){} ",
                                            "var x=1;",
                                            "\\u003cscript\\u003e",
                                            "\\u0000",
                                            "/assets/app.js",
                                            "0123456789",
                                            "Ubuntu-4ubuntu0.5 ",
                                            "keep-alive ",
                                            "no-cache, ",
                                            "\\b\\f",
                                            "error ",
                                            "\x7f"};
constexpr std::string_view other_words[] = {"欢迎 ",   "サーバー ",        "Добро пожаловать ",
                                            "مرحبا ",  "straße ",          "naïve ",
                                            "🚀",       "\\u00e9t\\u00e9 ", "\\ud83d\\ude00",
                                            "Ελλάδα ", "한국어 ",          "\u2028",
                                            "<p>",     "<\\/p>",           " ",
                                            "login "};
constexpr std::string_view base64_words[] = {
    "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\\n",
    "RTESMBAGA1UEChMJQmFsdGltb3JlMRMwEQYDVQQLEwpDeWJlclRydXN0MSIwIAYD\\n",
    "VQQDExlCYWx0aW1vcmUgQ3liZXJUcnVzdCBSb290MB4XDTAwMDUxMjE4NDYwMFoX\\n",
    "DTI1MDUxMjIzNTkwMFowWjELMAkGA1UEBhMCSUUxEjAQBgNVBAoTCUJhbHRpbW9y\\n",
    "ksbnEvQUXwNgRnZo\\/2+1d5iXm8rJ5TyR6rQkVSmVYv0l3V5NqZ3sFwK0AJkqYc8P\\n",
    "9a7Y3XfVb+K2bq1zL0pT5wqg8H1oQ0vN6k4cYtA2sD3eF4gH5jK6lZ7xC8vB9nM0\\n"};

std::string_view outcome(SplitMix64& random) {
  const std::uint64_t draw = random.below(10);
  return draw < 8 ? "success" : draw == 8 ? "failed" : "revoked";
}

JobFlags ended_as(std::string_view outcome) {
  return {outcome == "success", true, true, outcome == "revoked"};
}

// `peer`: an address; empty: any.
void append_torrent(EventWriter& w, std::int64_t time_ms, std::string_view peer = {}) {
  w.raw(R"({"origin":{"type":")").raw(w.random.one_in(4) ? "node" : "peer");
  w.raw(R"(","module":"torrent","ts":)").number(static_cast<std::uint64_t>(time_ms));
  w.raw(R"(},"node":{"ip":")").ipv4().raw(R"(","port":)").number(1024, 65535);
  w.raw(R"(},"peer":{"ip":")");
  if (!peer.empty()) {
    w.raw(peer).raw(R"(","port":)").number(6881, 6882);  // BitTorrent's: it is seen there again
  } else {
    w.random.one_in(20) ? w.ipv6() : w.ipv4();
    w.raw(R"(","port":)").number(1024, 65535);
  }
  w.raw(R"(},"torrent":{"infohash":")").hex(40).raw(R"(","name":")").text(15, 60);
  w.raw(R"(","source":"EZTV","category":"TV Show"}})");
}

void append_sinkhole(EventWriter& w, std::int64_t time_ms) {
  w.raw(R"({"target":{"port":)").number(1, 65535).raw(R"(,"ip":")").ipv4();
  w.raw(R"(","protocol":"tcp"},"data":{"payload":"\u0016\u0003\u0001)").text(10, 400);
  w.raw(R"("},"origin":{"client_id":"sinkhole","ip":")").ipv4();
  w.raw(R"(","type":"sinkhole","ts":)").number(static_cast<std::uint64_t>(time_ms));
  w.raw("}}");
}

}  // namespace

struct EventGenerator::Pools {
  // Sizes: large enough that lines differ, small enough to stay in the cache.
  TextPool ascii{ascii_words, 192 * 1024, 1};
  TextPool other{other_words, 64 * 1024, 2};
  TextPool base64{base64_words, 64 * 1024, 3};

  // Makes 5 % of all events: two of five scan events have free text, the others' all have.
  EventWriter writer(std::string& out, SplitMix64& random, bool scan) const {
    const TextPool& text = random.one_in(scan ? 7 : 20) ? other : ascii;
    return {out, random, text, base64};
  }
};

EventGenerator::EventGenerator(std::uint64_t seed, Mix mix)
    : seed_(seed), mix_(mix), pools_(std::make_unique<const Pools>()) {}

EventGenerator::~EventGenerator() = default;

std::int64_t EventGenerator::time_ms(std::uint64_t n) noexcept {
  return first_time_ms + static_cast<std::int64_t>(n);
}

void EventGenerator::append(std::string& out, Source source, std::uint64_t n) const {
  append(out, source, n, time_ms(n));
}

void EventGenerator::append(std::string& out, Source source, std::uint64_t n,
                            std::int64_t time) const {
  SplitMix64 random(seed_, static_cast<std::uint64_t>(source), n);
  const bool scan = source == Source::firehose || source == Source::stream;
  EventWriter writer = pools_->writer(out, random, scan);
  switch (source) {
    case Source::firehose:
      append_scan(writer, {time, {}}, mix_);
      return;
    case Source::stream:
      append_of_lane(writer, n, time);
      return;
    case Source::torrent:
      append_torrent(writer, time);
      return;
    case Source::sinkhole:
      append_sinkhole(writer, time);
      return;
  }
}

void EventGenerator::append_of_lane(EventWriter& writer, std::uint64_t n, std::int64_t time) const {
  const JobSlot job = slot_of(n);
  SplitMix64 of_job = slot_random(seed_, job);
  std::string id;
  append_uuid(id, of_job);
  const ScanOrigin origin{time, id};
  const std::uint64_t at = n / lanes - job.begin;
  if (at == 0) {
    append_job_status(writer.out, origin, {});
  } else if (at == 1) {
    append_job_status(writer.out, origin, {{}, true, {}, {}});
  } else if (n == job.last()) {
    append_job_status(writer.out, origin, ended_as(outcome(of_job)));
  } else {
    append_scan(writer, origin, mix_);
  }
}

void EventGenerator::append(std::string& out, Source source, std::uint64_t n, std::int64_t time,
                            LineKind kind, Bytes max_event) const {
  const std::size_t begin = out.size();
  append(out, source, n, time);
  if (kind != LineKind::event) {
    SplitMix64 random(seed_, 0x20 + static_cast<std::uint64_t>(source), n);
    spoil(out, begin, kind, max_event, n, random);
  }
}

void EventGenerator::append_job_event(std::string& out, std::string_view job,
                                      std::uint64_t identity, std::int64_t time,
                                      std::string_view target) const {
  SplitMix64 random(seed_, job_event_stream, identity);
  EventWriter writer = pools_->writer(out, random, true);
  append_scan(writer, {time, job, target}, mix_);
}

void EventGenerator::append_scan_of(std::string& out, std::string_view target,
                                    std::uint64_t identity, std::int64_t time) const {
  SplitMix64 random(seed_, scan_of_stream, identity);
  EventWriter writer = pools_->writer(out, random, true);
  append_scan(writer, {time, {}, target}, mix_);
}

void EventGenerator::append_peer(std::string& out, std::string_view peer, std::uint64_t identity,
                                 std::int64_t time) const {
  SplitMix64 random(seed_, peer_stream, identity);
  EventWriter writer = pools_->writer(out, random, false);
  append_torrent(writer, time, peer);
}

StreamJob EventGenerator::job_at(std::uint64_t n) const {
  const JobSlot job = slot_of(n);
  SplitMix64 random = slot_random(seed_, job);
  StreamJob result{{}, job.first(), job.last(), {}};
  append_uuid(result.id, random);
  result.outcome = outcome(random);
  return result;
}

std::vector<StreamJob> EventGenerator::jobs_before(std::uint64_t events, std::size_t count) const {
  std::vector<StreamJob> jobs;
  for (std::uint64_t lane = 0; lane < std::min(lanes, events); ++lane) {
    const std::uint64_t youngest = slot_of(events - 1 - (events - 1 + lanes - lane) % lanes).number;
    for (std::uint64_t i = 0; i <= youngest && i < count; ++i) {
      jobs.push_back(job_at(slot(lane, youngest - i).first()));
    }
  }
  std::sort(jobs.begin(), jobs.end(),
            [](const StreamJob& a, const StreamJob& b) { return a.first > b.first; });
  jobs.resize(std::min(jobs.size(), count));
  return jobs;
}

std::string_view to_string(Source source) noexcept {
  constexpr std::string_view names[] = {"firehose", "stream", "torrent", "sinkhole"};
  return names[static_cast<std::size_t>(source)];
}

std::optional<Source> source_named(std::string_view name) noexcept {
  for (const Source source : all_sources) {
    if (to_string(source) == name) {
      return source;
    }
  }
  return std::nullopt;
}

std::optional<DeadLetterReason> reason(LineKind kind) noexcept {
  switch (kind) {
    case LineKind::event:
      break;
    case LineKind::invalid_json:
    case LineKind::truncated:
      return DeadLetterReason::invalid_json;
    case LineKind::not_an_object:
      return DeadLetterReason::not_an_object;
    case LineKind::invalid_utf8:
      return DeadLetterReason::invalid_utf8;
    case LineKind::too_deep:
      return DeadLetterReason::too_deep;
    case LineKind::too_large:
      return DeadLetterReason::too_large;
  }
  return std::nullopt;
}

}  // namespace penstock::simulator
