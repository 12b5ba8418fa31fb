// One command's calls to the API, one after another, until it is done or interrupted.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/commands/interrupt.hpp"
#include "penstock/core/error.hpp"
#include "penstock/remote/rest_client.hpp"
#include "penstock/settings/load.hpp"

namespace penstock::app {

remote::AccessOptions command_access(const settings::Loaded& loaded,
                                     const settings::Inputs& inputs);

// Requests that fail are made again, which is told on standard error.
remote::RestOptions command_rest_options(const settings::Loaded& loaded,
                                         const settings::Inputs& inputs);

// SIGINT and SIGTERM interrupt.
class ApiCalls {
 public:
  ApiCalls(const settings::Loaded& loaded, const settings::Inputs& inputs);

  remote::RestClient& client() { return *client_; }
  int interrupt() { return interrupt_.descriptor(); }  // readable where interrupted
  bool interrupted() const { return interrupted_; }

  // Makes one call, `start(done)`, and waits for what `done` is told; for nothing once interrupted:
  // then no call can be made any more.
  template <class T, class Start>
  remote::RestResult<T> wait(Start start) {
    std::optional<remote::RestResult<T>> result;
    if (client_) {
      start([&](remote::RestResult<T> told) { result.emplace(std::move(told)); });
      run_until([&] { return result.has_value(); });
    }
    return result ? std::move(*result) : remote::RestError{.detail = "interrupted"};
  }

 private:
  void run_until(const std::function<bool()>& done);

  boost::asio::io_context io_{1};
  bool interrupted_ = false;
  Interrupt interrupt_{io_, [this] { interrupted_ = true; }};
  std::optional<remote::RestClient> client_;  // none: interrupted
};

// What a failed call tells: what was asked for, what is wrong, and, on lines of its own, the body
// of the API's answer, made fit to be shown.
Error api_error(std::string_view asked, const remote::RestError& failure);

// The same of POST /v1/tasks, whose outcome may be unknown.
Error created_error(const remote::RestError& failure);

}  // namespace penstock::app
