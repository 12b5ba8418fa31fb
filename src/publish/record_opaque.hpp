// A record's id as librdkafka's message opaque; 0 is none.
#pragma once

#include <cstdint>

#include "penstock/publish/refused_records.hpp"

namespace penstock::publish {

// 24 bits hold the events of any block, 39 bits the items of centuries.
inline constexpr int opaque_index_bits = 24;

inline std::uint64_t to_opaque(RecordId id) {
  return (((id.item.value << 1) | std::uint64_t{id.letter}) << opaque_index_bits) |
         (std::uint64_t{id.index} + 1);
}

inline RecordId from_opaque(std::uint64_t opaque) {
  constexpr std::uint64_t index_mask = (std::uint64_t{1} << opaque_index_bits) - 1;
  return {ItemSequence{opaque >> (opaque_index_bits + 1)}, ((opaque >> opaque_index_bits) & 1) != 0,
          static_cast<std::uint32_t>(opaque & index_mask) - 1};
}

}  // namespace penstock::publish
