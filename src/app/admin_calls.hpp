// What an operator asks of the running daemon through admin.socket. On the I/O thread.
#pragma once

#include <list>

#include "app/sources.hpp"
#include "penstock/ops/admin_server.hpp"

namespace penstock::app {

// Passes the wish on to the source that is named, or to the one that has jobs.
void ask_for_replay(const std::list<Sources::Source>& sources, const ops::ReplayCall& call,
                    const ops::Answer& answer);

}  // namespace penstock::app
