#include "penstock/journal/directory.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <utility>

#include "journal/description.hpp"
#include "journal/descriptor.hpp"
#include "journal/lock.hpp"
#include "journal/parse_number.hpp"
#include "journal/segment.hpp"
#include "penstock/core/text.hpp"
#include "penstock/journal/block_format.hpp"

namespace penstock::journal {
namespace {

namespace fs = std::filesystem;

// The first process whose blocks are all above `last`.
constexpr std::uint64_t process_above(BlockSequence last) {
  constexpr std::uint64_t of_process = first_block_of(1).value - first_block_of(0).value;
  return last.value == 0 ? 0 : (last.value - 1) / of_process + 1;
}

std::uint64_t random_number() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

// Else btrfs writes each page of a mapping to a new place, so that a full disk is a fault in spite
// of fallocate(2). Files take it over from their directory.
void write_in_place_on_btrfs(int directory) {
  struct statfs about {};
  int flags = 0;
  if (::fstatfs(directory, &about) == 0 && about.f_type == BTRFS_SUPER_MAGIC &&
      ::ioctl(directory, FS_IOC_GETFLAGS, &flags) == 0) {
    flags |= FS_NOCOW_FL;
    static_cast<void>(::ioctl(directory, FS_IOC_SETFLAGS, &flags));  // validate tells
  }
}

bool have_same_bytes(const fs::path& a, const fs::path& b) {
  using Read = std::istreambuf_iterator<char>;
  std::ifstream one(a, std::ios::binary), other(b, std::ios::binary);
  return std::equal(Read(one), Read(), Read(other), Read());
}

// Whole, and beside those of earlier damage. Returns its name.
Result<fs::path> copy_aside(const fs::path& segment) {
  std::error_code error;
  for (std::size_t i = 1; i <= damaged_copies_kept; ++i) {
    fs::path copy = segment;
    copy.replace_extension(i == 1 ? ".damaged" : "." + std::to_string(i) + ".damaged");
    if (fs::exists(copy, error)) {
      if (have_same_bytes(segment, copy)) {
        return copy;  // of an earlier start
      }
      continue;
    }
    fs::path part = copy;
    part += ".part";
    if (fs::copy_file(segment, part, fs::copy_options::overwrite_existing, error)) {
      fs::rename(part, copy, error);
    }
    if (error) {
      std::error_code ignored;
      fs::remove(part, ignored);
      return make_error(Errc::io, error.message());
    }
    return copy;
  }
  return make_error(Errc::io, "there are " + std::to_string(damaged_copies_kept) +
                                  " of earlier damage: move them away");
}

}  // namespace

Result<std::uint64_t> boot_of_machine() {
  const std::string path = "/proc/sys/kernel/random/boot_id";
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && (errno == ENOENT || errno == EACCES)) {
    return random_number();
  }
  std::array<char, 36> text{};  // a UUID
  if (!file || ::read(file.get(), text.data(), text.size()) < 0) {
    return system_failure("can't read " + path);
  }
  std::string digits(text.data(), text.size());
  std::erase(digits, '-');
  const auto boot = parse_number(std::string_view(digits).substr(0, 16), 16);
  return boot ? *boot : random_number();
}

