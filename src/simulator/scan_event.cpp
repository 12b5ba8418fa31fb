#include "simulator/scan_event.hpp"

#include <string>

#include "simulator/modules.hpp"

namespace penstock::simulator {
namespace {

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

// An event of the scanner under construction.
struct Scan {
  EventWriter& w;
  const Module& module;
  const ScanOrigin& origin;

  void append_origin() {
    const bool type_first = w.random.below(4) != 0;
    w.raw("\"origin\":{");
    if (type_first) {
      append_type();
      w.raw(",");
    }
    w.raw("\"ts\":").number(static_cast<std::uint64_t>(origin.time_ms));
    if (!origin.job.empty()) {
      w.raw(",\"job_id\":\"client-").raw(origin.job).raw("\",\"client_id\":\"simulated\"");
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
    if (!origin.target.empty()) {
      w.raw(origin.target);
    } else if (draw < 4) {
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

std::string_view word(std::optional<bool> flag) {
  return !flag ? "null" : *flag ? "true" : "false";
}

}  // namespace

void append_scan(EventWriter& w, const ScanOrigin& origin, Mix mix) {
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
  Scan scan{w, *module, origin};
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

void append_job_status(std::string& out, const ScanOrigin& origin, const JobFlags& flags) {
  out.append(R"({"origin":{"job_id":"client-)").append(origin.job);
  out.append(R"(","client_id":"simulated","type":"job_status","ts":)");
  out.append(std::to_string(origin.time_ms));
  out.append(R"(},"status":{"success":)").append(word(flags.success));
  out.append(R"(,"started":)").append(word(flags.started));
  out.append(R"(,"completed":)").append(word(flags.completed));
  out.append(R"(,"revoked":)").append(word(flags.revoked)).append("}}");
}

}  // namespace penstock::simulator
