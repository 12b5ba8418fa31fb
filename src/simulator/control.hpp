// The answers that need no streaming: faults, figures, errors; those on tasks stand in tasks.hpp.
// Pure but for the state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simulator/state.hpp"

namespace penstock::simulator {

struct Answer {
  unsigned status = 200;
  std::string body;
  std::string_view content_type = "application/json";
  std::string headers;  // further ones, each with its line end
};

// The API's documented form of an error: {"status":400,"title":"Bad Request","message":"…"}.
Answer error_answer(unsigned status, std::string_view message);
std::string_view reason_phrase(unsigned status) noexcept;

// The answer that a connection fault makes of a stream's; none for those that stream.
// `host` and `target` are the request's.
std::optional<Answer> fault_answer(const Fault& fault, std::string_view host,
                                   std::string_view target);

struct ApiRequest {
  std::string_view method, path, body;
  std::string_view host;     // of the Host header
  bool authorised = false;   // it carries the token
  std::string_view query{};  // of the target, behind the question mark
};

// Everything but streams, replays, queries, pictures and truth.
Answer answer(State& state, const ApiRequest& request);

}  // namespace penstock::simulator
