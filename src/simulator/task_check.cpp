#include "simulator/task_check.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>

#include "simulator/address_range.hpp"

namespace penstock::simulator {
namespace {

using Json = rapidjson::Value;

enum class Kind { text, flag, whole_number, ssl_mode, any };
struct Configuration {
  std::string_view name;
  Kind kind;
};
struct DocumentedModule {
  std::string_view name;
  std::span<const Configuration> configurations;
};

// The documented modules and what each can be configured with. Of `any` the documents don't say
// what its value is.
constexpr std::array http{
    Configuration{"http_path", Kind::text}, Configuration{"http_method", Kind::text},
    Configuration{"user_agent", Kind::text}, Configuration{"host_header", Kind::text},
    Configuration{"custom_http_header", Kind::any}};
constexpr std::array https{http[0], http[1], http[2],
                           http[3], http[4], Configuration{"sni", Kind::text}};
constexpr std::array service{Configuration{"user_agent", Kind::text}};
constexpr std::array service_simple{Configuration{"prioritize_probes", Kind::any},
                                    Configuration{"custom_probes", Kind::any},
                                    Configuration{"probe_rarity", Kind::any}};
constexpr std::array ssl{Configuration{"ssl_mode", Kind::ssl_mode},
                         Configuration{"sni", Kind::text}};
constexpr std::array web{Configuration{"https", Kind::flag}};
constexpr DocumentedModule modules[] = {
    {"elasticsearch", {}}, {"http", http},
    {"https", https},      {"memcached", {}},
    {"mongodb", {}},       {"mqtt", {}},
    {"rdp", {}},           {"redis", {}},
    {"service", service},  {"service-simple", service_simple},
    {"ssh", {}},           {"ssl", ssl},
    {"telnet", {}},        {"vnc", {}},
    {"web", web},          {"x11", {}},
};
constexpr Configuration of_every_module{"sample", Kind::whole_number};

const Json* member(const Json& object, std::string_view name) {
  const auto found = object.FindMember(
      Json(rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))));
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::string_view text_of(const Json& string) {
  return {string.GetString(), string.GetStringLength()};
}

bool is_filled_array(const Json* value) {
  return value != nullptr && value->IsArray() && !value->Empty();
}

// What a value of that kind is; empty: the value is one.
std::string_view expected(Kind kind, const Json& value) {
  switch (kind) {
    case Kind::text:
      return value.IsString() ? "" : "a string";
    case Kind::flag:
      return value.IsBool() ? "" : "true or false";
    case Kind::whole_number:
      return value.IsUint64() && value.GetUint64() > 0 ? "" : "a whole number above 0";
    case Kind::ssl_mode:
      return value.IsString() && (text_of(value) == "fast" || text_of(value) == "full")
                 ? ""
                 : "fast or full";
    case Kind::any:
      break;
  }
  return "";
}

// From 1 on; 0: it is none.
std::uint16_t port_number(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() ? port : std::uint16_t{0};
}

// "80,8080", "1-1024", and both together.
bool are_ports(std::string_view text) {
  while (true) {
    const std::string_view part = text.substr(0, text.find(','));
    const std::size_t dash = std::min(part.find('-'), part.size());
    const std::uint16_t first = port_number(part.substr(0, dash));
    const std::uint16_t last = dash < part.size() ? port_number(part.substr(dash + 1)) : first;
    if (first == 0 || last < first) {
      return false;
    }
    if (part.size() == text.size()) {
      return true;
    }
    text.remove_prefix(part.size() + 1);
  }
}

// As DNS names are written, and as service names and the like may be: with underscores.
bool is_host_name(std::string_view text) {
  constexpr std::size_t longest = 253;
  const auto may_stand = [](unsigned char c) {
    return c >= 0x80 || std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
  };
  return !text.empty() && text.size() <= longest && text.front() != '.' &&
         text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), may_stand);
}

