#include "jobs/record_text.hpp"

#include <charconv>

#include "penstock/core/text.hpp"

namespace penstock::jobs {
namespace {

// Calls `found` with the value of each line of that name, until it says false.
template <class Found>
void each_line(std::string_view rest, std::string_view name, const Found& found) {
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == '=' &&
        !found(line.substr(name.size() + 1))) {
      return;
    }
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
}

}  // namespace

RecordWriter& RecordWriter::text(std::string_view name, std::string_view value) {
  out_.append(name).append(1, '=').append(value).append(1, '\n');
  return *this;
}

RecordWriter& RecordWriter::number(std::string_view name, std::uint64_t value) {
  return text(name, std::to_string(value));
}

RecordWriter& RecordWriter::time(std::string_view name, const std::optional<WallTime>& value) {
  return value ? text(name, to_rfc3339(*value)) : *this;
}

RecordWriter& RecordWriter::flag(std::string_view name, bool value) {
  return value ? text(name, "1") : *this;
}

std::optional<std::string_view> RecordReader::text(std::string_view name) const {
  std::optional<std::string_view> first;
  each_line(text_, name, [&](std::string_view value) {
    first = value;
    return false;
  });
  return first;
}

std::vector<std::string_view> RecordReader::all(std::string_view name) const {
  std::vector<std::string_view> values;
  each_line(text_, name, [&](std::string_view value) {
    values.push_back(value);
    return true;
  });
  return values;
}

std::optional<std::uint64_t> RecordReader::number(std::string_view name) {
  const auto digits = text(name);
  if (!digits) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  const char* const last = digits->data() + digits->size();
  const auto [end, error] = std::from_chars(digits->data(), last, value);
  if (error != std::errc{} || end != last) {
    refuse();
    return std::nullopt;
  }
  return value;
}

std::optional<WallTime> RecordReader::time(std::string_view name) {
  const auto written = text(name);
  if (!written) {
    return std::nullopt;
  }
  const auto value = parse_rfc3339(*written);
  if (!value) {
    refuse();
  }
  return value;
}

Error RecordReader::error() const {
  const auto version = text("v");
  if (version != "1") {
    return make_error(Errc::corrupt, "is of a version that this penstock doesn't know (`v=" +
                                         printable(version.value_or("")) +
                                         "`); run the newer penstock");
  }
  return make_error(Errc::corrupt, "has values that can't be read");
}

}  // namespace penstock::jobs
