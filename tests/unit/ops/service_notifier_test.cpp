#include "penstock/ops/service_notifier.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

namespace penstock::ops {
namespace {

using namespace std::chrono_literals;

// Stands where systemd would: a datagram socket with an abstract name.
class ServiceNotifierTest : public testing::Test {
 protected:
  void SetUp() override {
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ASSERT_GE(socket_, 0);
    const std::string name = "penstock-test-" + std::to_string(::getpid());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    ASSERT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length), 0);
    ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  }
  void TearDown() override {
    ::close(socket_);
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
      ::unsetenv(name);
    }
  }

  // The next message, or "" where none came.
  std::string message() {
    std::array<char, 512> buffer{};
    const ssize_t length = ::recv(socket_, buffer.data(), buffer.size(), 0);
    return length < 0 ? std::string()
                      : std::string(buffer.data(), static_cast<std::size_t>(length));
  }

  int socket_ = -1;
  ServiceNotifier notifier_;
};

TEST_F(ServiceNotifierTest, TellsEveryChange) {
  notifier_.ready();
  EXPECT_EQ(message(), "READY=1");
  notifier_.reloading(MonotonicTime(17s));
  EXPECT_EQ(message(), "RELOADING=1\nMONOTONIC_USEC=17000000");
  notifier_.extend_timeout(60s);
  EXPECT_EQ(message(), "EXTEND_TIMEOUT_USEC=60000000");
  notifier_.watchdog();
  EXPECT_EQ(message(), "WATCHDOG=1");
  notifier_.stopping();
  EXPECT_EQ(message(), "STOPPING=1");
}

TEST_F(ServiceNotifierTest, LetsNoStatusTextAddAnotherAssignment) {
  notifier_.status("4 sources\nMAINPID=1");
  EXPECT_EQ(message(), "STATUS=4 sources\\x0aMAINPID=1");
}

TEST_F(ServiceNotifierTest, SaysNothingWithoutASocketInTheEnvironment) {
  ::unsetenv("NOTIFY_SOCKET");
  notifier_.ready();
  EXPECT_EQ(message(), "");
}

TEST_F(ServiceNotifierTest, AsksForASignOfLifeTwiceAWatchdogPeriod) {
  ::setenv("WATCHDOG_USEC", "60000000", 1);
  EXPECT_EQ(notifier_.watchdog_interval(), 30s);
  ::setenv("WATCHDOG_PID", "1", 1);  // meant for another process
  EXPECT_EQ(notifier_.watchdog_interval(), std::nullopt);
}

TEST_F(ServiceNotifierTest, NeedsNoSignOfLifeWhereNobodyWatches) {
  EXPECT_EQ(notifier_.watchdog_interval(), std::nullopt);
}

}  // namespace
}  // namespace penstock::ops
