// One TLS connection to the simulator, as a coroutine: requests, streams, and how they end.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "simulator/state.hpp"

namespace penstock::simulator {

// Runs until the connection is closed. `state` and `context` outlive it.
boost::asio::awaitable<void> serve(State& state, boost::asio::ip::tcp::socket socket,
                                   boost::asio::ssl::context& context);

}  // namespace penstock::simulator
