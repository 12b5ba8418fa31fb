// The body of POST /v1/tasks: made from options, and checked before it is sent. Pure.
// Format: API V1 documentation, sections Create Scan Job and FAQ.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/error.hpp"

namespace penstock::remote {

// What `penstock tasks create` has as options. Each of `ports` gets all modules.
struct TaskWanted {
  std::string type{};
  std::string description{};
  std::vector<std::string> targets{};
  std::vector<std::string> ports{};  // `80`, `80,443/tcp`, `1-1024/udp`
  std::vector<std::string> modules{};
  std::vector<std::string> config{};  // `name=value`; true, false and numbers are such
  std::optional<std::uint64_t> sample{};
};

// As JSON, whatever is wrong with it: check_task() says that. An error: a member of `config` that
// is none.
Result<std::string> make_task(const TaskWanted& wanted);

// Each names the place: `options[0].ports[1].port: …`. Printable.
struct TaskFindings {
  std::vector<std::string> errors;    // the API would refuse it, or do something else
  std::vector<std::string> warnings;  // what the documentation doesn't know: it may be right
};
TaskFindings check_task(std::string_view json);

}  // namespace penstock::remote
