#include "journal/segment.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace penstock::journal {

std::unique_ptr<Segment> Segment::of_memory(Bytes size) {
  void* address =
      mmap(nullptr, size.count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(),
                            "the journal can't map a segment of " + to_string(size));
  }
  // Huge pages, where the kernel gives them: a segment is touched from its first to its last byte.
  madvise(address, size.count, MADV_HUGEPAGE);
  return std::unique_ptr<Segment>(new Segment({static_cast<char*>(address), size.count}, {}));
}

Result<std::unique_ptr<Segment>> Segment::of_file(int descriptor, std::string path, Bytes size) {
  void* address = mmap(nullptr, size.count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (address == MAP_FAILED) {
    return make_error(Errc::io, "can't map " + path + ": " + std::strerror(errno));
  }
  return std::unique_ptr<Segment>(
      new Segment({static_cast<char*>(address), size.count}, std::move(path)));
}

Segment::~Segment() { munmap(bytes_.data(), bytes_.size()); }

}  // namespace penstock::journal
