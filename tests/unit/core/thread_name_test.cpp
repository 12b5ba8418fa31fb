#include "penstock/core/thread_name.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <string>
#include <thread>

namespace penstock {
namespace {

std::string name_of_a_thread_called(const std::string& name) {
  std::array<char, 16> told{};
  std::thread([&] {
    name_this_thread(name);
    pthread_getname_np(pthread_self(), told.data(), told.size());
  }).join();
  return told.data();
}

TEST(ThreadName, IsWhatWasSaid) { EXPECT_EQ(name_of_a_thread_called("extract 1"), "extract 1"); }

TEST(ThreadName, IsCut) {
  EXPECT_EQ(name_of_a_thread_called("pub a-long-source"), "pub a-long-sour");
}

}  // namespace
}  // namespace penstock
