// The values of state records: text, one `name=value` a line, `v` first. A name may stand in
// several lines. Names and values hold no line end. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/time.hpp"

namespace penstock::jobs {

inline constexpr std::uint64_t record_version = 1;

class RecordWriter {
 public:
  RecordWriter() { number("v", record_version); }
  RecordWriter& text(std::string_view name, std::string_view value);
  RecordWriter& number(std::string_view name, std::uint64_t value);
  RecordWriter& time(std::string_view name, const std::optional<WallTime>& value);  // none: no line
  RecordWriter& flag(std::string_view name, bool value);  // false: no line
  std::string take() && { return std::move(out_); }

 private:
  std::string out_;
};

// What isn't there has its default; what is there and can't be read makes the record bad.
class RecordReader {
 public:
  explicit RecordReader(std::string_view text) : text_(text) {}

  std::optional<std::string_view> text(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  std::optional<std::uint64_t> number(std::string_view name);
  std::optional<WallTime> time(std::string_view name);
  bool flag(std::string_view name) const { return text(name) == "1"; }

  void refuse() { bad_ = true; }
  // Of a version that we know, and with values that could be read.
  bool usable() const { return text("v") == "1" && !bad_; }
  Error error() const;  // why it isn't usable

 private:
  std::string_view text_;
  bool bad_ = false;
};

}  // namespace penstock::jobs
