// Requests to the REST API: one request, one answer of bounded size. Typed calls stand on top
// (tasks_client.hpp).
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "penstock/core/limits.hpp"
#include "penstock/core/units.hpp"
#include "penstock/remote/access.hpp"

namespace boost::asio {
class io_context;
}

namespace penstock::remote {

struct RestOptions {
  std::string url;  // https, without a slash at its end
  Access access;
  Duration answer_time{limits::answer_time};  // from the end of an answer's header to its own
};

struct RestError {
  enum class Kind : std::uint8_t {
    not_found,     // 404, or an id that no path can hold
    throttled,     // 420, 429
    refused,       // 401, 403, no usable token, an untrusted certificate, a redirect elsewhere
    server_error,  // 5xx, other unexpected statuses, an answer that is too long or not readable
    unreachable,   // no answer, or none that came to its end in time
  };
  Kind kind = Kind::unreachable;
  std::optional<Duration> retry_after;  // as the answer says
  std::string detail;                   // printable, holds no secret
};

template <class T>
using RestResult = boost::system::result<T, RestError>;

// All calls on the io_context's one thread. Requests go out one after another, each on a connection
// of its own; how many wait is bounded by who asks.
class RestClient {
 public:
  using Done = std::function<void(RestResult<std::string> body)>;

  RestClient(boost::asio::io_context& io, RestOptions options);
  // Ends what is under way; nobody is called back any more.
  ~RestClient();
  RestClient(const RestClient&) = delete;
  RestClient& operator=(const RestClient&) = delete;

  // GET <url>/<path…>, each segment percent-encoded, redirects followed within the origin. The body
  // of a 2xx, at most `limit` bytes, or what went wrong. `done` is called once, never from inside
  // get(), and may destroy the RestClient.
  void get(std::vector<std::string> path, Bytes limit, Done done);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared: with its coroutine, whose frame may outlive a RestClient
};

}  // namespace penstock::remote
