#include "penstock/simulator/event_generator.hpp"

#include <algorithm>

#include "simulator/bad_line.hpp"
#include "simulator/event_writer.hpp"
#include "simulator/modules.hpp"

namespace penstock::simulator {
namespace {

constexpr std::int64_t first_time_ms = 1'700'000'000'000;

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

// What RFC 8259 allows and readers get wrong; as members with a comma in front.
constexpr std::string_view awkward_members[] = {
    R"(,"x_large":1e400)",
    R"(,"x_small":-1.5E-400)",
    R"(,"x_long":123456789012345678901234567890)",
    R"(,"x_min":-9223372036854775809)",
    R"(,"x_lone":"\ud800 and \udc00")",
    R"(,"x_nul":"\u0000","":null)",
    R"(,"origin2":{"type":"port"},"x":1,"x":2)",
    R"(,"x_ts":-0.0,"t\u0079pe":"escaped")",
    ",\"x_space\"\t: [ ] ,\r \"x_raw\":\"\x7f\u2028\"",
};
constexpr std::string_view unknown_members[] = {
    R"(,"x_scan":{"rate":1000,"shard":[1,2,3]})",
    R"(,"tags":["iot","eu"])",
    R"(,"x_geo":{"lat":50.85,"lon":4.35,"city":null})",
};
constexpr std::string_view countries[] = {"uk", "us", "nl", "de", "sg", "fr", "ca", "jp"};

// Jobs of /stream run on lanes, taking turns: event n belongs to lane n % lanes. Lanes are shifted
// against each other so that jobs overlap.
constexpr std::uint64_t lanes = 3;
constexpr std::uint64_t job_length =
    2'000;  // events of a job on its lane, status messages included

struct JobSlot {
  std::uint64_t lane, number;  // the job's place
  std::uint64_t begin, end;    // its events on the lane, as [begin, end)
  std::uint64_t first() const { return begin * lanes + lane; }
  std::uint64_t last() const { return (end - 1) * lanes + lane; }
};

JobSlot slot(std::uint64_t lane, std::uint64_t number) {
  const std::uint64_t shift = lane * job_length / lanes;
  const std::uint64_t start = number * job_length;
  return {lane, number, start > shift ? start - shift : 0, start + job_length - shift};
}

JobSlot slot_of(std::uint64_t n) {
  const std::uint64_t lane = n % lanes;
  return slot(lane, (n / lanes + lane * job_length / lanes) / job_length);
}

constexpr std::uint64_t job_stream = 0x10;  // apart from the sources' random numbers

SplitMix64 job_random(std::uint64_t seed, const JobSlot& job) {
  return SplitMix64(seed, job_stream + job.lane, job.number);
}

std::string_view outcome(SplitMix64& random) {
  const std::uint64_t draw = random.below(10);
  return draw < 8 ? "success" : draw == 8 ? "failed" : "revoked";
}

void append_uuid(std::string& out, SplitMix64& random, const TextPool& pool) {
  EventWriter{out, random, pool, pool}.uuid();
}

}  // namespace

struct EventGenerator::Pools {
  // Sizes: large enough that lines differ, small enough to stay in the cache.
  TextPool ascii{ascii_words, 192 * 1024, 1};
  TextPool other{other_words, 64 * 1024, 2};
  TextPool base64{base64_words, 64 * 1024, 3};
};

namespace {

// An event of the scanner under construction.
struct Scan {
  EventWriter& w;
  const Module& module;
  std::uint64_t n;
  std::string_view job;  // empty: none

