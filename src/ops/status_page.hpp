// The status page: the daemon's state as HTML. Pure. Without JavaScript it is read anew now and
// then; with it, page/live.js puts in what GET /events sends, which is main_part() again.
#pragma once

#include <string>
#include <string_view>

#include "penstock/ops/status_document.hpp"

namespace penstock::ops {

std::string status_page(const StatusSnapshot& snapshot);
// What stands in the page's <main>.
std::string main_part(const StatusSnapshot& snapshot);

// The page's other parts, embedded in the program.
std::string_view style_sheet();
std::string_view live_script();

}  // namespace penstock::ops
