#include "penstock/journal/directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <utility>

#include "journal/segment.hpp"
#include "penstock/core/text.hpp"
#include "penstock/journal/block_format.hpp"

namespace penstock::journal {
namespace {

namespace fs = std::filesystem;

constexpr int version = 1;
constexpr std::size_t free_segments_kept = 2;  // one to go on with, one for the swing between two
constexpr std::string_view description_name = "journal";

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

Error failure(const std::string& doing) {
  return make_error(Errc::io, doing + ": " + std::strerror(errno));
}

std::string hex(std::uint64_t number) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
  return text.data();
}

std::optional<std::uint64_t> number_of(std::string_view text, int base) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number)
                                                                  : std::nullopt;
}

std::uint64_t random_number() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

// Which run of the machine this is. Where the kernel doesn't tell, a number that no other process
// has: no open block is taken for one of this run then.
std::uint64_t boot_of_machine() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(file, text);
  std::erase(text, '-');
  const auto boot = number_of(std::string_view(text).substr(0, 16), 16);
  return boot ? *boot : random_number();
}

Result<void> write_file(const std::string& path, std::string_view text) {
  const std::string draft = path + ".new";
  const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (!file || ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(file.get()) != 0 || ::rename(draft.c_str(), path.c_str()) != 0) {
    return failure("can't write " + path);
  }
  return {};
}

}  // namespace

Directory::Directory(DirectoryOptions options, int descriptor, Log& log)
    : options_(std::move(options)), descriptor_(descriptor), log_(log), boot_(boot_of_machine()) {}

Directory::~Directory() { ::close(descriptor_); }

Result<std::unique_ptr<Directory>> Directory::open(DirectoryOptions options, Log& log) {
  std::error_code error;
  fs::create_directories(options.path, error);
  if (error) {
    return make_error(Errc::io, "can't make the directory " + options.path + ": " +
                                    error.message() + "; set journal.directory");
  }
  const int descriptor = ::open(options.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    return failure("can't open the directory " + options.path);
  }
  const std::string path = options.path;
  std::unique_ptr<Directory> directory(new Directory(std::move(options), descriptor, log));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK
               ? make_error(Errc::io, "the journal " + path +
                                          " is in use by another process: stop that one, or set "
                                          "another journal.directory")
               : failure("can't lock the directory " + path);
  }
  if (auto read = directory->read_description(); !read) {
    return read.error();
  }
  if (auto written = directory->write_description(); !written) {
    return written.error();
  }
  if (auto opened = directory->open_released(); !opened) {
    return opened.error();
  }
  return directory;
}

Result<void> Directory::read_description() {
  const std::string path = options_.path + "/" + std::string(description_name);
  const auto unreadable = [&](const std::string& why) {
    return make_error(Errc::corrupt, path + " " + why +
                                         ": restore it, or move the directory away; what is in it "
                                         "and not in Kafka would be missing then");
  };
  std::ifstream file(path);
  if (!file) {
    for (const auto& entry : fs::directory_iterator(options_.path)) {
      if (entry.path().extension() == ".segment") {
        return unreadable("is missing, and there are segments");
      }
    }
    id_ = JournalId{random_number()};
    return {};
  }
  std::map<std::string, std::string> values;
  for (std::string line; std::getline(file, line);) {
    if (const auto equals = line.find('='); equals != std::string::npos) {
      values[line.substr(0, equals)] = line.substr(equals + 1);
    }
  }
  const auto found = number_of(values["version"], 10);
  if (found && *found > version) {
    return make_error(Errc::corrupt, "the journal " + options_.path + " is of version " +
                                         std::to_string(*found) + ", and this penstock knows " +
                                         std::to_string(version) + ": run the newer one");
  }
  const auto id = number_of(values["id"], 16);
  const auto processes = number_of(values["processes"], 10);
  if (!found || !id || !processes) {
    return unreadable("can't be read");
  }
  if (values["source"] != options_.source.str()) {
    return make_error(Errc::corrupt, "the journal " + options_.path + " is of the source " +
                                         printable(values["source"]) + ", not of " +
                                         options_.source.str() + ": set another journal.directory");
  }
  id_ = JournalId{*id};
  process_ = *processes;
  return {};
}

Result<void> Directory::write_description() const {
  const std::string text = "version=" + std::to_string(version) + "\nid=" + hex(id_.value) +
                           "\nsource=" + options_.source.str() +
                           "\nprocesses=" + std::to_string(process_ + 1) + "\n";
  auto written = write_file(options_.path + "/" + std::string(description_name), text);
  if (written && ::fsync(descriptor_) != 0) {
    return failure("can't flush the directory " + options_.path);
  }
  return written;
}

