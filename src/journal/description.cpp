#include "journal/description.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>

#include "journal/descriptor.hpp"
#include "journal/parse_number.hpp"

namespace penstock::journal {
namespace {

namespace fs = std::filesystem;

constexpr int version = 1;
constexpr std::string_view file_name = "journal";

// A disk that is nearly full takes a part, and only then says what it is.
bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  return true;
}

// In the room of the file before, which is kept for that: a full disk is no obstacle.
Result<void> write_file(const std::string& path, std::string_view text) {
  const std::string draft = path + ".new";
  const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0640));
  if (!file || !write_all(file.get(), text) ||
      ::ftruncate(file.get(), static_cast<off_t>(text.size())) != 0 || ::fsync(file.get()) != 0) {
    return system_failure("can't write " + draft);
  }
  const auto rename = [&](unsigned how) {
    return ::renameat2(AT_FDCWD, draft.c_str(), AT_FDCWD, path.c_str(), how) == 0;
  };
  // There may be none before, or a file system that exchanges no names.
  if (!rename(RENAME_EXCHANGE) && !rename(0)) {
    return system_failure("can't write " + path);
  }
  return {};
}

}  // namespace

std::string to_string(JournalId id) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(id.value));
  return text.data();
}

Result<std::optional<Description>> read_description(const std::string& directory) {
  const std::string path = directory + "/" + std::string(file_name);
  const auto unreadable = [&](const std::string& why) {
    return make_error(Errc::corrupt, path + " " + why +
                                         ": move journal.new, the one before, to its place; or "
                                         "move the directory away: what is in it and not in Kafka "
                                         "is missing then");
  };
  std::ifstream file(path);
  if (!file) {
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->path().extension() == ".segment") {
        return unreadable("is missing, and there are segments");
      }
    }
    if (error) {
      return make_error(Errc::io, "can't read " + directory + ": " + error.message());
    }
    return std::optional<Description>();
  }
  std::map<std::string, std::string> values;
  for (std::string line; std::getline(file, line);) {
    if (const auto equals = line.find('='); equals != std::string::npos) {
      values[line.substr(0, equals)] = line.substr(equals + 1);
    }
  }
  const auto found = parse_number(values["version"], 10);
  if (found && *found > version) {
    return make_error(Errc::corrupt, "the journal " + directory + " is of version " +
                                         std::to_string(*found) + ", and this penstock knows " +
                                         std::to_string(version) + ": run the newer one");
  }
  const auto id = parse_number(values["id"], 16);
  const auto processes = parse_number(values["processes"], 10);
  if (!found || !id || !processes) {
    return unreadable("can't be read");
  }
  return std::optional(Description{JournalId{*id}, values["source"], *processes});
}

Result<void> write_description(const std::string& directory, const Description& description) {
  const std::string text = "version=" + std::to_string(version) +
                           "\nid=" + to_string(description.id) + "\nsource=" + description.source +
                           "\nprocesses=" + std::to_string(description.processes) + "\n";
  return write_file(directory + "/" + std::string(file_name), text);
}

}  // namespace penstock::journal
