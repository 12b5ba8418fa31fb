// THE table of configuration keys. Defaults, parsing, bounds, variables, secrecy, `penstock config`
// and docs/configuration.md all come from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/settings/settings.hpp"
#include "settings/checks.hpp"
#include "settings/given.hpp"

namespace penstock::settings {

// Where a value goes. `source` is set for the keys of `sources.*`.
struct Target {
  Settings& settings;
  Source* source = nullptr;
};

// What a value can be. Each kind knows its bounds and where a value of it is put.
struct TextKind {
  Check check;
  void (*set)(Target, std::string);
};
struct UrlKind {  // slashes at the end are cut off
  void (*set)(Target, std::string);
};
struct PathKind {  // absolute
  bool may_be_empty;
  void (*set)(Target, std::filesystem::path);
};
struct BooleanKind {
  void (*set)(Target, bool);
};
struct BytesKind {
  Bytes min, max;
  void (*set)(Target, Bytes);
};
struct DurationKind {
  Duration min, max;
  void (*set)(Target, Duration);
};
struct CountKind {
  std::int64_t min, max;
  void (*set)(Target, std::int64_t);
  std::string_view word = {};  // what is accepted beside numbers
  std::int64_t word_value = 0;
};
struct ShareKind {  // from 0 to 1
  void (*set)(Target, double);
};
struct ChoiceKind {
  std::span<const std::string_view> words;
  void (*set)(Target, std::size_t index);
};
struct EndpointKind {
  void (*set)(Target, Endpoint);
};
struct ListKind {
  Check check;  // of each item
  void (*set)(Target, std::vector<std::string>);
};
struct MapKind {  // its entries are keys of their own
  std::string_view (*canonical)(std::string_view entry);
  std::string_view (*refuse)(std::string_view entry);  // why it can't be set, or empty
  bool (*secret)(std::string_view entry);
  Check check;  // of a value
  void (*set)(Target, std::string entry, std::string value);
};
struct SourcesKind {};  // names, of which each is a group of keys

using Kind =
    std::variant<TextKind, UrlKind, PathKind, BooleanKind, BytesKind, DurationKind, CountKind,
                 ShareKind, ChoiceKind, EndpointKind, ListKind, MapKind, SourcesKind>;

struct Context {
  const Settings& settings;  // what stands before the key in the table is set
  const Source* source;
  const Environment& environment;
};

struct Fallback {
  std::string_view text;                              // as it is written in a variable
  std::string (*computed)(const Context&) = nullptr;  // where it depends on other values
  std::string_view described = {};                    // a computed one, for the documentation
  std::string_view made_of = {};                      // the key that a computed one would tell
};

struct KeySpec {
  std::string_view path;  // `*` stands for the name of a source
  Kind kind;
  Fallback fallback;
  std::string_view doc;
  bool required = false;
};

std::span<const KeySpec> key_table();

// The row of a full path, with the name of the source or the map's entry that it names.
struct FoundKey {
  const KeySpec* spec;
  std::string_view source, entry;  // views into the path
};
std::optional<FoundKey> find_key(std::string_view path);
bool is_group(std::string_view path);
// An entry of a map whose value is never shown.
bool is_secret(std::string_view path);

inline bool is_source_key(const KeySpec& spec) { return spec.path.starts_with("sources.*."); }
// sources.*.path → sources.firehose.path
std::string source_path(const KeySpec& spec, std::string_view source);
// kafka.brokers → PENSTOCK_KAFKA_BROKERS
std::string variable_of(std::string_view path);
// The path of the key that may be meant by an unknown one, or empty.
std::string nearest_key(std::string_view unknown_path);

}  // namespace penstock::settings
