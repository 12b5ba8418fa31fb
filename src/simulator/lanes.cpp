#include "simulator/lanes.hpp"

namespace penstock::simulator {
namespace {

// Events of a job on its lane, status messages included.
constexpr std::uint64_t job_length = 2'000;
constexpr std::uint64_t job_stream = 0x10;  // apart from the sources' random numbers

}  // namespace

JobSlot slot(std::uint64_t lane, std::uint64_t number) {
  const std::uint64_t shift = lane * job_length / lanes;
  const std::uint64_t start = number * job_length;
  return {lane, number, start > shift ? start - shift : 0, start + job_length - shift};
}

JobSlot slot_of(std::uint64_t n) {
  const std::uint64_t lane = n % lanes;
  return slot(lane, (n / lanes + lane * job_length / lanes) / job_length);
}

SplitMix64 slot_random(std::uint64_t seed, const JobSlot& job) {
  return SplitMix64(seed, job_stream + job.lane, job.number);
}

}  // namespace penstock::simulator