bool can_reserve_room(const std::string& directory) {
  const Descriptor file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  return !file || ::fallocate(file.get(), 0, 0, 4'096) == 0 || errno != EOPNOTSUPP;
}

Directory::Directory(DirectoryOptions options, Descriptor&& descriptor, Log& log)
    : options_(std::move(options)),
      descriptor_(std::make_shared<Descriptor>(std::move(descriptor))),
      log_(log) {}

Directory::~Directory() = default;

Result<std::unique_ptr<Directory>> Directory::open(DirectoryOptions options, Log& log) {
  std::error_code error;
  fs::create_directories(options.path, error);
  if (error) {
    return make_error(Errc::io, "can't make the directory " + options.path + ": " +
                                    error.message() + "; set journal.directory");
  }
  Descriptor descriptor(::open(options.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor) {
    return system_failure("can't open the directory " + options.path);
  }
  write_in_place_on_btrfs(descriptor.get());
  if (options.boot == 0) {
    const auto boot = boot_of_machine();
    if (!boot) {
      return boot.error();
    }
    options.boot = *boot;
  }
  std::unique_ptr<Directory> directory(
      new Directory(std::move(options), std::move(descriptor), log));
  // The lock first.
  if (auto opened = directory->open_released(); !opened) {
    return opened.error();
  }
  auto description = directory->describe();
  if (!description) {
    return description.error();
  }
  if (auto read = directory->read_segments(); !read) {
    return read.error();
  }
  if (auto counted = directory->count_process(std::move(*description)); !counted) {
    return counted.error();
  }
  return directory;
}

Result<Description> Directory::describe() {
  const auto found = read_description(options_.path);
  if (!found) {
    return found.error();
  }
  Description description =
      *found ? **found : Description{JournalId{random_number()}, options_.source.str(), 0};
  if (description.source != options_.source.str()) {
    return make_error(Errc::corrupt, "the journal " + options_.path + " is of the source " +
                                         printable(description.source) + ", not of " +
                                         options_.source.str() + ": set another journal.directory");
  }
  if (!*found) {  // then there is the file whose room the next start needs
    if (auto begun = write_description(options_.path, description); !begun) {
      return begun.error();
    }
  }
  id_ = description.id;
  released_ = read_released(released_file_->bytes().first<released_size>(), id_);
  return description;
}

// The description may be an older one that somebody restored. What was numbered by a process counts
// as published where Kafka has a position above it: no number is given twice.
Result<void> Directory::count_process(Description description) {
  const BlockSequence last =
      recovered_.empty() ? released_ : std::max(released_, recovered_.back().blocks.last);
  process_ = description.processes;
  if (const std::uint64_t above = process_above(last); process_ < above) {
    log_.warning("the journal's description is older than its blocks: they are what counts",
                 {{"source", options_.source.str()}, {"directory", options_.path}});
    process_ = above;
  }
  description.processes = process_ + 1;
  if (auto written = write_description(options_.path, description); !written) {
    return written;
  }
  if (::fsync(descriptor_->get()) != 0) {
    return system_failure("can't flush the directory " + options_.path);
  }
  return {};
}

Result<void> Directory::open_released() {
  constexpr Bytes size{4'096};
  const std::string path = options_.path + "/released";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!file) {
    return system_failure("can't make " + path);
  }
  if (!lock_journal(file.get())) {
    return errno == EAGAIN ? make_error(Errc::io, "the journal " + options_.path +
                                                      " is in use by another process: stop that "
                                                      "one, or set another journal.directory")
                           : system_failure("can't lock " + path);
  }
  if (auto allocated = allocate(file.get(), size); !allocated) {
    return allocated;
  }
  auto mapped =
      Segment::of_file(std::make_shared<SegmentFile>(std::move(file), path, nullptr), size);
  if (!mapped) {
    return mapped.error();
  }
  released_file_ = std::move(*mapped);
  return {};
}

void Directory::released(BlockSequence up_to) {
  write_released(up_to, released_file_->all().first<released_size>(), id_);
}

std::string Directory::name() const { return to_string(id_); }

BlockSequence Directory::first_sequence() const { return first_block_of(process_); }

// A segment that can't be read now, for want of memory or files, is an error: without it later
// blocks would be published, and it would count as published, too.
Result<void> Directory::read_segments() {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(options_.path, error), end; !error && entry != end;
       entry.increment(error)) {
    files.push_back(entry->path());
  }
  if (error) {
    return make_error(Errc::io, "can't read " + options_.path + ": " + error.message());
  }
  for (const fs::path& file : files) {
    const auto number = segment_number(file);
    if (!number) {
      continue;
    }
    if (options_.stop.stop_requested()) {
      return make_error(Errc::io, "opening " + options_.path + " was stopped");
    }
    files_ = std::max(files_, *number);
    auto segment = Segment::of_existing(file);
    if (segment) {
      read(std::move(*segment));
    } else if (segment.error().code != Errc::corrupt) {
      return segment.error();
    } else {
      ::unlink(file.c_str());  // a process was killed while it made it
    }
  }
  std::sort(recovered_.begin(), recovered_.end(),
            [](const auto& a, const auto& b) { return comes_before(a.blocks, b.blocks); });
  for (std::size_t i = 1; i < recovered_.size();) {
    const RecoveredSegment& before = recovered_[i - 1];
    if (is_copy(before.blocks, recovered_[i].blocks)) {
      give_back(std::move(recovered_[i].segment));
      recovered_.erase(recovered_.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    if (!follows(before.blocks.last, recovered_[i].blocks.first) && !before.blocks.damaged) {
      keep_damaged(*before.segment);  // its end; or there was a whole one behind it
    }
    ++i;
  }
  return {};
}

void Directory::read(std::unique_ptr<Segment> segment) {
  const Recovered blocks = recover_blocks(segment->all(), id_, options_.boot, released_);
  if (blocks.damaged) {
    keep_damaged(*segment);
  }
  if (blocks.end == 0) {
    give_back(std::move(segment));
    return;
  }
  segment->unmap(false);  // however many there are, few are in memory
  recovered_.push_back({std::move(segment), blocks});
}

std::vector<RecoveredSegment> Directory::recover() { return std::exchange(recovered_, {}); }

void Directory::keep_damaged(const Segment& segment) const {
  const auto copy = copy_aside(segment.path());
  log_.error("blocks of the journal are damaged: what can be read of the segment is published",
             {{"source", options_.source.str()},
              {"file", segment.path()},
              {"copy", copy ? copy->string() : "can't be made: " + copy.error().what}});
}

Result<std::unique_ptr<Segment>> Directory::create() {
  const std::string path = options_.path + "/" + std::to_string(++files_) + ".segment";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!file) {
    return system_failure("can't make " + path);
  }
  if (auto allocated = allocate(file.get(), options_.segment_size); !allocated) {
    ::unlink(path.c_str());
    return allocated.error();
  }
  auto segment = Segment::of_file(std::make_shared<SegmentFile>(std::move(file), path, descriptor_),
                                  options_.segment_size);
  if (!segment) {
    ::unlink(path.c_str());  // else each try would leave one
  }
  return segment;
}

// Not posix_fallocate(3), which would write where the file system can't: a disk that is full later
// on would be a SIGBUS. Where the file system has no such thing, it is one.
Result<void> Directory::allocate(int file, Bytes wanted) {
  const auto size = static_cast<off_t>(wanted.count);
  int done = 0;
  do {
    done = ::fallocate(file, 0, 0, size);
  } while (done != 0 && errno == EINTR);  // by a signal that somebody sends
  if (done == 0) {
    return {};
  }
  if (errno == EOPNOTSUPP) {
    if (!std::exchange(told_no_allocation_, true)) {
      log_.warning(
          "the file system of the journal can't reserve room: where the disk gets full, "
          "the daemon ends instead of waiting",
          {{"source", options_.source.str()}, {"directory", options_.path}});
    }
    if (::ftruncate(file, size) == 0) {
      return {};
    }
  }
  return system_failure("can't allocate " + to_string(wanted) + " in " + options_.path);
}

std::unique_ptr<Segment> Directory::take() {
  if (!free_.empty()) {
    told_ = false;
    std::unique_ptr<Segment> segment = std::move(free_.back());
    free_.pop_back();
    return segment;
  }
  auto segment = create();
  if (segment) {
    told_ = false;
    return std::move(*segment);
  }
  if (!std::exchange(told_, true)) {
    log_.error("the journal can't grow: reading stops until there is room",
               {{"source", options_.source.str()}, {"error", segment.error().what}});
  }
  return nullptr;
}

void Directory::give_back(std::unique_ptr<Segment> segment) {
  const bool fits = segment->size() == options_.segment_size.count;
  if (fits && free_.size() < free_segments_kept) {
    free_.push_back(std::move(segment));
  } else {
    ::unlink(segment->path().c_str());
  }
}

}  // namespace penstock::journal
