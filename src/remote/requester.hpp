// One request after another with an Access: token, proxy, trust, and the answer's body into a sink.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "penstock/core/byte_sink.hpp"
#include "penstock/core/counters.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/time.hpp"
#include "penstock/remote/access.hpp"
#include "penstock/remote/endpoint.hpp"
#include "penstock/remote/rest_client.hpp"
#include "penstock/remote/session_fsm.hpp"
#include "remote/connection.hpp"

namespace penstock::remote {

// Of a request, what isn't its target.
struct RequestForm {
  Method method = Method::get;
  std::optional<std::string> body{};  // of a POST
  bool with_token = true;
  bool keep = false;  // the connection of the request before serves, where it can
  std::optional<Duration> header_timeout{};  // none: as long as connecting may take
};

// Lives on the I/O thread, and longer than its coroutines.
class Requester {
 public:
  Requester(boost::asio::io_context& io, Access access);

  // Asks for `target`, on a new connection but for RequestForm::keep. Returns Failed or Answered.
  // Where the answer is a redirect within the origin, redirect() says to where.
  boost::asio::awaitable<Outcome> ask(Result<Endpoint> target, RequestForm form);
  boost::asio::awaitable<Outcome> get(Result<Endpoint> target) {
    return ask(std::move(target), {});
  }
  Result<Endpoint> redirect() const { return *connection_->redirect(); }

  // The body of the last answer into `sink`. Returns SinkFull (call it again), BodyEnded, Broken,
  // or Stalled where nothing came until `stalls_at(time of the last byte)`.
  using StallsAt = std::function<MonotonicTime(MonotonicTime last_byte)>;
  boost::asio::awaitable<Outcome> read(ByteSink& sink, Counter& received, StallsAt stalls_at);

  void abort();                          // makes what is under way return soon
  void drop_sink();                      // it is going away: nothing more is written to it
  void close() { connection_.reset(); }  // precondition: nothing is under way
  const Connection& connection() const { return *connection_; }  // precondition: an answer came
  // Bytes of the last request may have been sent.
  bool was_sent() const { return connection_ != nullptr && connection_->used(); }
  // It went out on a connection that had been kept, and may have been gone.
  bool was_kept() const { return kept_; }
  bool remote_gone() { return connection_->remote_gone(); }

  // `text` quotes the token of the last request: not to be shown.
  bool quotes_token(std::string_view text) const;

 private:
  Outcome without_token(Outcome what) const;

  boost::asio::io_context& io_;
  Access access_;
  std::string token_;
  std::unique_ptr<Connection> connection_;
  bool kept_ = false;
  std::optional<Endpoint> connected_to_;  // where connection_ leads
  std::uint64_t connected_by_ = 0;        // the Access as it was then
};

}  // namespace penstock::remote
