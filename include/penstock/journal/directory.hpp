// The journal of one source on disk: a directory of segment files (docs/journal-format.md).
//
//   journal      text: version, id, source, and how many processes have written to it
//   journal.new  the one before: the next is written in its room, then the two change their names
//   <n>.segment  blocks that Kafka may not have yet; two at most are kept for reuse
//   released     the last block that Kafka has for sure: spares a start what came before it; locked
//   <n>.damaged  a copy of a segment in which blocks could not be read; for people. Of more than
//                one of the number the others are <n>.2.damaged and so on
//
// One process at a time. Used from one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/log.hpp"
#include "penstock/core/units.hpp"
#include "penstock/journal/segment_store.hpp"

namespace penstock::journal {

class Descriptor;
struct Description;

// Which run of the machine this is. Where the kernel doesn't tell, a number that no other process
// has: no open block is taken for one of this run then. An error: it would have told, but couldn't.
Result<std::uint64_t> boot_of_machine();

// Whether the file system can give a file its room beforehand, so that a full disk is no fault
// later.
bool can_reserve_room(const std::string& directory);

struct DirectoryOptions {
  std::string path;  // made where it isn't there
  SourceName source;
  Bytes segment_size;
  std::uint64_t boot = 0;  // 0: that of this machine
  std::stop_token stop{};  // ends open() between two segments, with an error
};

class Directory final : public SegmentStore {
 public:
  // An error says what to do: another process has it, it is of another source or of a newer
  // version, it can't be written, or not all be read.
  static Result<std::unique_ptr<Directory>> open(DirectoryOptions options, Log& log);
  ~Directory() override;

  std::string name() const;  // the id, 16 hex digits

  // SegmentStore

  // Blocks that can't be read are passed over, and their segment is copied to <n>.damaged; not for
  // the last ones of a process, which a crash of the machine tears, too. The open block of a
  // process that was killed is sealed as the end of its session, unless the machine was restarted
  // since: its bytes may not be what was received then.
  std::vector<RecoveredSegment> recover() override;
  std::unique_ptr<Segment> take() override;
  void give_back(std::unique_ptr<Segment> segment) override;
  void released(BlockSequence up_to) override;
  BlockSequence last_released() const override { return released_; }
  JournalId journal() const override { return id_; }
  std::uint64_t boot() const override { return options_.boot; }
  BlockSequence first_sequence() const override;

 private:
  Directory(DirectoryOptions options, Descriptor&& descriptor, Log& log);
  Result<Description> describe();
  Result<void> open_released();
  Result<void> read_segments();
  Result<void> count_process(Description description);
  void read(std::unique_ptr<Segment> segment);
  Result<std::unique_ptr<Segment>> create();
  Result<void> allocate(int file, Bytes wanted);
  void keep_damaged(const Segment& segment) const;

  DirectoryOptions options_;
  // shared: with its files, which flush it
  std::shared_ptr<const Descriptor> descriptor_;  // of the directory
  Log& log_;
  JournalId id_;
  std::unique_ptr<Segment> released_file_;
  BlockSequence released_;
  std::uint64_t process_ = 0;                // how many wrote to it before
  std::uint64_t files_ = 0;                  // numbered so far
  std::vector<RecoveredSegment> recovered_;  // until the ring has them
  std::vector<std::unique_ptr<Segment>> free_;
  bool told_ = false;                // that there is no room
  bool told_no_allocation_ = false;  // that the file system can't reserve any
};

}  // namespace penstock::journal
