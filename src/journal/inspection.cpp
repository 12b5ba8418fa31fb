#include "penstock/journal/inspection.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>

#include "journal/description.hpp"
#include "journal/lock.hpp"
#include "journal/segment.hpp"
#include "penstock/core/text.hpp"
#include "penstock/journal/block_format.hpp"
#include "penstock/journal/directory.hpp"

namespace penstock::journal {
namespace {

namespace fs = std::filesystem;

struct Released {
  BlockSequence up_to;  // 0: it isn't known
  bool in_use = false;
};

Released released_of(const std::string& directory, JournalId id) {
  const Descriptor file(::open((directory + "/released").c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, released_size> bytes{};
  Released released;
  // A daemon may have written the half of it.
  for (int tries = 0; tries < 2 && released.up_to.value == 0; ++tries) {
    if (!file || ::pread(file.get(), bytes.data(), bytes.size(), 0) != ssize_t{released_size}) {
      return {};
    }
    released = {read_released(bytes, id), is_locked(file.get())};
  }
  return released;
}

std::string mebibytes(Bytes size) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f MiB",
                static_cast<double>(size.count) / static_cast<double>(Bytes{1_MiB}.count));
  return text.data();
}

std::string range(std::size_t from, std::size_t to) {
  return "bytes " + std::to_string(from) + " to " + std::to_string(to - 1);
}

void count(InspectedSegment& segment, const Block& block) {
  ++segment.blocks;
  const bool is_cut_off = block.kind == BlockKind::lines && !block.bytes.ends_with('\n');
  segment.lines +=
      static_cast<std::uint64_t>(std::count(block.bytes.begin(), block.bytes.end(), '\n')) +
      (is_cut_off ? 1 : 0);
  segment.data.count += block.bytes.size();
  if (block.kind == BlockKind::session_closed) {
    return;  // its time may be older than what was received
  }
  segment.received_from =
      std::min(segment.received_from.value_or(block.received_at), block.received_at);
  segment.received_to =
      std::max(segment.received_to.value_or(block.received_at), block.received_at);
}

class Reader {
 public:
  Reader(Inspection& inspection, JournalId id, std::uint64_t boot,
         const std::function<void(const Block&)>& each)
      : inspection_(inspection), id_(id), boot_(boot), each_(each) {}

  Result<void> read() {
    const Released released = released_of(inspection_.directory, id_);
    inspection_.in_use = released.in_use;
    if (released.in_use) {
      boot_ = 0;  // what is open goes on
    }
    released_ = last_ = released.up_to;
    if (auto looked = look(); !looked) {
      return looked;
    }
    if (released.in_use) {
      // What comes while files are looked at one after the other may be in one that was looked at
      // before. All up to the last that was found is in those that are there now.
      up_to_ = found_.empty() ? released_ : found_.back().blocks.last;
      if (auto looked = look(); !looked) {
        return looked;
      }
    }
    for (const Found& found : found_) {
      if (found.blocks.first <= up_to_) {
        read(found);
      }
    }
    if (failed_) {  // what is there isn't known
      return *failed_;
    }
    // What a running daemon released meanwhile may have been overwritten.
    const BlockSequence now = released_of(inspection_.directory, id_).up_to;
    for (const Damage& damage : damages_) {
      if (damage.after >= now) {
        inspection_.damages.push_back(damage.what);
      }
    }
    return {};
  }

 private:
  struct Found {
    fs::path path;
    Recovered blocks;
  };
  struct Damage {
    BlockSequence after;
    std::string what;
  };

  Result<void> look() {
    found_.clear();
    std::error_code error;
    for (fs::directory_iterator entry(inspection_.directory, error), end; !error && entry != end;
         entry.increment(error)) {
      if (segment_number(entry->path())) {
        look_at(entry->path());
      }
    }
    if (error) {
      return make_error(Errc::io, "can't read " + inspection_.directory + ": " + error.message());
    }
    std::sort(found_.begin(), found_.end(),
              [](const auto& a, const auto& b) { return comes_before(a.blocks, b.blocks); });
    return {};
  }

  void look_at(const fs::path& path) {
    const auto segment = Segment::copy_of(path);
    if (!segment) {
      not_read(segment.error());
      return;
    }
    const Recovered blocks = recover_blocks((*segment)->all(), id_, boot_, released_);
    if (blocks.end > 0) {
      found_.push_back({path, blocks});
    }
  }

  void not_read(const Error& error) {
    if (error.code != Errc::not_found && error.code != Errc::corrupt) {  // gone, or no byte yet
      failed_ = error;
    }
  }