  void append_origin() {
    const bool type_first = w.random.below(4) != 0;
    w.raw("\"origin\":{");
    if (type_first) {
      append_type();
      w.raw(",");
    }
    w.raw("\"ts\":").number(static_cast<std::uint64_t>(EventGenerator::time_ms(n)));
    if (!job.empty()) {
      w.raw(",\"job_id\":\"client-").raw(job).raw("\",\"client_id\":\"simulated\"");
    }
    if (!w.random.one_in(30)) {
      w.raw(",\"country\":\"").pick(countries).raw("\"");
    }
    if (!w.random.one_in(5)) {
      w.raw(",\"ip\":\"").ipv4().raw("\"");
    }
    if (w.random.one_in(2)) {
      w.raw(",\"port\":").number(1024, 65535);
    }
    if (!type_first) {
      w.raw(",");
      append_type();
    }
    w.raw("}");
  }
  void append_type() {
    w.raw("\"type\":\"").raw(module.type).raw("\",\"module\":\"");
    w.raw(&module == &port_module() ? "portscan\"" : "grabber\"");
  }
  void append_target() {
    w.raw("\"target\":{\"ip\":\"");
    const std::uint64_t draw = w.random.below(100);
    if (draw < 4) {
      w.ipv6();
    } else if (draw < 9 && module.takes_host_names) {
      w.raw("www.").hex(6).raw(".example");
    } else {
      w.ipv4();
    }
    w.raw("\",\"port\":").pick(module.ports);
    if (module.has_protocol) {
      w.raw(w.random.one_in(40) ? ",\"protocol\":\"udp\"" : ",\"protocol\":\"tcp\"");
    }
    w.raw("}");
  }
  void append_result(std::size_t mqtt_bytes) {
    w.raw("\"result\":");
    if (mqtt_bytes > 0) {
      append_mqtt_result(w, mqtt_bytes);
    } else {
      module.append_result(w);
    }
  }
};

void append_deep_member(EventWriter& w) {
  // The event itself is the first of the 64 levels that a reader has to accept.
  constexpr std::size_t levels = 63;
  w.raw(",\"x_deep\":").raw(std::string(levels, '[')).raw(std::string(levels, ']'));
}

void append_scan(EventWriter& w, std::uint64_t n, std::string_view job, Mix mix) {
  // Captures of up to 9 MB, one in 200,000 events.
  const std::size_t mqtt_bytes =
      mix == Mix::mixed && w.random.one_in(200'000) ? w.random.between(1'000'000, 9'000'000) : 0;
  const Module* module = &port_module();
  if (mqtt_bytes > 0) {
    do {
      module = &random_module(w.random);
    } while (module->type != "mqtt");
  } else if (mix == Mix::mixed) {
    module = &random_module(w.random);
  }
  Scan scan{w, *module, n, job};
  const std::uint64_t draw = w.random.below(1000);
  const bool padded = draw == 1;
  w.raw(padded ? " {" : "{");
  switch (draw % 20) {
    case 0:
      scan.append_target();
      w.raw(",");
      scan.append_origin();
      w.raw(",");
      scan.append_result(mqtt_bytes);
      break;
    case 1:
      scan.append_result(mqtt_bytes);
      w.raw(",");
      scan.append_target();
      w.raw(",");
      scan.append_origin();
      break;
    default:
      scan.append_origin();
      w.raw(",");
      scan.append_target();
      w.raw(",");
      scan.append_result(mqtt_bytes);
  }
  if (mix == Mix::port) {
    w.raw(R"(,"x_scan":{"id":")").hex(16).raw(R"(","ttl":)").number(32, 255);
    w.raw(R"(,"window":)").number(1024, 65535).raw(R"(,"options":"MSTNW,WS7"})");
  } else if (draw >= 990) {
    w.pick(unknown_members);
  } else if (draw >= 984) {
    w.pick(awkward_members);
  } else if (draw == 983) {
    append_deep_member(w);
  }
  w.raw(padded ? "}\t " : "}");
}

void append_job_status(EventWriter& w, std::uint64_t n, std::string_view job,
                       std::string_view status) {
  w.raw(R"({"origin":{"job_id":"client-)").raw(job).raw(R"(","client_id":"simulated",)");
  w.raw(R"("type":"job_status","ts":)")
      .number(static_cast<std::uint64_t>(EventGenerator::time_ms(n)));
  w.raw(R"(},"status":)").raw(status).raw("}");
}

std::string_view completed_status(std::string_view outcome) {
  if (outcome == "success") {
    return R"({"success":true,"started":true,"completed":true,"revoked":false})";
  }
  return outcome == "failed"
             ? R"({"success":false,"started":true,"completed":true,"revoked":false})"
             : R"({"success":false,"started":true,"completed":true,"revoked":true})";
}

void append_torrent(EventWriter& w, std::uint64_t n) {
  w.raw(R"({"origin":{"type":")").raw(w.random.one_in(4) ? "node" : "peer");
  w.raw(R"(","module":"torrent","ts":)")
      .number(static_cast<std::uint64_t>(EventGenerator::time_ms(n)));
  w.raw(R"(},"node":{"ip":")").ipv4().raw(R"(","port":)").number(1024, 65535);
  w.raw(R"(},"peer":{"ip":")");
  w.random.one_in(20) ? w.ipv6() : w.ipv4();
  w.raw(R"(","port":)").number(1024, 65535);
  w.raw(R"(},"torrent":{"infohash":")").hex(40).raw(R"(","name":")").text(15, 60);
  w.raw(R"(","source":"EZTV","category":"TV Show"}})");
}

void append_sinkhole(EventWriter& w, std::uint64_t n) {
  w.raw(R"({"target":{"port":)").number(1, 65535).raw(R"(,"ip":")").ipv4();
  w.raw(R"(","protocol":"tcp"},"data":{"payload":"\u0016\u0003\u0001)").text(10, 400);
  w.raw(R"("},"origin":{"client_id":"sinkhole","ip":")").ipv4();
  w.raw(R"(","type":"sinkhole","ts":)")
      .number(static_cast<std::uint64_t>(EventGenerator::time_ms(n)));
  w.raw("}}");
}

}  // namespace

