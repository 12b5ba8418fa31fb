#include "penstock/remote/lookup.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <optional>
#include <string>

namespace penstock::remote {
namespace {

namespace asio = boost::asio;

struct LookupTest : testing::Test {
  // Runs until it is answered, or abandoned.
  std::optional<Lookup::Answer> find(const std::string& host, bool abandon = false) {
    std::optional<Lookup::Answer> answer;
    asio::co_spawn(io, lookup.find(host, 443),
                   [&](const std::exception_ptr&, std::optional<Lookup::Answer> found) {
                     answer = std::move(found);
                   });
    if (abandon) {
      asio::post(io, [&] { lookup.abandon(); });
    }
    io.restart();
    io.run();
    return answer;
  }

  asio::io_context io;
  Lookup lookup{io};
};

TEST_F(LookupTest, FindsAddressesWithThePort) {
  const auto answer = find("localhost");
  ASSERT_TRUE(answer);
  ASSERT_FALSE(answer->error) << answer->error.message();
  ASSERT_FALSE(answer->addresses.empty());
  EXPECT_TRUE(answer->addresses[0].address().is_loopback());
  EXPECT_EQ(answer->addresses[0].port(), 443);
}

TEST_F(LookupTest, SaysThatThereIsNoSuchName) {
  const auto answer = find(std::string(64, 'a'));  // no label is as long, so nobody is asked
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->error);
}

TEST_F(LookupTest, AnAbandonedOneIsNotWaitedForAndTheNextHasItsOwnAnswer) {
  for (int i = 0; i < 100; ++i) {
    const auto abandoned = find("192.0.2.1", true);
    EXPECT_TRUE(!abandoned || !abandoned->error);  // it may have been faster
    const auto answer = find("127.0.0.1");
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->addresses.size(), 1u);
    EXPECT_TRUE(answer->addresses[0].address().is_loopback());
  }
}

TEST(Lookup, MayBeDestroyedWhileItLasts) {
  const std::string host = "127.0.0.1";
  for (int i = 0; i < 100; ++i) {
    asio::io_context io;
    Lookup lookup(io);
    asio::co_spawn(io, lookup.find(host, 443), [](const std::exception_ptr&, auto) {});
    io.poll();
  }
}

}  // namespace
}  // namespace penstock::remote