  void read(const Found& found) {
    const auto segment = Segment::copy_of(found.path);
    if (!segment) {
      not_read(segment.error());
      return;
    }
    const Recovered blocks = recover_blocks((*segment)->all(), id_, boot_, released_);
    InspectedSegment& inspected = inspection_.segments.emplace_back();
    inspected.file = found.path.filename();
    const auto bytes = (*segment)->bytes().first(blocks.end);
    bool begun = false;
    for (std::size_t offset = 0; offset < bytes.size();) {
      const auto next = find_block(bytes, offset, last_, id_);
      // What came since may be of the segment's next use.
      if (!next || next->block.sequence > std::min(up_to_, found.blocks.last)) {
        break;
      }
      if (begun && next->offset != offset) {
        damages_.push_back(
            {last_, inspected.file + ": " + range(offset, next->offset) + " are no block"});
      }
      take(next->block, inspected);
      begun = true;
      offset = next->offset + block_footprint(next->block.bytes.size());
    }
  }

  void take(const Block& block, InspectedSegment& segment) {
    if (last_.value != 0 && !follows(last_, block.sequence)) {
      damages_.push_back({last_, segment.file + ": blocks are missing between the numbers " +
                                     std::to_string(last_.value) + " and " +
                                     std::to_string(block.sequence.value)});
    }
    last_ = block.sequence;
    count(segment, block);
    if (each_) {
      each_(block);
    }
  }

  Inspection& inspection_;
  JournalId id_;
  std::uint64_t boot_;
  BlockSequence released_, last_;
  BlockSequence up_to_{std::numeric_limits<std::uint64_t>::max()};  // what is above isn't shown
  const std::function<void(const Block&)>& each_;
  std::vector<Found> found_;
  std::vector<Damage> damages_;
  std::optional<Error> failed_;
};

}  // namespace

std::uint64_t Inspection::blocks() const {
  return std::accumulate(segments.begin(), segments.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& s) { return sum + s.blocks; });
}

std::uint64_t Inspection::lines() const {
  return std::accumulate(segments.begin(), segments.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& s) { return sum + s.lines; });
}

Bytes Inspection::data() const {
  return Bytes{
      std::accumulate(segments.begin(), segments.end(), std::uint64_t{0},
                      [](std::uint64_t sum, const auto& s) { return sum + s.data.count; })};
}

std::string summary(const Inspection& inspection) {
  const std::uint64_t lines = inspection.lines();
  const std::string waiting = lines == 0
                                  ? "nothing waits in it"
                                  : std::to_string(lines) + (lines == 1 ? " line, " : " lines, ") +
                                        mebibytes(inspection.data()) + ", may not be in Kafka yet";
  return waiting + (inspection.in_use ? "; a daemon has it" : "");
}

Result<std::vector<std::string>> find_journals(const std::string& directory) {
  const auto is_journal = [](const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path / "journal", error);
  };
  if (is_journal(directory)) {
    return std::vector<std::string>{directory};
  }
  std::error_code error;
  std::vector<std::string> found;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_journal(entry->path())) {
      found.push_back(entry->path());
    }
  }
  if (error) {
    return make_error(Errc::io, "can't read " + directory + ": " + error.message());
  }
  if (found.empty()) {
    return make_error(Errc::not_found, directory +
                                           " holds no journal: neither a file `journal`, "
                                           "nor a folder with one");
  }
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::string> find_journal(const std::string& directory) {
  const auto found = find_journals(directory);
  if (!found) {
    return found.error();
  }
  if (found->size() > 1) {
    return make_error(Errc::invalid_argument,
                      directory + " holds the journals of several sources: name one, " +
                          found->front() + " for instance");
  }
  return found->front();
}

Result<Inspection> inspect(const std::string& directory,
                           const std::function<void(const Block&)>& each) {
  const auto description = read_description(directory);
  if (!description) {
    return description.error();
  }
  if (!*description) {
    return make_error(Errc::not_found, directory + " is no journal: it has no file `journal`");
  }
  const auto boot = boot_of_machine();
  if (!boot) {
    return boot.error();
  }
  const JournalId id = (*description)->id;
  Inspection inspection{.directory = directory,
                        .source = printable((*description)->source),
                        .id = to_string(id),
                        .segments = {},
                        .damages = {}};
  if (auto read = Reader(inspection, id, *boot, each).read(); !read) {
    return read.error();
  }
  return inspection;
}

}  // namespace penstock::journal
