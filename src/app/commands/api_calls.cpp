#include "app/commands/api_calls.hpp"

#include <iostream>
#include <random>

#include "app/composition.hpp"
#include "penstock/core/text.hpp"

namespace penstock::app {
namespace {

using remote::RestError;

constexpr std::uint32_t retries = 4;  // by default a quarter of a second, a half, one, two
constexpr int answer_share = 6;       // a search takes longer than a connection: by default 60 s
constexpr std::size_t shown_answer = 4'000;  // characters: a proxy's page tells enough in them
constexpr std::size_t shown_line = 1'000;

Errc code_of(RestError::Kind kind) {
  switch (kind) {
    case RestError::Kind::not_found:
      return Errc::not_found;
    case RestError::Kind::server_error:
      return Errc::protocol;
    case RestError::Kind::throttled:
    case RestError::Kind::refused:
    case RestError::Kind::unreachable:
    case RestError::Kind::unwanted:
      break;
  }
  return Errc::network;
}

// Each line by itself, indented.
std::string shown(std::string_view body) {
  std::string text;
  while (!body.empty() && text.size() < shown_answer) {
    const std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(body.size(), line.size() + 1));
    const std::string_view bare = line.substr(0, line.find_last_not_of("\r") + 1);
    if (!bare.empty()) {
      text += "\n  " + printable(bare, shown_line);
    }
  }
  return text + (body.empty() ? "" : "\n  ...");
}

}  // namespace

remote::AccessOptions command_access(const settings::Loaded& loaded,
                                     const settings::Inputs& inputs) {
  return access_options(loaded.settings, inputs.environment,
                        token_reader(loaded.settings.api, inputs.environment));
}

remote::RestOptions command_rest_options(const settings::Loaded& loaded,
                                         const settings::Inputs& inputs) {
  const settings::Api& api = loaded.settings.api;
  const Duration patience = answer_share * api.connect_timeout;
  return {.url = api.url,
          .access = remote::Access(command_access(loaded, inputs)),
          .answer_time = patience,
          .header_time = patience,
          .retries = {.retries = retries,
                      .first = api.backoff.network_step,
                      .max = api.backoff.network_max,
                      .seed = std::random_device()()},
          .on_retry = [](const RestError& failed, Duration wait) {
            std::cerr << "penstock: " << failed.detail << "; again in " << to_string(wait) << '\n';
          }};
}

ApiCalls::ApiCalls(const settings::Loaded& loaded, const settings::Inputs& inputs)
    : client_(std::in_place, io_, command_rest_options(loaded, inputs)) {}

void ApiCalls::run_until(const std::function<bool()>& done) {
  while (!done() && !interrupted_) {
    io_.restart();
    io_.run_one();
  }
  if (interrupted_) {
    client_.reset();
  }
}

Error api_error(std::string_view asked, const RestError& failure) {
  std::string text(asked);
  text += ": " + failure.detail;
  if (failure.retry_after) {
    text += "; the API asks to wait for " + to_string(*failure.retry_after);
  }
  return make_error(code_of(failure.kind), text + shown(failure.body));
}

Error created_error(const RestError& failure) {
  Error error = api_error("POST /v1/tasks", failure);
  if (failure.was_sent && failure.kind == RestError::Kind::unreachable) {
    error.what += "; whether there is a job now, `penstock tasks list` tells";
  }
  return error;
}

}  // namespace penstock::app
