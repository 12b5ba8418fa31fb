// One fixed mapping in which blocks stand one behind the other: of memory, or of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "journal/recovery.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/units.hpp"

namespace penstock::journal {

class Segment {
 public:
  // Throws std::system_error where the kernel gives no memory.
  static std::unique_ptr<Segment> of_memory(Bytes size);
  // Maps the whole of an open file, shared. The path is kept for messages and for its renaming.
  static Result<std::unique_ptr<Segment>> of_file(int descriptor, std::string path, Bytes size);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  char* data() noexcept { return bytes_.data(); }
  std::size_t size() const noexcept { return bytes_.size(); }
  std::span<char> all() noexcept { return bytes_; }
  std::span<const char> bytes() const noexcept { return bytes_; }
  std::span<const char> from(std::size_t offset) const noexcept { return bytes_.subspan(offset); }

  const std::string& path() const noexcept { return path_; }  // empty: memory
  void moved_to(std::string path) { path_ = std::move(path); }

 private:
  Segment(std::span<char> bytes, std::string path) : bytes_(bytes), path_(std::move(path)) {}

  std::span<char> bytes_;
  std::string path_;
};

// A segment with blocks that an earlier process left.
struct RecoveredSegment {
  std::unique_ptr<Segment> segment;
  Recovered blocks;
};

}  // namespace penstock::journal
