#include "ops/admin_socket.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <utility>

#include "penstock/core/text.hpp"
#include "penstock/ops/admin_server.hpp"

namespace penstock::ops {
namespace {

using Protocol = boost::asio::local::stream_protocol;
using boost::system::error_code;

constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;
constexpr mode_t mode = 0660;

Error wrong(Errc code, const std::filesystem::path& path, const std::string& why) {
  return make_error(code, "admin.socket: " + printable(path.string()) + " " + why);
}

Error not_opened(const std::filesystem::path& path, const error_code& error) {
  return wrong(Errc::io, path, "can't be opened: " + error.message());
}

error_code last_error() { return {errno, boost::system::system_category()}; }

// Removes a socket's file on which nobody answers any more.
Result<void> remove_stale(boost::asio::io_context& io, const std::filesystem::path& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    return errno == ENOENT ? Result<void>{} : not_opened(path, last_error());
  }
  error_code error;
  Protocol::socket probe(io);
  const Protocol::endpoint endpoint(path.string());
  probe.open(Protocol(), error);
  if (!error) {
    probe.native_non_blocking(true, error);  // a full queue is an answer, too
  }
  if (error) {
    return not_opened(path, error);
  }
  const bool connected = ::connect(probe.native_handle(), endpoint.data(),
                                   static_cast<socklen_t>(endpoint.size())) == 0;
  if (connected || errno == EAGAIN) {
    return wrong(Errc::network, path,
                 "is another daemon's, which answers; give each its own admin.socket");
  }
  if (errno != ECONNREFUSED && errno != ENOENT) {
    return not_opened(path, last_error());
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return not_opened(path, last_error());
  }
  return {};
}

}  // namespace

Result<void> check_socket_path(const std::filesystem::path& path) {
  if (path.empty() || path.string().size() > longest_path) {
    return wrong(Errc::invalid_argument, path,
                 "can't be a UNIX socket: its path has 1 to " + std::to_string(longest_path) +
                     " characters");
  }
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0 && !S_ISSOCK(found.st_mode)) {
    return wrong(Errc::invalid_argument, path, "is there and is no socket");
  }
  return {};
}

Result<void> AdminSocket::open(const std::filesystem::path& path) {
  if (auto usable = check_socket_path(path); !usable) {
    return usable;
  }
  path_ = path;
  auto& io = static_cast<boost::asio::io_context&>(acceptor_.get_executor().context());
  if (auto removed = remove_stale(io, path_); !removed) {
    return removed;
  }
  auto bound = bind();
  if (!bound) {
    close();
  }
  return bound;
}

Result<void> AdminSocket::bind() {
  error_code error;
  acceptor_.open(Protocol(), error);
  if (!error) {
    acceptor_.bind(Protocol::endpoint(path_.string()), error);
  }
  if (error) {
    return not_opened(path_, error);
  }
  // Before it listens, nobody can connect: it never has another mode.
  struct stat made {};
  if (::chmod(path_.c_str(), mode) != 0 || ::lstat(path_.c_str(), &made) != 0) {
    return not_opened(path_, last_error());
  }
  device_ = made.st_dev;
  inode_ = made.st_ino;
  acceptor_.listen(Acceptor::max_listen_connections, error);
  return error ? not_opened(path_, error) : Result<void>{};
}

void AdminSocket::close() {
  // First the file: as long as this answers, nobody else takes its place.
  struct stat found {};
  const ino_t inode = std::exchange(inode_, 0);
  if (inode != 0 && ::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ &&
      found.st_ino == inode) {
    ::unlink(path_.c_str());
  }
  error_code ignored;
  acceptor_.close(ignored);
}

}  // namespace penstock::ops
