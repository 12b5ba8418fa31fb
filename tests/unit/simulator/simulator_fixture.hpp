// A running simulator with a directory of its own, and requests to it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "penstock/simulator/simulator.hpp"
#include "unit/simulator/client.hpp"

namespace penstock::test {

std::string from_base64(std::string_view text);

class SimulatorFixture : public testing::Test {
 protected:
  ~SimulatorFixture() override;
  void start(simulator::Options options = {}, std::string_view faults = "");
  static simulator::Options at_full_speed();
  Call request(std::string path) const;
  Reply get(std::string path) const { return call(request(std::move(path))); }
  Reply post(std::string path, std::string body = "") const;

  std::unique_ptr<simulator::Simulator> simulator;

 private:
  std::filesystem::path directory_ = make_directory();
  static std::filesystem::path make_directory();
};

}  // namespace penstock::test
