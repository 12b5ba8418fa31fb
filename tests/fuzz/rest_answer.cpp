// The body of an answer of the REST API: what is read of it is what the reference reads, cut or
// not.
#include <algorithm>
#include <random>

#include "fuzz/check.hpp"
#include "fuzz/choices.hpp"
#include "fuzz/reference/strict_json.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/remote/value_splitter.hpp"
#include "remote/api_json.hpp"

namespace penstock::fuzz {
namespace {

using Kind = Json::Kind;

constexpr Bytes largest{300};  // value, that a splitter holds

struct Split {
  std::vector<std::string> values;
  std::string error;
};

Split split(std::string_view text, std::mt19937* cut) {
  Split result;
  remote::ValueSplitter splitter(largest, [&](std::string_view value) {
    result.values.emplace_back(value);
    return true;
  });
  while (!text.empty()) {
    constexpr std::size_t small = 12;
    const std::string_view piece =
        text.substr(0, cut == nullptr ? text.size() : 1 + (*cut)() % small);
    if (!splitter.feed(std::string(piece))) {  // of its own size
      break;
    }
    text.remove_prefix(piece.size());
  }
  if (const auto ended = splitter.finish(); !ended) {
    result.error = ended.error().what;
    must(is_printable(result.error), "an error is printable", result.error);
  }
  return result;
}

// The answer's values one after another; none: it isn't an answer of valid ones.
std::optional<std::vector<Json>> values_of(std::string_view text) {
  std::vector<Json> values;
  while (text.find_first_not_of(" \t\r\n") != std::string_view::npos) {
    JsonReading next = read_json_prefix(text, limits::max_depth);
    if (next.verdict != JsonReading::Verdict::valid) {
      return std::nullopt;
    }
    values.push_back(std::move(next.value));
    text.remove_prefix(next.end);
  }
  return values;
}

// Of an answer of objects, alone or in arrays; none: there is something else in it.
std::optional<std::vector<Json>> objects_of(const std::vector<Json>& values) {
  std::vector<Json> objects;
  for (const Json& value : values) {
    if (!value.is(Kind::object) && !value.is(Kind::array)) {
      return std::nullopt;
    }
    for (const Json& item : value.is(Kind::array) ? value.items : std::vector<Json>{value}) {
      if (!item.is(Kind::object)) {
        return std::nullopt;
      }
      objects.push_back(item);
    }
  }
  return objects;
}

std::string text_of(const Json& object, const char* name) {
  const Json* const value = object.last(name);
  return value != nullptr && value->is(Kind::string) ? utf8_of(value->text) : "";
}

// What RapidJSON reads otherwise (tests/unit/extract/rapid_parser.hpp).
bool rapidjson_differs(std::string_view text) {
  constexpr std::size_t long_number = 300;
  bool differs = text.size() > long_number || text.find("\\u") != std::string_view::npos ||
                 !is_strict_utf8(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    differs =
        differs || (text[i] >= 0x1a && text[i] < 0x20) ||
        (i > 0 && (text[i] == 'e' || text[i] == 'E') && text[i - 1] >= '0' && text[i - 1] <= '9');
  }
  return differs;
}

void compare_tasks(std::string_view answer, const std::vector<Json>& objects,
                   const std::string& shown) {
  const auto tasks = remote::parse_tasks(answer);
  std::vector<const Json*> named;
  for (const Json& object : objects) {
    if (!text_of(object, "job_id").empty()) {
      named.push_back(&object);
    }
  }
  if (named.empty()) {
    must(!tasks || tasks->empty(), "without names there are no tasks", shown);
    return;
  }
  must(tasks && tasks->size() == named.size(), "each named object is a task", shown);
  for (std::size_t i = 0; i < named.size(); ++i) {
    const Task& task = (*tasks)[i];
    must(task.job_id == text_of(*named[i], "job_id") &&
             task.status == text_of(*named[i], "status") &&
             task.description == text_of(*named[i], "description"),
         "tasks agree", shown);
  }
}

void compare_page(std::string_view answer, const std::vector<Json>& values,
                  const std::string& shown) {
  const auto page = remote::parse_image_page(answer);
  const Json* const events =
      values.size() == 1 && values[0].is(Kind::object) ? values[0].last("events") : nullptr;
  if (!page || events == nullptr || values[0].names.size() > 2) {
    return;
  }
  must(events->is(Kind::array) && page->records.size() == events->items.size(),
       "there are as many records", shown);
  for (std::size_t i = 0; i < page->records.size(); ++i) {
    must(page->records[i].json == compact(events->items[i]), "a record stands as it came", shown);
    must(page->records[i].links.id == text_of(events->items[i], "image_id"), "with its id", shown);
  }
}

void compare_values(const Split& found, const std::vector<Json>& objects,
                    const std::string& shown) {
  std::vector<std::string> wanted;
  std::size_t longest = 0;
  for (const Json& object : objects) {
    wanted.push_back(compact(object));
    longest = std::max(longest, wanted.back().size());
  }
  must(longest > largest.count || (found.values == wanted && found.error.empty()),
       "each value stands on its line as it came", shown);
}

void compare(const std::string& answer, const Split& found) {
  const auto values = values_of(answer);
  const auto objects = values ? objects_of(*values) : std::nullopt;
  if (objects) {
    compare_values(found, *objects, answer);
  }
  const auto message = remote::parse_message(answer);
  if (!rapidjson_differs(answer)) {
    must(static_cast<bool>(message) == objects.has_value(), "both accept it, or neither", answer);
    if (message) {
      compare_tasks(answer, *objects, answer);
      compare_page(answer, *values, answer);
    }
  }
}

template <class T>
std::string error_of(const Result<T>& result) {
  return result ? "" : result.error().what;
}

}  // namespace
}  // namespace penstock::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace penstock;
  fuzz::Choices choices(data, size);
  std::mt19937 cut(choices.byte());
  const std::vector<char> exact(choices.rest().begin(), choices.rest().end());
  const std::string answer(exact.begin(), exact.end());
  const std::string_view seen(exact.data(), exact.size());

  const fuzz::Split at_once = fuzz::split(seen, nullptr);
  const fuzz::Split in_pieces = fuzz::split(seen, &cut);
  fuzz::must(at_once.values == in_pieces.values && at_once.error == in_pieces.error,
             "values are the same for any cut", answer);
  fuzz::compare(answer, at_once);
  for (const std::string& error :
       {remote::parse_error_message(seen), fuzz::error_of(remote::parse_tasks(seen)),
        fuzz::error_of(remote::parse_status(seen, "j1")),
        fuzz::error_of(remote::parse_created(seen)), fuzz::error_of(remote::parse_image(seen)),
        fuzz::error_of(remote::parse_image_page(seen))}) {
    fuzz::must(fuzz::is_printable(error), "what is said of it is printable", error);
  }
  return 0;
}
