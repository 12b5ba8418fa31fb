// Guesses which partition librdkafka will choose for a key.
//
// It is the right one but for a while after partitions were added. So nothing may follow from it
// but the order in which records are handed over. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace penstock::publish {

class Partitioning {
 public:
  Partitioning() = default;  // all is in partition 0
  // `partitioner` as in librdkafka's property of that name; of one that doesn't go by the key, all
  // is in partition 0.
  Partitioning(std::string_view partitioner, std::int32_t partitions);

  std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(count_); }
  std::uint32_t of(std::string_view key) const noexcept;  // below count()

 private:
  using Choose = std::int32_t(std::string_view key, std::int32_t count);
  Choose* choose_ = nullptr;
  std::int32_t count_ = 1;
};

}  // namespace penstock::publish
