#include "journal/segment.hpp"
#include "penstock/journal/segment_store.hpp"

namespace penstock::journal {

MemorySegments::MemorySegments(Bytes segment_size) : segment_size_(segment_size) {}

MemorySegments::~MemorySegments() = default;

std::vector<RecoveredSegment> MemorySegments::recover() { return {}; }

std::unique_ptr<Segment> MemorySegments::take() {
  if (free_.empty()) {
    return Segment::of_memory(segment_size_);
  }
  std::unique_ptr<Segment> segment = std::move(free_.back());
  free_.pop_back();
  return segment;
}

void MemorySegments::give_back(std::unique_ptr<Segment> segment) {
  if (free_.size() < free_segments_kept) {
    free_.push_back(std::move(segment));
  }
}

}  // namespace penstock::journal
