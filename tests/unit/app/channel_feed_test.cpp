#include "app/channel_feed.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "penstock/core/system_clock.hpp"

namespace penstock::app {
namespace {

// A timer whose time has come may be waiting for its handler's turn when it is cancelled.
TEST(ChannelFeed, EndsFlushingAlsoWhereItsTimeHasJustCome) {
  boost::asio::io_context io;
  extract::Pool pool(1);
  constexpr Bytes segment = 1_MiB;
  ChannelFeed feed(
      io, pool,
      {.ring = {.max_size = 2_MiB,
                .max_line = 64_KiB,
                .segment_size = segment,
                .sync_interval = Duration{4}},
       .beat = CommitBeat(Duration{250}),
       .segments = std::make_unique<journal::MemorySegments>(segment),
       .max_lines = 1,
       .max_bytes = 1_MiB},
      [](Batch&&) {}, [] {});
  feed.begin();
  boost::asio::steady_timer first(io, std::chrono::milliseconds(1));
  first.async_wait([&](const boost::system::error_code&) { feed.end_flushing(); });
  for (const MonotonicTime both = monotonic_now() + Duration{10}; monotonic_now() < both;) {
  }
  io.run_for(std::chrono::seconds(10));
  EXPECT_TRUE(io.stopped()) << "a timer goes on for ever";
}

}  // namespace
}  // namespace penstock::app
