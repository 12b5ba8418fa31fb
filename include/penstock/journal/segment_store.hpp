// Where a ring has its segments from: memory, or the files of a directory (directory.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "penstock/core/ids.hpp"
#include "penstock/core/units.hpp"

namespace penstock::journal {

class Segment;
class SegmentFile;
struct RecoveredSegment;

class SegmentStore {
 public:
  virtual ~SegmentStore() = default;

  // What earlier processes left, in the order of its blocks. Once, before the first take().
  virtual std::vector<RecoveredSegment> recover() = 0;

  // One of at least the ring's segment size, without a block of this journal that is above what was
  // written before. None: there is no room now; it says so in the log.
  virtual std::unique_ptr<Segment> take() = 0;
  // What it holds is needed no more.
  virtual void give_back(std::unique_ptr<Segment> segment) = 0;

  // Blocks up to this one are needed no more, by this process or one after it.
  virtual void released(BlockSequence up_to) = 0;
  virtual BlockSequence last_released() const = 0;

  virtual JournalId journal() const = 0;
  virtual std::uint64_t boot() const = 0;            // of the machine; 0: nothing outlives it
  virtual BlockSequence first_sequence() const = 0;  // for blocks of this process
};

// Anonymous memory. A few free segments are kept, the last freed goes out first.
class MemorySegments final : public SegmentStore {
 public:
  explicit MemorySegments(Bytes segment_size);
  ~MemorySegments() override;

  std::vector<RecoveredSegment> recover() override;
  std::unique_ptr<Segment> take() override;
  void give_back(std::unique_ptr<Segment> segment) override;
  void released(BlockSequence) override {}
  BlockSequence last_released() const override { return {}; }
  JournalId journal() const override { return {}; }
  std::uint64_t boot() const override { return 0; }
  BlockSequence first_sequence() const override { return BlockSequence{1}; }

 private:
  Bytes segment_size_;
  std::vector<std::unique_ptr<Segment>> free_;
};

}  // namespace penstock::journal
