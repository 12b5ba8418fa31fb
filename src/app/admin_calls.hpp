// What an operator asks of the running daemon through admin.socket. On the I/O thread.
#pragma once

#include <memory>
#include <span>

#include "app/source_pipeline.hpp"
#include "penstock/ops/admin_server.hpp"

namespace penstock::app {

// Passes the wish on to the source that is named, or to the one that has jobs.
void ask_for_replay(std::span<const std::unique_ptr<SourcePipeline>> pipelines,
                    const ops::ReplayCall& call, const ops::Answer& answer);

}  // namespace penstock::app
