#include "app/file_watch.hpp"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <deque>
#include <system_error>
#include <utility>

#include "penstock/core/limits.hpp"

namespace penstock::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t what_matters = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE |
                                       IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF |
                                       IN_ONLYDIR;

Error failed(const std::string& what) {
  const char* const setting = errno == EMFILE   ? "max_user_instances"
                              : errno == ENOSPC ? "max_user_watches"
                                                : nullptr;
  const std::string why = std::error_code(errno, std::generic_category()).message();
  return make_error(
      Errc::io, what + ": " + why +
                    (setting == nullptr ? "" : "; see " + std::string(setting) + " of inotify(7)"));
}

}  // namespace

Files directories_of(const fs::path& file) {
  Files found;
  const fs::path whole = fs::absolute(file);
  std::deque<fs::path> ahead(whole.begin(), whole.end());
  fs::path at;
  for (int links = 0; !ahead.empty();) {
    const fs::path name = std::exchange(ahead.front(), {});
    ahead.pop_front();
    const fs::path next = at / name;
    std::error_code error;
    const fs::file_type type = fs::symlink_status(next, error).type();
    if (type == fs::file_type::symlink && ++links <= limits::symbolic_links) {
      found.insert(at);
      const fs::path target = fs::read_symlink(next, error);
      ahead.insert(ahead.begin(), target.begin(), target.end());
      at = target.is_absolute() ? fs::path() : at;
    } else if (ahead.empty() || type != fs::file_type::directory) {
      found.insert(at);
      break;
    } else {
      at = next;
    }
  }
  return found;
}

FileWatch::FileWatch(boost::asio::io_context& io, std::function<void()> changed, Log& log)
    : changed_(std::move(changed)), log_(log), events_(io), timer_(io) {}

FileWatch::Look FileWatch::look_at(const fs::path& file) {
  struct stat is {};
  if (::stat(file.c_str(), &is) != 0) {
    return std::nullopt;
  }
  // The time of the last change of content or mode: the reader may be let in by then.
  return std::tuple(std::uint64_t{is.st_dev}, std::uint64_t{is.st_ino},
                    std::int64_t{is.st_ctim.tv_sec}, std::int64_t{is.st_ctim.tv_nsec});
}

Result<void> FileWatch::start(Files files) {
  const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor < 0) {
    return failed("files can't be watched");
  }
  events_.assign(descriptor);
  for (const fs::path& file : files) {
    files_.emplace(file, look_at(file));
  }
  if (auto watched = watch_directories(); !watched) {
    return watched;
  }
  wait();
  arm();
  return {};
}

void FileWatch::watch(Files files) {
  if (!events_.is_open()) {
    return;
  }
  std::erase_if(files_, [&](const auto& file) { return !files.contains(file.first); });
  for (const fs::path& file : files) {
    if (files_.emplace(file, look_at(file)).second) {
      unsure_ = true;
      arm();
    }
  }
  if (const auto watched = watch_directories(); !watched) {
    log_.error("not all files are watched", {{"error", watched.error().what}});
  }
}

void FileWatch::stop() {
  timer_.cancel();
  boost::system::error_code ignored;
  events_.close(ignored);
}

// Links and directories may be others than before.
Result<void> FileWatch::watch_directories() {
  Result<void> result;
  std::set<int> watches;
  Files closed;
  for (const auto& [file, look] : files_) {
    for (const fs::path& directory : directories_of(file)) {
      const int watch =
          ::inotify_add_watch(events_.native_handle(), directory.c_str(), what_matters);
      if (watch >= 0) {
        watches.insert(watch);
      } else if (errno == ENOENT || errno == ENOTDIR) {
        arm();  // gone just now: another look shows what is left
      } else if (errno == EACCES) {
        closed.insert(directory);
      } else {
        result = failed("can't watch " + directory.string());
      }
    }
  }
  for (const int watch : watches_) {
    if (!watches.contains(watch)) {
      ::inotify_rm_watch(events_.native_handle(), watch);
    }
  }
  watches_ = std::move(watches);
  for (const fs::path& directory : closed) {
    if (!closed_.contains(directory)) {
      log_.warning("a directory may not be watched: send SIGHUP after a change in it",
                   {{"directory", directory.string()}});
    }
  }
  closed_ = std::move(closed);
  return result;
}

void FileWatch::wait() {
  events_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this](const boost::system::error_code& error) {
                       if (error || !events_.is_open()) {
                         return;
                       }
                       // Which event it is doesn't matter: the files are looked at.
                       std::array<char, 4096> events{};
                       while (::read(events_.native_handle(), events.data(), events.size()) > 0) {
                       }
                       arm();
                       wait();
                     });
}

void FileWatch::arm() {
  if (std::exchange(armed_, true)) {
    return;
  }
  timer_.expires_after(limits::watch_settles);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && events_.is_open()) {
      armed_ = false;
      settle();
    }
  });
}

void FileWatch::settle() {
  if (const auto watched = watch_directories(); !watched) {
    log_.error("not all files are watched", {{"error", watched.error().what}});
  }
  bool changed = std::exchange(unsure_, false);
  for (auto& [file, look] : files_) {
    const Look now = look_at(file);
    changed = changed || now != look;
    look = now;
  }
  if (changed) {
    changed_();
  }
}

}  // namespace penstock::app
