// Which request gets which answer. Pure but for the handlers.
#pragma once

#include <string>
#include <string_view>

#include "penstock/ops/admin_server.hpp"

namespace penstock::ops {

struct AdminRequest {
  std::string_view method;
  std::string_view target;
  std::string_view accept;
  bool may_change = false;  // it came over the socket
  bool may_see = true;      // else /livez and /readyz, and of those the status alone
};

// Gives `answer` to the handler of a call that may take time, else calls it at once. A HEAD gets
// what GET would get; leaving out the body is the sender's business.
void route(const AdminRequest& request, const Handlers& handlers, const Answer& answer);

// 504: what takes too long may still be carried out.
Response late_answer(std::string_view target);

// 401: a password is asked for.
Response unauthorised();

// {"error":"…"}
Response error_response(int status, std::string_view text);

}  // namespace penstock::ops
