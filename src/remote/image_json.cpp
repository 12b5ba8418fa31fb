// The JSON of images: of api_json.hpp what needs the records as they came.
#include <optional>
#include <vector>

#include "penstock/core/limits.hpp"
#include "penstock/remote/value_splitter.hpp"
#include "remote/api_json.hpp"
#include "remote/number.hpp"

namespace penstock::remote {
namespace {

// The values of `text`, each on one line.
Result<std::vector<std::string>> split(std::string_view text) {
  std::vector<std::string> values;
  ValueSplitter splitter(limits::images_answer, [&](std::string_view value) {
    values.emplace_back(value);
    return true;
  });
  splitter.feed(text);
  if (const auto whole = splitter.finish(); !whole) {
    return whole.error();
  }
  return values;
}

// The value of a member of an object on one line. Precondition: it is valid JSON.
std::optional<std::string_view> member_of(std::string_view object, std::string_view name) {
  std::size_t depth = 0;
  bool in_string = false;
  std::size_t begin = 1;  // of the member looked at
  for (std::size_t i = 0; i < object.size(); ++i) {
    const char c = object[i];
    if (in_string) {
      i += c == '\\' ? 1 : 0;
      in_string = c != '"';
      continue;
    }
    in_string = c == '"';
    const bool ends = depth == 1 && (c == ',' || c == '}');
    if (ends) {
      const std::string_view member = object.substr(begin, i - begin);
      const std::size_t value = name.size() + 3;  // quotes and colon
      if (member.size() > value && member.substr(1, name.size()) == name &&
          member.substr(name.size() + 1, 2) == "\":") {
        return member.substr(value);
      }
      begin = i + 1;
    }
    depth += c == '{' || c == '[' ? 1U : 0U;
    depth -= c == '}' || c == ']' ? 1U : 0U;
  }
  return std::nullopt;
}

Error unexpected(const char* what) {
  return make_error(Errc::protocol, std::string("the answer isn't the JSON expected: ") + what);
}

}  // namespace

Result<ImageRecord> parse_image(std::string_view text) {
  auto links = parse_image_links(text);
  if (!links) {
    return links.error();
  }
  auto values = split(text);
  if (!values || values->size() != 1) {
    return unexpected("it is no image");
  }
  return ImageRecord{.links = std::move(*links), .json = std::move(values->front())};
}

Result<ImagePage> parse_image_page(std::string_view text) {
  if (const auto valid = parse_message(text); !valid) {
    return valid.error();
  }
  const auto values = split(text);
  const auto events =
      values && values->size() == 1 ? member_of(values->front(), "events") : std::nullopt;
  if (!events || !events->starts_with('[')) {
    return unexpected("it is no page of images, with an array `events`");
  }
  ImagePage page;
  if (const auto total = member_of(values->front(), "total_records")) {
    if (const auto count = parse_number<std::uint64_t>(*total)) {
      page.total_records = *count;
    }
  }
  auto records = split(*events);
  if (!records) {
    return records.error();
  }
  for (std::string& record : *records) {
    auto links = parse_image_links(record);
    if (!links) {
      return links.error();
    }
    page.records.push_back({.links = std::move(*links), .json = std::move(record)});
  }
  return page;
}

}  // namespace penstock::remote
