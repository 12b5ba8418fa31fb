// docs/configuration.md and config/penstock.yaml say what the table of keys says.
#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "settings/apply.hpp"
#include "settings/key_table.hpp"
#include "settings/markdown.hpp"
#include "unit/settings/support.hpp"

namespace penstock::settings {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream in(std::string(PENSTOCK_SOURCE_DIR) + "/" + path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

TEST(Documents, ConfigurationPageIsWhatTheTableSays) {
  EXPECT_TRUE(content_of("docs/configuration.md") == configuration_markdown())
      << "docs/configuration.md is stale: build the target configuration_doc";
}

using Example = SettingsTest;

TEST_F(Example, LoadsWithoutAWarning) {
  const Loaded loaded = must_load(inputs(content_of("config/penstock.yaml")));
  EXPECT_EQ(loaded.settings.sources.size(), 4u);
}

TEST_F(Example, HasEveryKeyAtItsDefault) {
  const std::string text = content_of("config/penstock.yaml");
  // Comments that are keys: no space between # and the word.
  const std::string uncommented =
      std::regex_replace(text, std::regex("(^|\n)( *)#(?=[a-z])"), "$1$2");
  const Loaded shown = must_load(inputs(uncommented));
  const Loaded defaults = must_load(inputs(text));
  for (const Value& value : shown.values) {
    // Files that few have.
    const bool example =
        value.path.ends_with("_file") && value.path.find("filter.") == std::string::npos;
    const bool of_firehose = value.path.starts_with("sources.firehose.");
    if (!value.path.starts_with("sources.") || of_firehose) {
      EXPECT_NE(value.origin, "default") << value.path << " is not in the file";
    }
    if (!example) {
      EXPECT_EQ(value.text, value_of(defaults, value.path).text) << value.path;
    }
  }
}

TEST(KeyTable, EveryKeyIsFoundByItsPath) {
  for (const KeySpec& spec : key_table()) {
    const std::string path =
        is_source_key(spec) ? source_path(spec, "a-b") : std::string(spec.path);
    const auto found = find_key(path);
    ASSERT_TRUE(found) << path;
    EXPECT_EQ(found->spec, &spec);
    EXPECT_FALSE(spec.doc.empty()) << path;
  }
}

}  // namespace
}  // namespace penstock::settings
