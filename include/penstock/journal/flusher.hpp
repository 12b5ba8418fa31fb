// The thread that brings a journal's files to disk, so that receiving never waits for it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/journal/segment_store.hpp"

namespace penstock::journal {

// Its calls are from one thread. At its end what was asked for before is flushed.
class Flusher {
 public:
  // `failed` is called on the flusher's thread, once: what was received may be lost if the machine
  // crashes, and nothing is flushed any more. The process has to end.
  explicit Flusher(std::function<void(const Error&)> failed);
  ~Flusher();

  // Returns at once. A file that still waits isn't flushed twice.
  // shared: a segment may be unmapped or gone while its file is flushed
  void flush(const std::vector<std::shared_ptr<SegmentFile>>& files);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace penstock::journal
