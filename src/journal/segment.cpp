#include "journal/segment.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "journal/parse_number.hpp"

namespace penstock::journal {
namespace {

struct Opened {
  Descriptor file;
  Bytes size;
};

Result<Opened> open_existing(const std::string& path, int mode) {
  Descriptor file(::open(path.c_str(), mode | O_CLOEXEC));
  struct stat about {};
  if (!file || ::fstat(file.get(), &about) != 0) {
    const bool gone = errno == ENOENT;
    Error error = system_failure("can't open " + path);
    return gone ? make_error(Errc::not_found, std::move(error.what)) : error;
  }
  if (about.st_size == 0) {
    return make_error(Errc::corrupt, path + " is empty");
  }
  return Opened{std::move(file), Bytes{static_cast<std::uint64_t>(about.st_size)}};
}

}  // namespace

std::unique_ptr<Segment> Segment::of_memory(Bytes size) {
  void* address =
      mmap(nullptr, size.count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(),
                            "the journal can't map a segment of " + to_string(size));
  }
  // Huge pages, where the kernel gives them: a segment is touched from its first to its last byte.
  madvise(address, size.count, MADV_HUGEPAGE);
  std::unique_ptr<Segment> segment(new Segment(size.count, {}));
  segment->bytes_ = {static_cast<char*>(address), size.count};
  return segment;
}

Result<std::unique_ptr<Segment>> Segment::of_file(std::shared_ptr<SegmentFile> file, Bytes size) {
  std::unique_ptr<Segment> segment(new Segment(size.count, file->path()));
  segment->file_ = std::move(file);
  if (auto mapped = segment->map_file(); !mapped) {
    return mapped.error();
  }
  return segment;
}

Result<std::unique_ptr<Segment>> Segment::of_existing(const std::string& path) {
  auto opened = open_existing(path, O_RDWR);
  if (!opened) {
    return opened.error();
  }
  return of_file(std::make_shared<SegmentFile>(std::move(opened->file), path, nullptr),
                 opened->size);
}

Result<std::unique_ptr<Segment>> Segment::copy_of(const std::string& path) {
  const auto opened = open_existing(path, O_RDONLY);
  if (!opened) {
    return opened.error();
  }
  auto segment = of_memory(opened->size);
  for (std::span<char> rest = segment->all(); !rest.empty();) {
    const ssize_t count = ::read(opened->file.get(), rest.data(), rest.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return system_failure("can't read " + path);
    }
    if (count == 0) {
      break;  // it was cut off since: zeros are no block
    }
    rest = rest.subspan(static_cast<std::size_t>(count));
  }
  return segment;
}

Segment::~Segment() {
  if (is_mapped()) {
    munmap(bytes_.data(), bytes_.size());
  }
}

void Segment::open() {
  if (file_) {
    return;
  }
  Descriptor file(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) {
    throw std::system_error(errno, std::generic_category(), "can't open " + path_);
  }
  file_ = std::make_shared<SegmentFile>(std::move(file), path_, nullptr);
}

Result<void> Segment::map_file() {
  void* address = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, file_->descriptor(), 0);
  if (address == MAP_FAILED) {
    return system_failure("can't map " + path_);
  }
  bytes_ = {static_cast<char*>(address), size_};
  return {};
}

void Segment::map() {
  if (is_mapped()) {
    return;
  }
  open();
  if (!map_file()) {
    throw std::system_error(errno, std::generic_category(), "can't map " + path_);
  }
}

void Segment::unmap(bool keep_open) {
  if (path_.empty()) {
    return;
  }
  if (is_mapped()) {
    munmap(bytes_.data(), bytes_.size());
    bytes_ = {};
  }
  if (!keep_open) {
    file_.reset();
  }
}

std::shared_ptr<SegmentFile> Segment::file() {
  if (path_.empty()) {
    return nullptr;
  }
  open();
  return file_;
}

std::optional<std::uint64_t> segment_number(const std::filesystem::path& file) {
  return file.extension() == ".segment" ? parse_number(file.stem().string(), 10) : std::nullopt;
}

}  // namespace penstock::journal
