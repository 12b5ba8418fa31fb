// What ps, top and debuggers call a thread.
#pragma once

#include <string_view>

namespace penstock {

// Of the calling thread. Linux keeps 15 bytes: what is longer is cut.
void name_this_thread(std::string_view name);

}  // namespace penstock
