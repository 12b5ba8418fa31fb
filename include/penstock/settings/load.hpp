// From file, environment and flags to Settings. Everything comes in as values; only files are read.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "penstock/settings/settings.hpp"

namespace penstock::settings {

using Environment = std::map<std::string, std::string>;

struct Inputs {
  std::optional<std::filesystem::path> config_file;  // of -c; it must exist
  Environment environment;
  std::map<std::string, std::string> overrides;  // of --set: key → value
  std::set<std::string> not_needed{};  // keys that are required of a daemon, and may be missing
  bool passes_unreadable = false;      // a file that nobody named and this user can't read is none
};

// One thing that is wrong. Never holds a secret.
struct Finding {
  std::string where;  // a file, a variable or a flag; empty where something is missing everywhere
  int line = 0;       // from 1; 0: not in a file
  int column = 0;
  std::string message;
  std::string path{};  // of the key that it is about; empty: of none, or of several
};
// `penstock.yaml:3:5: message`
std::string to_string(const Finding& finding);

// One effective value, as `penstock config` shows it.
struct Value {
  std::string path;      // kafka.commit_interval, sources.firehose.path
  std::string text;      // secrets: `(hidden)`
  std::string origin;    // `default`, `<file>:<line>`, a variable's name or `flag`
  std::size_t hash = 0;  // of what is hidden: tells that it changed, and is shown nowhere
};

struct Loaded {
  Settings settings;
  std::vector<Value> values;       // in the order of docs/configuration.md
  std::filesystem::path file;      // empty: there is none
  std::filesystem::path passed{};  // that couldn't be read; empty: there is none
  // Variables that begin with PENSTOCK_ and look like no known one: somebody else's. Printable.
  std::vector<std::string> unknown_variables{};
};

// All that is wrong, not the first alone; never empty when loading failed.
using LoadResult = boost::system::result<Loaded, std::vector<Finding>>;

LoadResult load(const Inputs& inputs);
// `files` are all that were read or looked for, whether that worked or not: who watches them sees
// what a next load would see.
LoadResult load(const Inputs& inputs, std::set<std::filesystem::path>& files);

}  // namespace penstock::settings
