// The file of a segment, while it is mapped or not yet flushed.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "journal/descriptor.hpp"
#include "penstock/core/error.hpp"

namespace penstock::journal {

// Kept open from its first byte to its flush: the kernel may tell an error of writing it back to
// those alone who had it open. flush() from any thread.
class SegmentFile {
 public:
  // `directory`: where its name stands, which a new file flushes with its bytes; none: it was
  // there.
  SegmentFile(Descriptor file, std::string path, std::shared_ptr<const Descriptor> directory)
      : file_(std::move(file)), path_(std::move(path)), directory_(std::move(directory)) {}

  // All that was written to it, by its mapping too, is on disk then. Not to be tried again after an
  // error: the kernel drops what it couldn't write.
  Result<void> flush();

  int descriptor() const { return file_.get(); }
  const std::string& path() const { return path_; }

 private:
  Descriptor file_;
  std::string path_;
  std::shared_ptr<const Descriptor> directory_;  // shared: by all files in it
  std::atomic<bool> name_flushed_{false};
};

}  // namespace penstock::journal
