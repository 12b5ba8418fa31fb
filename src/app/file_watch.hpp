// Tells when watched files may have changed: written, replaced by a rename, or swapped by a
// symbolic link on their way, as Kubernetes does. By inotify(7) on their directories, without
// polling. Changes that other machines make on a network file system aren't seen.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "penstock/core/error.hpp"
#include "penstock/core/log.hpp"

namespace penstock::app {

using Files = std::set<std::filesystem::path>;

// The directories in which something has to happen before `file` can be another: its own, and that
// of each symbolic link on the way to it. Where one is missing, the last one that is there.
Files directories_of(const std::filesystem::path& file);

// On the io_context's thread.
class FileWatch {
 public:
  // `changed` is called some time after a change (limits::watch_settles), once for all of them.
  FileWatch(boost::asio::io_context& io, std::function<void()> changed, Log& log);
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  // Errors say what the system is short of; a directory that may not be listed is none, and is
  // logged. Calls `changed` once soon: what happened between the
  // reading of the files and this call is not missed.
  Result<void> start(Files files);
  // Others from now on. Where some are new, `changed` is called once soon, as by start(). What
  // can't be watched is logged.
  void watch(Files files);
  void stop();

 private:
  // Which file it is, and as of when; none: there is none.
  using Look = std::optional<std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>>;
  static Look look_at(const std::filesystem::path& file);

  Result<void> watch_directories();
  void wait();
  void arm();
  void settle();

  std::function<void()> changed_;
  Log& log_;
  boost::asio::posix::stream_descriptor events_;
  boost::asio::steady_timer timer_;
  bool armed_ = false;
  bool unsure_ = true;  // some may have changed between their being read and looked at
  std::map<std::filesystem::path, Look> files_;
  std::set<int> watches_;  // inotify's
  Files closed_;           // directories that may be entered, but not listed
};

}  // namespace penstock::app
