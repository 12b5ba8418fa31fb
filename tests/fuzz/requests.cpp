// What users write to be sent: tasks, URLs and proxies. The first byte says what the rest is.
#include "fuzz/check.hpp"
#include "fuzz/choices.hpp"
#include "fuzz/reference/strict_json.hpp"
#include "penstock/remote/endpoint.hpp"
#include "penstock/remote/proxy.hpp"
#include "penstock/remote/task_request.hpp"

namespace penstock::fuzz {
namespace {

void task(Choices& choices, const std::string& shown) {
  remote::TaskWanted wanted{.type = choices.byte() % 2 == 0 ? "scan" : "grab"};
  wanted.description = choices.text();
  for (auto* list : {&wanted.targets, &wanted.ports, &wanted.modules, &wanted.config}) {
    for (std::size_t count = choices.below(4); count > 0; --count) {
      list->emplace_back(choices.text());
    }
  }
  const auto made = remote::make_task(wanted);
  std::string json(choices.rest());
  if (made) {
    constexpr std::size_t deep = 64;
    must(read_json(*made, deep).verdict == JsonReading::Verdict::valid && is_strict_utf8(*made),
         "what is made is JSON", *made);
    json = *made;
  }
  const auto findings = remote::check_task(json);
  for (const auto* texts : {&findings.errors, &findings.warnings}) {
    for (const std::string& text : *texts) {
      must(is_printable(text), "what is said of a task is printable", text);
    }
  }
  must(!findings.errors.empty() || !made || wanted.targets.size() * wanted.ports.size() != 0,
       "a task has a target and a port", shown);
}

void url(const std::string& text) {
  const auto endpoint = remote::parse_endpoint(text);
  if (!endpoint) {
    must(terminal_safe(endpoint.error().what) == endpoint.error().what, "an error can be shown",
         text);
    return;
  }
  must(endpoint->port != 0 && is_printable(endpoint->authority()) &&
           is_printable(endpoint->target) &&
           endpoint->authority().find_first_of(" @%") == std::string::npos &&
           endpoint->target.starts_with('/') && endpoint->target.find(' ') == std::string::npos,
       "it can stand in a request", text);
  const auto again = remote::parse_endpoint("https://" + endpoint->authority() + endpoint->target);
  must(again && *again == *endpoint, "it is read as it is written", text);
}

void proxy(Choices& choices, const std::string& shown) {
  remote::ProxyEnvironment environment;
  environment.https_proxy = choices.text();
  environment.no_proxy = choices.text();
  const auto chosen = remote::choose_proxy(environment, std::string(choices.text()), 443);
  must(chosen || terminal_safe(chosen.error().what) == chosen.error().what, "an error can be shown",
       shown);
  if (chosen && *chosen) {
    must((*chosen)->port != 0 && !(*chosen)->host.empty(), "a proxy has a host and a port", shown);
    must(is_printable((*chosen)->authorization), "its header can be sent", shown);
  }
}

}  // namespace
}  // namespace penstock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace penstock;
  fuzz::Choices choices(data, size);
  const std::uint8_t kind = choices.byte();
  const std::string text(choices.rest());
  switch (kind) {
    case 'j':
      fuzz::task(choices, text);
      break;
    case 'u':
      fuzz::url(text);
      break;
    case 'p':
      fuzz::proxy(choices, text);
      break;
    default:
      return -1;
  }
  return 0;
}
