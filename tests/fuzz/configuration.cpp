// A configuration file, variables and flags, with a byte FF between them: read the same each time,
// or refused with reasons that can be shown. What begins with `-` is a flag `-KEY=VALUE`.
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/check.hpp"
#include "fuzz/choices.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/settings/load.hpp"
#include "penstock/settings/reload.hpp"

namespace penstock::fuzz {
namespace {

// A file in memory, which load() opens by its name.
class File {
 public:
  File() : number_(::memfd_create("penstock.yaml", MFD_CLOEXEC)) {
    must(number_ >= 0, "there is a file in memory");
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }
  void write(std::string_view text) const {
    must(::ftruncate(number_, 0) == 0 &&
             ::pwrite(number_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
         "it is written");
  }

 private:
  int number_;
};

void look_at(const std::vector<settings::Finding>& findings, const std::string& shown) {
  must(!findings.empty(), "a refusal has reasons", shown);
  for (const settings::Finding& finding : findings) {
    const std::string text = to_string(finding);
    must(terminal_safe(text) == text && text.find('\n') == std::string::npos,
         "a reason is one line that can be shown", text);
    must(finding.line >= 0 && finding.column >= 0, "it is somewhere", text);
  }
}

void look_at(const settings::Loaded& loaded, const std::string& shown) {
  const settings::Settings& all = loaded.settings;
  must(!all.sources.empty(), "there is a source", shown);
  must(all.events.max_size <= limits::largest_event && all.extract.workers <= limits::max_workers,
       "what has a bound keeps to it", shown);
  const auto plan = settings::plan_reload(loaded, loaded);
  must(plan && plan->applied.empty() && plan->restart.empty() && plan->added.empty() &&
           plan->removed.empty() && plan->reopened.empty(),
       "nothing changes from a configuration to itself", shown);
}

}  // namespace
}  // namespace penstock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace penstock;
  const std::string shown(reinterpret_cast<const char*>(data), size);
  // A device gives bytes for ever, or waits for them.
  for (const char* place : {"/dev", "/proc", "/sys"}) {
    if (shown.find(place) != std::string::npos) {
      return -1;
    }
  }
  static const fuzz::File file;
  fuzz::Choices choices(data, size);
  file.write(choices.text());
  settings::Inputs inputs{.config_file = file.path(), .environment = {}, .overrides = {}};
  while (!choices.at_end()) {
    const std::string given(choices.text());
    const std::size_t sign = std::min(given.find('='), given.size());
    const std::string value = given.substr(std::min(sign + 1, given.size()));
    if (given.starts_with('-')) {
      inputs.overrides[given.substr(1, sign - 1)] = value;
    } else if (value.find('\0') == std::string::npos) {
      inputs.environment[given.substr(0, sign)] = value;
    }
  }
  const auto first = settings::load(inputs);
  if (!first) {
    fuzz::look_at(first.error(), shown);
    return 0;
  }
  fuzz::look_at(*first, shown);
  const auto second = settings::load(inputs);
  fuzz::must(second.has_value(), "it is read the same each time", shown);
  for (std::size_t i = 0; i < first->values.size(); ++i) {
    fuzz::must(first->values[i].path == second->values[i].path &&
                   first->values[i].text == second->values[i].text,
               "with the same values", shown);
  }
  return 0;
}
