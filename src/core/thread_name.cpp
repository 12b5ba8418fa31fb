#include "penstock/core/thread_name.hpp"

#include <pthread.h>

#include <string>

namespace penstock {

void name_this_thread(std::string_view name) {
  constexpr std::size_t longest = 15;
  pthread_setname_np(pthread_self(), std::string(name.substr(0, longest)).c_str());
}

}  // namespace penstock
