#include "penstock/remote/task_request.hpp"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <algorithm>
#include <array>
#include <span>

#include "penstock/core/json_writer.hpp"
#include "penstock/core/text.hpp"
#include "penstock/remote/target.hpp"
#include "remote/number.hpp"

namespace penstock::remote {
namespace {

using Json = rapidjson::Value;

constexpr std::array<std::string_view, 2> types{"scan", "grab"};
constexpr std::array<std::string_view, 2> protocols{"tcp", "udp"};

// API V1 documentation, Supported Modules Types.
constexpr std::array<std::string_view, 16> modules{
    "elasticsearch", "http", "https",          "memcached", "mongodb", "mqtt", "rdp", "redis",
    "service",       "ssh",  "service-simple", "ssl",       "telnet",  "vnc",  "web", "x11"};

// The vendor's module documents, Configurations.
constexpr std::array<std::string_view, 12> configurations{
    "http_path",     "http_method", "user_agent", "host_header", "custom_http_header",
    "https",         "sni",         "ssl_mode",   "sample",      "prioritize_probes",
    "custom_probes", "probe_rarity"};

std::string_view text_of(const Json& value) { return {value.GetString(), value.GetStringLength()}; }

const Json* member(const Json& object, const char* name) {
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

bool is_one_of(std::string_view word, std::span<const std::string_view> known) {
  return std::ranges::find(known, word) != known.end();
}

class Checker {
 public:
  explicit Checker(TaskFindings& findings) : findings_(findings) {}

  void check(const Json& task) {
    const Json* type = member(task, "type");
    if (type == nullptr || !type->IsString() || !is_one_of(text_of(*type), types)) {
      error("type", type == nullptr ? "is missing" : shown(*type) + " is none", "scan or grab");
    }
    scan_ = type != nullptr && type->IsString() && text_of(*type) == "scan";
    if (const Json* text = member(task, "description"); text != nullptr && !text->IsString()) {
      error("description", shown(*text) + " is none", "a string");
    }
    for_each(task, "", "options", "an array of objects with targets and ports",
             [this](const std::string& at, const Json& option) { check_option(at, option); });
  }

 private:
  // Each element of the array `name`, which has some; else an error.
  template <class Each>
  void for_each(const Json& object, const std::string& at, const char* name,
                const std::string& expected, Each each) {
    const std::string place = at.empty() ? name : at + "." + name;
    const Json* array = member(object, name);
    if (array == nullptr || !array->IsArray() || array->Empty()) {
      const std::string what = array == nullptr   ? "is missing"
                               : array->IsArray() ? "is empty"
                                                  : shown(*array) + " is none";
      error(place, what, expected);
      return;
    }
    for (rapidjson::SizeType i = 0; i < array->Size(); ++i) {
      each(place + "[" + std::to_string(i) + "]", (*array)[i]);
    }
  }

  void check_option(const std::string& at, const Json& option) {
    if (!option.IsObject()) {
      error(at, shown(option) + " is none", "an object with targets and ports");
      return;
    }
    for_each(option, at, "targets", "an array of addresses, networks, ranges or host names",
             [this](const std::string& place, const Json& target) { check_target(place, target); });
    for_each(option, at, "ports", "an array of objects with port and modules",
             [this](const std::string& place, const Json& ports) { check_ports(place, ports); });
  }

  void check_target(const std::string& at, const Json& target) {
    const auto kind = target.IsString() ? target_kind(text_of(target)) : std::nullopt;
    if (!kind) {
      error(at, shown(target) + " is none",
            "an address, a network such as 192.0.2.0/24, a range such as 192.0.2.1-192.0.2.9, or, "
            "in a grab, a host name");
    } else if (scan_ && *kind == TargetKind::name) {
      error(at, shown(target) + " is a name, and a scan takes addresses only",
            "an address, or the type grab");
    }
  }

  void check_ports(const std::string& at, const Json& ports) {
    if (!ports.IsObject()) {
      error(at, shown(ports) + " is none", "an object with port and modules");
      return;
    }
    const Json* port = member(ports, "port");
    const bool good =
        port != nullptr && ((port->IsUint() && port->GetUint() >= 1 && port->GetUint() <= 65'535) ||
                            (port->IsString() && is_port_list(text_of(*port))));
    if (!good) {
      error(at + ".port", port == nullptr ? "is missing" : shown(*port) + " is none",
            "1 to 65535, or several, such as \"80,443\" or \"1-1024\"");
    }
    if (const Json* protocol = member(ports, "protocol");
        protocol != nullptr &&
        !(protocol->IsString() && is_one_of(text_of(*protocol), protocols))) {
      error(at + ".protocol", shown(*protocol) + " is none", "tcp or udp");
    }
    for_each(ports, at, "modules", "an array of names",
             [this](const std::string& place, const Json& module) { check_module(place, module); });
    if (const Json* sample = member(ports, "sample"); sample != nullptr && !sample->IsUint64()) {
      error(at + ".sample", shown(*sample) + " is none", "how many open ports are enough");
    }
    check_config(at + ".config", member(ports, "config"));
  }

  void check_module(const std::string& at, const Json& module) {
    if (!module.IsString() || module.GetStringLength() == 0) {
      error(at, shown(module) + " is none", "the name of a module");
    } else if (!is_one_of(text_of(module), modules)) {
      unknown(at, "module", text_of(module), modules);
    }
  }

  void check_config(const std::string& at, const Json* config) {
    if (config == nullptr) {
      return;
    }
    if (!config->IsObject()) {
      error(at, shown(*config) + " is none", "an object");
      return;
    }
    for (const auto& entry : config->GetObject()) {
      if (const auto name = text_of(entry.name); !is_one_of(name, configurations)) {
        unknown(at, "configuration", name, configurations);
      }
    }
  }

  static std::string shown(const Json& value) {
    if (value.IsString()) {
      return "`" + printable(text_of(value)) + "`";
    }
    if (value.IsInt64()) {
      return "`" + std::to_string(value.GetInt64()) + "`";
    }
    return value.IsObject() ? "an object" : value.IsArray() ? "an array" : "that";
  }

  void error(const std::string& at, const std::string& what, const std::string& expected) {
    findings_.errors.push_back(at + ": " + what + "; it must be " + expected);
  }
  void unknown(const std::string& at, const std::string& what, std::string_view name,
               std::span<const std::string_view> known) {
    const std::string_view like = nearest(name, known);
    findings_.warnings.push_back(
        at + ": the " + what + " `" + printable(name) + "` isn't documented" +
        (like.empty() ? "" : ", unlike `" + std::string(like) + "`") + "; sent as it is");
  }

  TaskFindings& findings_;
  bool scan_ = false;
};

void write_strings(JsonWriter& json, const char* name, const std::vector<std::string>& strings) {
  json.key(name).begin_array();
  for (const std::string& text : strings) {
    json.string(text);
  }
  json.end_array();
}

void write_config(JsonWriter& json, const std::vector<std::string>& config) {
  json.key("config").begin_object();
  for (const std::string& entry : config) {
    const auto equals = entry.find('=');
    const std::string value = entry.substr(equals + 1);
    json.key(entry.substr(0, equals));
    if (value == "true" || value == "false") {
      json.boolean(value == "true");
    } else if (const auto number = parse_number<std::int64_t>(value)) {
      json.number(*number);
    } else {
      json.string(value);
    }
  }
  json.end_object();
}

void write_ports(JsonWriter& json, const TaskWanted& wanted, const std::string& ports) {
  const auto slash = ports.find('/');
  const std::string port = ports.substr(0, slash);
  json.begin_object().key("port");
  if (const auto number = parse_number<std::uint64_t>(port)) {
    json.number(*number);
  } else {
    json.string(port);
  }
  if (slash != std::string::npos) {
    json.field("protocol", ports.substr(slash + 1));
  }
  write_strings(json, "modules", wanted.modules);
  if (!wanted.config.empty()) {
    write_config(json, wanted.config);
  }
  if (wanted.sample) {
    json.field("sample", *wanted.sample);
  }
  json.end_object();
}

}  // namespace

Result<std::string> make_task(const TaskWanted& wanted) {
  for (const std::string& entry : wanted.config) {
    if (entry.find('=') == std::string::npos || entry.front() == '=') {
      return make_error(Errc::invalid_argument,
                        "--config: `" + printable(entry) + "` is none; it must be NAME=VALUE");
    }
  }
  JsonWriter json;
  json.begin_object().field("type", wanted.type).field("description", wanted.description);
  json.key("options").begin_array().begin_object();
  write_strings(json, "targets", wanted.targets);
  json.key("ports").begin_array();
  for (const std::string& ports : wanted.ports) {
    write_ports(json, wanted, ports);
  }
  json.end_array().end_object().end_array().end_object();
  return std::move(json).str();
}

TaskFindings check_task(std::string_view json) {
  TaskFindings findings;
  rapidjson::Document task;
  task.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(json.data(),
                                                                                     json.size());
  if (task.HasParseError()) {
    findings.errors.push_back(std::string("no JSON: ") +
                              rapidjson::GetParseError_En(task.GetParseError()) + " (byte " +
                              std::to_string(task.GetErrorOffset()) + ")");
  } else if (!task.IsObject()) {
    findings.errors.emplace_back("it must be a JSON object with type and options");
  } else {
    Checker(findings).check(task);
  }
  return findings;
}

}  // namespace penstock::remote
