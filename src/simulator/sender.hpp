// Sends one body over a connection, and ends it as its feed says.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "simulator/session_feed.hpp"
#include "simulator/state.hpp"
#include "simulator/wire.hpp"

namespace penstock::simulator {

// What a body is: a source's lines as they come, or a replay.
struct Sending {
  State& state;
  Endpoint& endpoint;
  SessionFeed& feed;
  Truth& truth;
  std::uint64_t& cursor;       // the feed's
  SourceState* source;         // null: a replay
  std::optional<Fault> fault;  // of the connection
  bool whole() const { return fault && fault->kind == FaultKind::content_length; }
  bool until_close() const { return fault && fault->kind == FaultKind::until_close; }
};

SessionFeed::Framing framing_of(const std::optional<Fault>& fault);

// Until the body is over, one way or the other; the truth then has its end. The connection isn't to
// be used again.
boost::asio::awaitable<void> send_body(Wire& wire, const Sending& sending);

}  // namespace penstock::simulator
