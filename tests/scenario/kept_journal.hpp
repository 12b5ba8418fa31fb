// A source's journal that outlives its process, as files do. Its segments are files in memory.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "journal/segment.hpp"
#include "penstock/journal/segment_store.hpp"

namespace penstock::scenario {

struct KeptJournal {
  std::string name;
  JournalId id;
  std::uint64_t boot = 1;       // another one: the machine was restarted
  std::uint64_t processes = 0;  // that wrote to it
  BlockSequence released;
  std::map<std::string, journal::Descriptor> files;  // by path
};

// What one process has of it. Destroyed, it leaves what its ring held.
class KeptSegments final : public journal::SegmentStore {
 public:
  KeptSegments(KeptJournal& journal, Bytes segment_size)
      : journal_(journal), size_(segment_size), process_(journal.processes++) {}

  std::vector<journal::RecoveredSegment> recover() override;
  std::unique_ptr<journal::Segment> take() override;
  void give_back(std::unique_ptr<journal::Segment> segment) override;
  void released(BlockSequence up_to) override { journal_.released = up_to; }
  BlockSequence last_released() const override { return journal_.released; }
  JournalId journal() const override { return journal_.id; }
  std::uint64_t boot() const override { return journal_.boot; }
  BlockSequence first_sequence() const override { return first_block_of(process_); }

 private:
  std::unique_ptr<journal::Segment> map(const std::string& path, int file) const;

  KeptJournal& journal_;
  Bytes size_;
  std::uint64_t process_;
};

}  // namespace penstock::scenario
