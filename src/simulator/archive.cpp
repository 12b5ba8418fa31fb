#include "simulator/archive.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "penstock/core/text.hpp"
#include "simulator/unpack.hpp"

namespace penstock::simulator {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t stretch_size = 64 * 1024;

Error cannot_read(const fs::path& path, const std::error_code& error) {
  return make_error(Errc::io, "can't read " + printable(path.string()) + ": " + error.message());
}

bool is_of(Source source, const std::string& name) {
  return name.starts_with(to_string(source)) &&
         (name.ends_with(".ndjson") || name.ends_with(".ndjson.gz") ||
          name.ends_with(".ndjson.zst"));
}

Result<std::vector<fs::path>> files_of(const fs::path& folder, Source source) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (is_of(source, entry->path().filename().string()) && entry->is_regular_file(ignored)) {
      paths.push_back(entry->path());
    }
  }
  if (error) {
    return cannot_read(folder, error);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// What there is from `offset` on, up to `size` bytes. Less: the file ends there, or can't be read.
std::size_t read_at(const File& file, char* into, std::size_t size, std::uint64_t offset) {
  std::size_t read = 0;
  while (read < size) {
    const ssize_t now =
        ::pread(::fileno(file.get()), into + read, size - read, static_cast<off_t>(offset + read));
    if (now <= 0) {
      break;
    }
    read += static_cast<std::size_t>(now);
  }
  return read;
}

// The last of `parts` that begins at `line` or before.
template <class Part>
const Part& part_with(const std::vector<Part>& parts, std::uint64_t line) {
  const auto behind = std::upper_bound(
      parts.begin(), parts.end(), line,
      [](std::uint64_t wanted, const Part& part) { return wanted < part.first_line; });
  return *(behind - 1);
}

}  // namespace

Result<Archive> Archive::open(const fs::path& folder, Source source, Bytes most_unpacked) {
  const Result<std::vector<fs::path>> paths = files_of(folder, source);
  if (!paths) {
    return paths.error();
  }
  Archive archive;
  for (const fs::path& path : *paths) {
    Result<File> file = open_unpacked(path, most_unpacked);
    if (!file) {
      return file.error();
    }
    if (Result<void> added = archive.add(path, std::move(*file)); !added) {
      return added.error();
    }
    if (path.extension() != ".ndjson") {
      most_unpacked.count -= archive.files_.back().size;
    }
  }
  return archive;
}

Result<void> Archive::add(const fs::path& path, File file) {
  struct stat status {};
  if (::fstat(::fileno(file.get()), &status) != 0) {
    return cannot_read(path, {errno, std::generic_category()});
  }
  OpenFile added{std::move(file), lines_, static_cast<std::uint64_t>(status.st_size), {}};
  std::vector<char> piece(stretch_size);
  bool at_begin = true;  // of a line
  for (std::uint64_t offset = 0; offset < added.size;) {
    const std::size_t size =
        read_at(added.file, piece.data(),
                std::min<std::uint64_t>(piece.size(), added.size - offset), offset);
    if (size == 0) {
      return cannot_read(path, {errno != 0 ? errno : EIO, std::generic_category()});
    }
    for (std::size_t at = 0; at < size;) {
      if (at_begin && (added.stretches.empty() ||
                       offset + at - added.stretches.back().offset >= stretch_size)) {
        added.stretches.push_back({lines_, offset + at});
      }
      const void* const end = std::memchr(piece.data() + at, '\n', size - at);
      at_begin = end != nullptr;
      at = at_begin ? static_cast<std::size_t>(static_cast<const char*>(end) - piece.data()) + 1
                    : size;
      lines_ += at_begin ? 1 : 0;
    }
    offset += size;
  }
  lines_ += at_begin ? 0 : 1;  // the last line has no end
  files_.push_back(std::move(added));
  return {};
}

// The stretch of line `n`.
void Archive::load(std::uint64_t n) const {
  const OpenFile& file = part_with(files_, n);
  const Stretch* const stretch = &part_with(file.stretches, n);
  const bool last = stretch == &file.stretches.back();
  const std::uint64_t end = last ? file.size : stretch[1].offset;
  const std::uint64_t lines_end = !last                     ? stretch[1].first_line
                                  : &file == &files_.back() ? lines_
                                                            : (&file)[1].first_line;
  stretch_.resize(end - stretch->offset);
  stretch_.resize(read_at(file.file, stretch_.data(), stretch_.size(), stretch->offset));
  stretch_first_ = line_ = stretch->first_line;
  stretch_lines_ = lines_end - stretch->first_line;
  offset_ = 0;
}

Archive::Line Archive::read(std::uint64_t n) const {
  if (n < stretch_first_ || n >= stretch_first_ + stretch_lines_) {
    load(n);
  }
  if (n < line_) {
    line_ = stretch_first_;
    offset_ = 0;
  }
  for (; line_ < n; ++line_) {
    offset_ = stretch_.find('\n', offset_) + 1;
  }
  std::string_view line = std::string_view(stretch_).substr(offset_);
  line = line.substr(0, line.find('\n'));
  const bool carriage_return = line.ends_with('\r');
  line.remove_suffix(carriage_return ? 1 : 0);
  return {line, carriage_return ? "\r\n" : "\n"};
}

}  // namespace penstock::simulator
