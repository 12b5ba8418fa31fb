// What stands below a frame's header: each page's lines. Pure.
#pragma once

#include <cstddef>

#include "app/top/frame.hpp"

namespace penstock::app::top {

// The table of sources, and below it the latest status events: as many lines as there is room for.
Frame list_page(const Scene& scene, Size room);

// All of one source; the view says which of the lines to begin with.
Frame source_page(const Scene& scene, const Source& source, Size room);

// Keys, and what the columns mean.
Lines help_page(std::size_t columns);

// The daemon's state in plain words, with what is wrong grouped by reason; at most `rows` lines.
Lines health_lines(const Status& status, Size room);

}  // namespace penstock::app::top
