#include "journal/segment_file.hpp"

namespace penstock::journal {

Result<void> SegmentFile::flush() {
  if (::fdatasync(file_.get()) != 0) {
    return system_failure("can't flush " + path_);
  }
  if (directory_ && !name_flushed_.load()) {
    if (::fsync(directory_->get()) != 0) {
      return system_failure("can't flush the directory of " + path_);
    }
    name_flushed_ = true;
  }
  return {};
}

}  // namespace penstock::journal
