// The way to an endpoint: name resolution, TCP, a proxy's tunnel, the TLS handshake.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <optional>
#include <string>
#include <vector>

#include "penstock/core/time.hpp"
#include "penstock/remote/endpoint.hpp"
#include "penstock/remote/lookup.hpp"
#include "penstock/remote/proxy.hpp"
#include "penstock/remote/session_fsm.hpp"
#include "remote/address_choice.hpp"
#include "remote/tls_stream.hpp"

namespace penstock::remote {

// None: it was done.
using Failure = std::optional<outcome::Failed>;

inline Failure failed(outcome::FailureKind kind, std::string detail) {
  return outcome::Failed{kind, std::move(detail)};
}

// Lives on the I/O thread, and longer than its coroutine.
class Transport {
 public:
  // `choice` says which of a host's addresses comes first.
  Transport(boost::asio::io_context& io, boost::asio::ssl::context& tls, AddressChoice& choice);

  // Connects, through `proxy` where there is one, up to the end of the handshake. `deadline` is
  // shared out among the host's addresses; who wants it kept as a whole calls abort() then.
  boost::asio::awaitable<Failure> reach(const Endpoint& endpoint, const std::optional<Proxy>& proxy,
                                        MonotonicTime deadline);

  // Makes reach(), or what is under way on stream(), return soon.
  void abort();

  // The other side has ended the connection, whatever is still to be read.
  bool remote_gone();
  TlsStream& stream() { return stream_; }
  const std::string& address() const { return address_; }
  // Tells `choice` what became of it, where TCP came to an address.
  void tried(const Outcome& what);

 private:
  boost::asio::awaitable<Failure> resolve(const std::string& host, std::uint16_t port);
  boost::asio::awaitable<Failure> connect(MonotonicTime deadline);
  boost::asio::awaitable<Failure> tunnel(const Endpoint& endpoint, const Proxy& proxy);
  boost::asio::awaitable<Failure> handshake(const Endpoint& endpoint);

  boost::asio::io_context& io_;
  TlsStream stream_;
  AddressChoice& choice_;
  std::string authority_;  // the endpoint's, or the proxy's
  std::vector<AddressChoice::Address> addresses_;
  Lookup lookup_;
  std::string address_;
  std::optional<AddressChoice::Address> connected_to_;
  std::string distrust_;
  bool aborted_ = false;
};

}  // namespace penstock::remote