Result<void> Directory::open_released() {
  constexpr off_t size = 4'096;
  const std::string path = options_.path + "/released";
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!file || ::fallocate(file.get(), 0, 0, size) != 0) {
    return failure("can't make " + path);
  }
  auto mapped = Segment::of_file(file.get(), path, Bytes{static_cast<std::uint64_t>(size)});
  if (!mapped) {
    return mapped.error();
  }
  released_file_ = std::move(*mapped);
  released_ = read_released(released_file_->bytes().first<released_size>(), id_);
  return {};
}

void Directory::released(BlockSequence up_to) {
  write_released(up_to, released_file_->all().first<released_size>(), id_);
}

std::string Directory::name() const { return hex(id_.value); }

BlockSequence Directory::first_sequence() const { return first_block_of(process_); }

std::vector<RecoveredSegment> Directory::recover() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(options_.path)) {
    files.push_back(entry.path());
  }
  std::vector<RecoveredSegment> recovered;
  for (const fs::path& file : files) {
    const auto number = number_of(file.stem().string(), 10);
    const std::string kind = file.extension();
    if (!number || (kind != ".segment" && kind != ".free")) {
      continue;
    }
    files_ = std::max(files_, *number);
    auto segment = map(file);
    if (!segment) {
      log_.error("a segment of the journal can't be read",
                 {{"file", file.string()}, {"error", segment.error().what}});
    } else if (kind == ".free") {
      give_back(std::move(*segment));
    } else if (const Recovered blocks = recover_blocks((*segment)->all(), id_, boot_, released_);
               blocks.end > 0) {
      if (blocks.damaged) {
        keep_damaged(**segment);
      }
      recovered.push_back({std::move(*segment), blocks});
    } else {
      give_back(std::move(*segment));
    }
  }
  std::sort(recovered.begin(), recovered.end(),
            [](const auto& a, const auto& b) { return a.blocks.first < b.blocks.first; });
  return recovered;
}

void Directory::keep_damaged(const Segment& segment) const {
  const fs::path copy = fs::path(segment.path()).replace_extension(".damaged");
  std::error_code error;
  fs::copy_file(segment.path(), copy, fs::copy_options::overwrite_existing, error);
  log_.error("blocks of the journal are damaged: what can be read of the segment is published",
             {{"source", options_.source.str()},
              {"file", segment.path()},
              {"copy", error ? "can't be made: " + error.message() : copy.string()}});
}

Result<std::unique_ptr<Segment>> Directory::map(const std::string& path) const {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  struct stat about {};
  if (!file || ::fstat(file.get(), &about) != 0) {
    return failure("can't open " + path);
  }
  if (about.st_size == 0) {
    return make_error(Errc::corrupt, path + " is empty");
  }
  return Segment::of_file(file.get(), path, Bytes{static_cast<std::uint64_t>(about.st_size)});
}

Result<std::unique_ptr<Segment>> Directory::create() {
  const std::string path = options_.path + "/" + std::to_string(++files_) + ".segment";
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!file) {
    return failure("can't make " + path);
  }
  // Not posix_fallocate(3), which would write where the file system can't: a disk that is full
  // later on would be a SIGBUS.
  if (::fallocate(file.get(), 0, 0, static_cast<off_t>(options_.segment_size.count)) != 0) {
    const Error error =
        failure("can't allocate " + to_string(options_.segment_size) + " in " + options_.path);
    ::unlink(path.c_str());
    return error;
  }
  ::fsync(descriptor_);  // the name; the bytes are flushed as blocks are
  return Segment::of_file(file.get(), path, options_.segment_size);
}

Result<std::unique_ptr<Segment>> Directory::reuse() {
  std::unique_ptr<Segment> segment = std::move(free_.back());
  free_.pop_back();
  const std::string path = fs::path(segment->path()).replace_extension(".segment");
  if (::rename(segment->path().c_str(), path.c_str()) != 0) {
    return failure("can't rename " + segment->path());
  }
  segment->moved_to(path);
  return segment;
}

std::unique_ptr<Segment> Directory::take() {
  auto segment = free_.empty() ? create() : reuse();
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
  const std::string path = fs::path(segment->path()).replace_extension(".free");
  const bool fits = segment->size() == options_.segment_size.count;
  if (fits && free_.size() < free_segments_kept &&
      ::rename(segment->path().c_str(), path.c_str()) == 0) {
    segment->moved_to(path);
    free_.push_back(std::move(segment));
  } else {
    ::unlink(segment->path().c_str());
  }
}

}  // namespace penstock::journal
