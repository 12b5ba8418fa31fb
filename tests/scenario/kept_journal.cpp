#include "kept_journal.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

namespace penstock::scenario {

std::unique_ptr<journal::Segment> KeptSegments::map(const std::string& path, int file) const {
  auto opened = std::make_shared<journal::SegmentFile>(
      journal::Descriptor(fcntl(file, F_DUPFD_CLOEXEC, 0)), path, nullptr);
  return journal::Segment::of_file(std::move(opened), size_).value();
}

std::vector<journal::RecoveredSegment> KeptSegments::recover() {
  std::vector<journal::RecoveredSegment> recovered;
  for (auto file = journal_.files.begin(); file != journal_.files.end();) {
    auto segment = map(file->first, file->second.get());
    const journal::Recovered blocks =
        journal::recover_blocks(segment->all(), journal_.id, journal_.boot, journal_.released);
    if (blocks.end == 0) {
      file = journal_.files.erase(file);
      continue;
    }
    recovered.push_back({std::move(segment), blocks});
    ++file;
  }
  std::sort(recovered.begin(), recovered.end(),
            [](const auto& a, const auto& b) { return comes_before(a.blocks, b.blocks); });
  return recovered;
}

std::unique_ptr<journal::Segment> KeptSegments::take() {
  journal::Descriptor file(memfd_create("segment", MFD_CLOEXEC));
  if (!file || ftruncate(file.get(), static_cast<off_t>(size_.count)) != 0) {
    throw std::system_error(errno, std::generic_category(), "memfd_create");
  }
  const std::string path = "/proc/self/fd/" + std::to_string(file.get());
  auto segment = map(path, file.get());
  journal_.files.emplace(path, std::move(file));
  return segment;
}

void KeptSegments::give_back(std::unique_ptr<journal::Segment> segment) {
  const std::string path = segment->path();
  segment.reset();
  journal_.files.erase(path);
}

}  // namespace penstock::scenario
