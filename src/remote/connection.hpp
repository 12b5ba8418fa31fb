// One TLS connection to an endpoint, and one request on it after another.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>
#include <string>

#include "penstock/core/counters.hpp"
#include "penstock/core/time.hpp"
#include "penstock/remote/endpoint.hpp"
#include "penstock/remote/proxy.hpp"
#include "penstock/remote/session_fsm.hpp"
#include "remote/address_choice.hpp"
#include "remote/sink_body.hpp"
#include "remote/transport.hpp"
#include "remote/watch.hpp"

namespace penstock::remote {

// Lives on the I/O thread, and longer than its coroutines.
class Connection {
 public:
  // `connect_timeout` bounds the way to the end of the TLS handshake, `header_timeout` that from
  // there to the end of the response header.
  Connection(boost::asio::io_context& io, boost::asio::ssl::context& tls, AddressChoice& choice,
             Duration connect_timeout, Duration header_timeout);

  // Connects, through `proxy` where there is one, sends `request` (whole, as it goes on the wire)
  // and reads the response header. Returns Failed or Answered.
  boost::asio::awaitable<Outcome> open(const Endpoint& endpoint, const std::optional<Proxy>& proxy,
                                       const std::string& request);

  // Another request on it, to the same origin. Precondition: is_reusable().
  boost::asio::awaitable<Outcome> ask(const Endpoint& endpoint, const std::string& request);
  // The last answer was read to its end, and the server keeps the connection.
  bool is_reusable() { return ended_whole_ && !transport_.remote_gone(); }
  // Bytes of a request were written on it, or may have been.
  bool used() const { return used_; }

  // After a 200: body bytes into the sink. Returns SinkFull (call it again), BodyEnded or Broken;
  // all that came before went to the sink.
  boost::asio::awaitable<Outcome> read(ByteSink& sink, Counter& received);

  // Makes open() or read() return soon.
  void abort();
  // The sink is going away: nothing more is written to it.
  void drop_sink();

  // The other side has ended the connection, whatever is still to be read.
  bool remote_gone() { return transport_.remote_gone(); }
  const std::string& address() const { return transport_.address(); }
  std::uint64_t received() const { return parser_ ? parser_->get().body().received : 0; }
  MonotonicTime last_byte() const { return last_byte_; }
  // Of an answer with Redirect::same_origin.
  const std::optional<Endpoint>& redirect() const { return redirect_; }

 private:
  using Parser = boost::beast::http::response_parser<SinkBody>;

  boost::asio::awaitable<Outcome> reach_and_ask(const Endpoint& endpoint,
                                                const std::optional<Proxy>& proxy,
                                                const std::string& request);
  Watch::Look until(MonotonicTime deadline);
  boost::asio::awaitable<Failure> exchange(const std::string& request);
  boost::asio::awaitable<Failure> read_header();
  outcome::Answered answer(const Endpoint& endpoint);

  boost::asio::io_context& io_;
  Duration connect_timeout_, header_timeout_;
  Transport transport_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::optional<Endpoint> redirect_;
  MonotonicTime last_byte_;
  bool timed_out_ = false;
  bool aborted_ = false;
  bool used_ = false;
  bool ended_whole_ = false;
};

}  // namespace penstock::remote
