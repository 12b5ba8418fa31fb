// Opens admin.socket and removes its file again.
#pragma once

#include <sys/types.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>

#include "penstock/core/error.hpp"

namespace boost::asio {
class io_context;
}

namespace penstock::ops {

class AdminSocket {
 public:
  using Acceptor = boost::asio::local::stream_protocol::acceptor;

  explicit AdminSocket(boost::asio::io_context& io) : acceptor_(io) {}
  ~AdminSocket() { close(); }
  AdminSocket(const AdminSocket&) = delete;
  AdminSocket& operator=(const AdminSocket&) = delete;

  // AdminServer::open_socket()
  Result<void> open(const std::filesystem::path& path);
  // Removes the file, unless another process has put its own there.
  void close();

  Acceptor& acceptor() { return acceptor_; }

 private:
  Result<void> bind();

  Acceptor acceptor_;
  std::filesystem::path path_;
  dev_t device_ = 0;  // the file's identity; both 0: none was made
  ino_t inode_ = 0;
};

}  // namespace penstock::ops