std::string wrong_with_configuration(const Json& config, const Json& names,
                                     const std::string& place) {
  if (!config.IsObject()) {
    return place + " must be an object.";
  }
  const auto check = [&](const Configuration& known) -> std::string {
    const Json* value = member(config, known.name);
    const std::string_view what = value == nullptr ? "" : expected(known.kind, *value);
    return what.empty()
               ? ""
               : place + "." + std::string(known.name) + " must be " + std::string(what) + ".";
  };
  for (const Json& name : names.GetArray()) {
    const auto* const module =
        std::find_if(std::begin(modules), std::end(modules),
                     [&](const DocumentedModule& known) { return known.name == text_of(name); });
    if (module == std::end(modules)) {
      continue;
    }
    for (const Configuration& known : module->configurations) {
      if (std::string wrong = check(known); !wrong.empty()) {
        return wrong;
      }
    }
  }
  return check(of_every_module);
}

// `entry`: one of ports.
std::string wrong_with_port(const Json& entry, const std::string& place) {
  const Json* port = entry.IsObject() ? member(entry, "port") : nullptr;
  if (port == nullptr || !((port->IsUint() && port->GetUint() >= 1 && port->GetUint() <= 65535) ||
                           (port->IsString() && are_ports(text_of(*port))))) {
    return place + ".port must be a number from 1 to 65535, or a string such as 80,8080 or 1-1024.";
  }
  if (const Json* protocol = member(entry, "protocol");
      protocol != nullptr &&
      !(protocol->IsString() && (text_of(*protocol) == "tcp" || text_of(*protocol) == "udp"))) {
    return place + ".protocol must be tcp or udp.";
  }
  const Json* names = member(entry, "modules");
  if (!is_filled_array(names) || !std::all_of(names->Begin(), names->End(), [](const Json& name) {
        return name.IsString() && name.GetStringLength() > 0;
      })) {
    return place + ".modules must be an array of module names.";
  }
  if (const Json* sample = member(entry, "sample");
      sample != nullptr && !expected(Kind::whole_number, *sample).empty()) {
    return place + ".sample must be a whole number above 0.";
  }
  const Json* config = member(entry, "config");
  return config == nullptr ? "" : wrong_with_configuration(*config, *names, place + ".config");
}

std::string wrong_with_option(const Json& option, bool grab, const std::string& place) {
  if (!option.IsObject()) {
    return place + " must be an object with arrays targets and ports.";
  }
  const Json* targets = member(option, "targets");
  if (!is_filled_array(targets)) {
    return place + ".targets must be an array of strings.";
  }
  for (const Json& target : targets->GetArray()) {
    if (!target.IsString() ||
        (!parse_range(text_of(target)) && !(grab && is_host_name(text_of(target))))) {
      return place + (grab ? ".targets must hold addresses, networks, ranges of addresses or host "
                             "names."
                           : ".targets must hold addresses, networks or ranges of addresses: "
                             "host names are for the type grab.");
    }
  }
  const Json* ports = member(option, "ports");
  if (!is_filled_array(ports)) {
    return place + ".ports must be an array of objects.";
  }
  for (rapidjson::SizeType i = 0; i < ports->Size(); ++i) {
    std::string wrong = wrong_with_port((*ports)[i], place + ".ports[" + std::to_string(i) + "]");
    if (!wrong.empty()) {
      return wrong;
    }
  }
  return "";
}

}  // namespace

std::string wrong_with(const Json& task) {
  const Json* type = member(task, "type");
  const bool grab = type != nullptr && type->IsString() && text_of(*type) == "grab";
  if (!grab && (type == nullptr || !type->IsString() || text_of(*type) != "scan")) {
    return "The member type must be scan or grab.";
  }
  if (const Json* text = member(task, "description"); text != nullptr && !text->IsString()) {
    return "The member description must be a string.";
  }
  const Json* options = member(task, "options");
  if (!is_filled_array(options)) {
    return "The member options must be an array of objects.";
  }
  for (rapidjson::SizeType i = 0; i < options->Size(); ++i) {
    std::string wrong =
        wrong_with_option((*options)[i], grab, "options[" + std::to_string(i) + "]");
    if (!wrong.empty()) {
      return wrong;
    }
  }
  return "";
}

}  // namespace penstock::simulator
