// SIGINT and SIGTERM as something that a command waits for.
#pragma once

#include <pthread.h>
#include <sys/signalfd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <csignal>
#include <functional>
#include <utility>

namespace penstock::app {

// From its construction on they do nothing else, in this thread and those it makes.
class Interrupt {
 public:
  // `came` is called on the io_context's thread, once.
  Interrupt(boost::asio::io_context& io, std::function<void()> came) : signals_(io, open()) {
    signals_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [came = std::move(came)](const boost::system::error_code& error) {
                          if (!error) {
                            came();
                          }
                        });
  }
  int descriptor() { return signals_.native_handle(); }  // readable once one came
  void cancel() { signals_.cancel(); }

 private:
  static int open() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  }

  boost::asio::posix::stream_descriptor signals_;
};

}  // namespace penstock::app
