// What can go wrong with a request to the REST API.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "penstock/core/units.hpp"

namespace penstock::remote {

struct RestError {
  enum class Kind : std::uint8_t {
    not_found,     // 404, or an id that no path can hold
    throttled,     // 420, 429
    refused,       // 401, 403, no usable token, an untrusted certificate, a redirect elsewhere
    server_error,  // 5xx, other unexpected statuses, an answer that is too long or not readable
    unreachable,   // no answer, or none that came to its end in time
    unwanted,      // who receives the answer has no room for more of it
  };
  Kind kind = Kind::unreachable;
  std::optional<Duration> retry_after{};  // as the answer says
  std::string detail{};                   // printable, holds no secret
  // Of an answer with an error status, as it came but for its length: not fit to be shown as it is.
  // Empty where it quotes the token.
  std::string body{};
  bool may_pass = false;  // the same request may have another answer later
  bool was_sent = true;   // the server may have got a byte of it
  bool was_told = false;  // a part of the answer was delivered
};

template <class T>
using RestResult = boost::system::result<T, RestError>;

}  // namespace penstock::remote
