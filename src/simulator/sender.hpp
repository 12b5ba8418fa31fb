// Sends one body over a connection, and ends it as its feed or a fault says.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>

#include "simulator/control.hpp"
#include "simulator/session_feed.hpp"
#include "simulator/state.hpp"
#include "simulator/wire.hpp"

namespace penstock::simulator {

// What a body is: a source's lines as they come, a replay, or what a query found.
struct Sending {
  State& state;
  Endpoint& endpoint;
  SessionFeed& feed;
  Truth& truth;
  std::uint64_t& cursor;       // the feed's
  SourceState* source;         // null: all lines are there
  std::optional<Fault> fault;  // of the connection
  std::string_view content_type = "application/json";
  bool whole() const { return fault && fault->kind == FaultKind::content_length; }
  bool until_close() const { return fault && fault->kind == FaultKind::until_close; }
};

SessionFeed::Framing framing_of(const std::optional<Fault>& fault);

// Until the body is over, one way or the other; the truth then has its end. The connection isn't to
// be used again.
boost::asio::awaitable<void> send_body(Wire& wire, const Sending& sending);

// False: the connection isn't to be used again.
boost::asio::awaitable<bool> send_answer(Wire& wire, const Answer& answer, bool keep_alive);
// As far as byte `cut` of its body; then what `fault` does, one of the group `ending`.
boost::asio::awaitable<bool> send_cut_answer(Wire& wire, const State& state, const Answer& answer,
                                             std::size_t cut, Fault fault);

}  // namespace penstock::simulator
