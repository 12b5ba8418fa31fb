#include "app/kept_memory.hpp"

#include <malloc.h>

#include "penstock/core/limits.hpp"

namespace penstock::app {
namespace {

// What is in use soon again costs a page fault each time.
constexpr std::chrono::seconds give_back_every{30};

}  // namespace

// By default glibc raises the last two bounds to what was ever freed, up to 32 and 64 MiB: one
// large event would cost its memory for ever, in each arena.
void bound_kept_memory() {
  mallopt(M_ARENA_MAX, limits::malloc_arenas);
  mallopt(M_MMAP_THRESHOLD, static_cast<int>(limits::returned_at_once.count));
  mallopt(M_TRIM_THRESHOLD, static_cast<int>(limits::kept_free.count));
  mallopt(M_TOP_PAD, static_cast<int>(limits::kept_spare.count));
}

void KeptMemory::beat(MonotonicTime now) {
  if (!given_back_at_) {
    given_back_at_ = now;
  } else if (now - *given_back_at_ >= give_back_every) {
    malloc_trim(0);
    given_back_at_ = now;
  }
}

}  // namespace penstock::app