EventGenerator::EventGenerator(std::uint64_t seed, Mix mix)
    : seed_(seed), mix_(mix), pools_(std::make_unique<const Pools>()) {}

EventGenerator::~EventGenerator() = default;

std::int64_t EventGenerator::time_ms(std::uint64_t n) noexcept {
  return first_time_ms + static_cast<std::int64_t>(n);
}

void EventGenerator::append(std::string& out, Source source, std::uint64_t n) const {
  SplitMix64 random(seed_, static_cast<std::uint64_t>(source), n);
  // Makes 5 % of all events: two of five scan events have free text, the others' all have.
  const bool scan = source == Source::firehose || source == Source::stream;
  const TextPool& text = random.one_in(scan ? 7 : 20) ? pools_->other : pools_->ascii;
  EventWriter writer{out, random, text, pools_->base64};
  switch (source) {
    case Source::firehose:
      append_scan(writer, n, {}, mix_);
      return;
    case Source::stream: {
      const JobSlot job = slot_of(n);
      SplitMix64 of_job = job_random(seed_, job);
      std::string id;
      append_uuid(id, of_job, pools_->ascii);
      const std::uint64_t at = n / lanes - job.begin;
      if (at == 0) {
        append_job_status(writer, n, id,
                          R"({"success":null,"started":null,"completed":null,"revoked":null})");
      } else if (at == 1) {
        append_job_status(writer, n, id,
                          R"({"success":null,"started":true,"completed":null,"revoked":null})");
      } else if (n == job.last()) {
        append_job_status(writer, n, id, completed_status(outcome(of_job)));
      } else {
        append_scan(writer, n, id, mix_);
      }
      return;
    }
    case Source::torrent:
      append_torrent(writer, n);
      return;
    case Source::sinkhole:
      append_sinkhole(writer, n);
      return;
  }
}

void EventGenerator::append(std::string& out, Source source, std::uint64_t n, LineKind kind,
                            Bytes max_event) const {
  const std::size_t begin = out.size();
  append(out, source, n);
  SplitMix64 random(seed_, 0x20 + static_cast<std::uint64_t>(source), n);
  spoil(out, begin, kind, max_event, n, random);
}

StreamJob EventGenerator::job_at(std::uint64_t n) const {
  const JobSlot job = slot_of(n);
  SplitMix64 random = job_random(seed_, job);
  StreamJob result{{}, job.first(), job.last(), {}};
  append_uuid(result.id, random, pools_->ascii);
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
