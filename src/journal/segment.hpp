// One fixed run of bytes in which blocks stand one behind the other: of memory, or of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "journal/recovery.hpp"
#include "journal/segment_file.hpp"
#include "penstock/core/error.hpp"
#include "penstock/core/units.hpp"

namespace penstock::journal {

// By a store of segments: one to go on with, one for the swing between two.
inline constexpr std::size_t free_segments_kept = 2;
// Of the damaged segments of one number: each is as large as it was.
inline constexpr std::size_t damaged_copies_kept = 4;

// Bytes of a file can be had while it is mapped. One of memory always is.
class Segment {
 public:
  // Throws std::system_error where the kernel gives no memory.
  static std::unique_ptr<Segment> of_memory(Bytes size);
  // Maps the whole of the file.
  static Result<std::unique_ptr<Segment>> of_file(std::shared_ptr<SegmentFile> file, Bytes size);
  // Opens and maps a file that is there. An error is not_found where it isn't, or not any
  // more; corrupt where it has no byte.
  static Result<std::unique_ptr<Segment>> of_existing(const std::string& path);
  // The same, but of memory: what another process writes meanwhile doesn't show, and the file
  // stays as it is.
  static Result<std::unique_ptr<Segment>> copy_of(const std::string& path);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  bool is_mapped() const noexcept { return !bytes_.empty(); }
  // Throws std::system_error where the file is gone, or the kernel doesn't map it any more.
  void map();
  // What is needed later only. `keep_open`: the file, which has yet to be flushed.
  void unmap(bool keep_open);

  char* data() noexcept { return bytes_.data(); }
  std::size_t size() const noexcept { return size_; }
  std::span<char> all() noexcept { return bytes_; }
  std::span<const char> bytes() const noexcept { return bytes_; }
  std::span<const char> from(std::size_t offset) const noexcept { return bytes_.subspan(offset); }

  const std::string& path() const noexcept { return path_; }  // empty: memory

  // For who flushes it; none: memory. Throws as map() does.
  std::shared_ptr<SegmentFile> file();

 private:
  Segment(std::size_t size, std::string path) : size_(size), path_(std::move(path)) {}
  void open();
  Result<void> map_file();

  std::size_t size_;
  std::string path_;
  std::span<char> bytes_;
  std::shared_ptr<SegmentFile> file_;  // shared: with the flusher, which may take longer
};

// Of a file's name: 7 of `7.segment`; none: it is no segment's.
std::optional<std::uint64_t> segment_number(const std::filesystem::path& file);

// A segment with blocks that an earlier process left.
struct RecoveredSegment {
  std::unique_ptr<Segment> segment;
  Recovered blocks;
};

}  // namespace penstock::journal
