// Requests to the REST API, one after another on a connection that is kept. Typed calls stand on
// top: tasks_client.hpp, query_client.hpp, images_client.hpp.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "penstock/core/byte_sink.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/units.hpp"
#include "penstock/remote/access.hpp"
#include "penstock/remote/rest_error.hpp"
#include "penstock/remote/retries.hpp"

namespace boost::asio {
class io_context;
}

namespace penstock::remote {

struct RestOptions {
  std::string url;  // https, without a slash at its end
  Access access;
  // To an answer's end: of a bounded one from the end of its header, of a streamed one from byte to
  // byte.
  Duration answer_time{limits::answer_time};
  std::optional<Duration> header_time{};  // none: as long as connecting may take
  RetryOptions retries{};                 // none, where nobody asks for them
  // Before a wait for another attempt.
  std::function<void(const RestError& failed, Duration wait)> on_retry{};
};

enum class Method : std::uint8_t { get, post };

struct RestRequest {
  Method method = Method::get;
  std::vector<std::string> path;  // segments; like `query` percent-encoded on the way (RFC 3986)
  std::vector<std::pair<std::string, std::string>> query{};
  std::optional<std::string> body{};  // of a POST
};

// All calls on the io_context's one thread. Requests go out one after another; how many wait is
// bounded by who asks. Redirects are followed within the origin. A GET that failed for a reason
// that may pass is made again, as RetryOptions say; a POST only while nothing of it was sent. Each
// call is answered once, never from inside it, and the callback may destroy the RestClient.
class RestClient {
 public:
  using Done = std::function<void(RestResult<std::string> body)>;
  using Ended = std::function<void(RestResult<void>)>;

  RestClient(boost::asio::io_context& io, RestOptions options);
  // Ends what is under way; nobody is called back any more.
  ~RestClient();
  RestClient(const RestClient&) = delete;
  RestClient& operator=(const RestClient&) = delete;

  // The body of a 2xx, at most `limit` bytes, or what went wrong.
  void ask(RestRequest request, Bytes limit, Done done);

  // The body of a 2xx into `sink`, which outlives the call; where it has no room the call ends with
  // RestError::Kind::unwanted. Not made again once the sink has got a byte.
  void stream(RestRequest request, ByteSink& sink, Ended ended);

  // The same of any https URL, without the token.
  void download(std::string url, ByteSink& sink, Ended ended);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared: with its coroutine, whose frame may outlive a RestClient
};

}  // namespace penstock::remote
