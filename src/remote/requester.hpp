// One GET after another with an Access: token, proxy, trust, and the answer's body into a sink.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "penstock/core/byte_sink.hpp"
#include "penstock/core/counters.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/time.hpp"
#include "penstock/remote/access.hpp"
#include "penstock/remote/endpoint.hpp"
#include "penstock/remote/session_fsm.hpp"
#include "remote/connection.hpp"

namespace penstock::remote {

// Lives on the I/O thread, and longer than its coroutines.
class Requester {
 public:
  Requester(boost::asio::io_context& io, Access access);

  // Ends the connection there was and asks for `target`. Returns Failed or Answered. Where the
  // answer is a redirect within the origin, redirect() says to where.
  boost::asio::awaitable<Outcome> get(Result<Endpoint> target);
  Result<Endpoint> redirect() const { return *connection_->redirect(); }

  // The body of the last answer into `sink`. Returns SinkFull (call it again), BodyEnded, Broken,
  // or Stalled where nothing came until `stalls_at(time of the last byte)`.
  using StallsAt = std::function<MonotonicTime(MonotonicTime last_byte)>;
  boost::asio::awaitable<Outcome> read(ByteSink& sink, Counter& received, StallsAt stalls_at);

  void abort();                          // makes what is under way return soon
  void drop_sink();                      // it is going away: nothing more is written to it
  void close() { connection_.reset(); }  // precondition: nothing is under way
  const Connection& connection() const { return *connection_; }  // precondition: an answer came
  bool remote_gone() { return connection_->remote_gone(); }

  // `text` quotes the token of the last request: not to be shown.
  bool quotes_token(std::string_view text) const;

 private:
  boost::asio::io_context& io_;
  Access access_;
  std::string token_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace penstock::remote
