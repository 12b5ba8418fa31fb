// What comes by TLS, into the ring, as the I/O thread does it.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>

#include "penstock/journal/ring.hpp"

namespace penstock {

// One record after the other comes in; sealed blocks go out and are released.
inline void receive_and_release(journal::Ring& ring, std::string_view text) {
  constexpr std::size_t tls_record = 16'384;
  while (!text.empty()) {
    const auto room = ring.writable();
    const std::size_t count = std::min({text.size(), room.size(), tls_record});
    std::memcpy(room.data(), text.data(), count);
    ring.received(count, WallTime{});
    text.remove_prefix(count);
    while (const auto block = ring.next()) {
      ring.release(block->sequence);
    }
  }
}

}  // namespace penstock
