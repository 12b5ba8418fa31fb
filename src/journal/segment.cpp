#include "journal/segment.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <system_error>

namespace penstock::journal {

Segment::Segment(Bytes size) {
  void* address =
      mmap(nullptr, size.count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) {
    throw std::system_error(errno, std::generic_category(),
                            "the journal can't map a segment of " + to_string(size));
  }
  // Huge pages, where the kernel gives them: a segment is touched from its first to its last byte.
  madvise(address, size.count, MADV_HUGEPAGE);
  bytes_ = {static_cast<char*>(address), size.count};
}

Segment::~Segment() { munmap(bytes_.data(), bytes_.size()); }

}  // namespace penstock::journal
