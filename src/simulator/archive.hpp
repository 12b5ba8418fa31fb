// The archived lines of one source: the files <source>*.ndjson, .ndjson.gz and .ndjson.zst of a
// folder, in the order of their names, as one row of lines.
//
// They must not change while they are served: of one that does, any bytes may come out. Memory: 16
// bytes for each 64 KiB, and the longest line. Packed files are unpacked into temporary ones
// (unpack.hpp). Used from one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/simulator/event_generator.hpp"
#include "simulator/file.hpp"

namespace penstock::simulator {

class Archive {
 public:
  // Reads all files once. None is no error: the archive is empty. `most_unpacked`: of all packed
  // files together.
  static Result<Archive> open(const std::filesystem::path& folder, Source source,
                              Bytes most_unpacked);

  std::uint64_t size() const { return lines_; }
  bool has_files() const { return !files_.empty(); }

  struct Line {
    std::string_view text;  // valid until the next call
    std::string_view end;   // "\n" or "\r\n"; a file's last line has one where the file has none
  };
  // Precondition: n < size().
  Line read(std::uint64_t n) const;

 private:
  // Whole lines of about 64 KiB, read together.
  struct Stretch {
    std::uint64_t first_line, offset;
  };
  struct OpenFile {
    File file;
    std::uint64_t first_line, size;
    std::vector<Stretch> stretches;
  };
  Archive() = default;
  Result<void> add(const std::filesystem::path& path, File file);
  void load(std::uint64_t n) const;

  std::vector<OpenFile> files_;
  std::uint64_t lines_ = 0;

  // The stretch that was read last, and where in it the line stands that was.
  mutable std::string stretch_;
  mutable std::uint64_t stretch_first_ = 0, stretch_lines_ = 0;
  mutable std::uint64_t line_ = 0;
  mutable std::size_t offset_ = 0;
};

}  // namespace penstock::simulator
