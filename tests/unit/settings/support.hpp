// Loading a configuration that stands in a test.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "penstock/settings/load.hpp"

namespace penstock::settings {

// A folder of its own for each test, removed at its end.
class SettingsTest : public testing::Test {
 protected:
  SettingsTest() { std::filesystem::create_directories(directory_); }
  ~SettingsTest() override { std::filesystem::remove_all(directory_); }

  std::string file(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = directory_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  Inputs inputs(const std::string& yaml) const {
    return {.config_file = file("penstock.yaml", yaml), .environment = {}, .overrides = {}};
  }

  // All findings, as they are shown, with the file called F.
  std::vector<std::string> findings(const Inputs& given) const {
    const LoadResult result = load(given);
    std::vector<std::string> texts;
    if (!result) {
      for (const Finding& finding : result.error()) {
        std::string text = to_string(finding);
        const std::string prefix = directory_ / "penstock.yaml";
        texts.push_back(text.starts_with(prefix) ? "F" + text.substr(prefix.size()) : text);
      }
    }
    return texts;
  }
  std::vector<std::string> findings(const std::string& yaml) const {
    return findings(inputs(yaml));
  }

  const std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() /
      ("penstock_settings_" + std::to_string(::getpid()) + "_" +
       testing::UnitTest::GetInstance()->current_test_info()->name());
};

// What loads, or a failed test that says why it doesn't.
inline Loaded must_load(const Inputs& given) {
  LoadResult result = load(given);
  if (!result) {
    throw std::runtime_error(to_string(result.error().front()));
  }
  return std::move(*result);
}

inline const std::string minimal = R"(
api: {url: https://api.test}
sources: {firehose: {}}
kafka: {brokers: localhost:9092}
)";

// The environment that says enough without a file.
inline Environment minimal_environment() {
  return {{"PENSTOCK_API_URL", "https://api.test"},
          {"PENSTOCK_SOURCES", "firehose"},
          {"PENSTOCK_KAFKA_BROKERS", "localhost:9092"}};
}

inline const Value& value_of(const Loaded& loaded, const std::string& path) {
  for (const Value& value : loaded.values) {
    if (value.path == path) {
      return value;
    }
  }
  throw std::out_of_range(path);
}

}  // namespace penstock::settings
