#include "remote/api_json.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::remote {
namespace {

enum class Name {
  job_id,
  status,
  requested_at,
  finished_at,
  description,
  message,
  stream_url,
  image_id,
  url,
  thumb
};
constexpr std::array<std::string_view, 10> names{
    "job_id",  "status",     "requested_at", "finished_at", "description",
    "message", "stream_url", "image_id",     "url",         "thumb"};

// The members of one object that are looked at; of equal names the last counts.
class Members {
 public:
  struct Value {
    std::string text;
    bool is_number = false;
  };
  std::optional<Value>& operator[](Name name) { return values_[static_cast<std::size_t>(name)]; }

  const std::string* string(Name name) const {
    const auto& value = values_[static_cast<std::size_t>(name)];
    return value && !value->is_number ? &value->text : nullptr;
  }

  // Empty where there is none.
  std::string text(Name name) const {
    const std::string* found = string(name);
    return found == nullptr ? "" : *found;
  }

  // As the documentation writes times: RFC 3339, a date, or milliseconds since 1970. A time
  // without a zone is UTC's.
  std::optional<WallTime> time(Name name) const {
    const auto& value = values_[static_cast<std::size_t>(name)];
    if (!value) {
      return std::nullopt;
    }
    const std::string& text = value->text;
    if (value->is_number) {
      std::int64_t ms = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
      const bool good = error == std::errc{} && end == text.data() + text.size() && ms >= 0 &&
                        ms <= limits::max_time_ms;
      return good ? std::optional(WallTime(std::chrono::milliseconds(ms))) : std::nullopt;
    }
    for (const char* missing : {"", "Z", "T00:00:00Z"}) {
      if (const auto time = parse_rfc3339(text + missing)) {
        return time;
      }
    }
    return std::nullopt;
  }

 private:
  std::array<std::optional<Value>, names.size()> values_;
};

// Tells each outer object: one that stands alone, or in an array that does.
class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  explicit Handler(const std::function<void(const Members&)>& each) : each_(each) {}

  bool Default() { return set(std::nullopt); }  // null, true, false
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return set(Members::Value{std::string(text, size), true});
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return set(Members::Value{std::string(text, size), false});
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (depth_ == object_depth_) {
      const auto found = std::find(names.begin(), names.end(), std::string_view(text, size));
      wanted_ = found == names.end() ? std::nullopt
                                     : std::optional(static_cast<Name>(found - names.begin()));
    }
    return true;
  }
  bool StartObject() {
    if (object_depth_ == 0) {
      object_depth_ = depth_ + 1;
      members_ = {};
    } else if (!set(std::nullopt)) {
      return false;
    }
    return ++depth_ <= limits::max_depth;
  }
  bool EndObject(rapidjson::SizeType) {
    if (depth_ == object_depth_) {
      each_(members_);
      object_depth_ = 0;
    }
    --depth_;
    return true;
  }
  bool StartArray() { return (depth_ == 0 || set(std::nullopt)) && ++depth_ <= limits::max_depth; }
  bool EndArray(rapidjson::SizeType) {
    --depth_;
    return true;
  }

 private:
  // A value, none of one that isn't looked at. False where an object is expected.
  bool set(std::optional<Members::Value> value) {
    if (object_depth_ == 0) {
      return false;
    }
    if (depth_ == object_depth_ && wanted_) {
      members_[*wanted_] = std::move(value);
    }
    return true;
  }

  const std::function<void(const Members&)>& each_;
  Members members_;
  std::optional<Name> wanted_;
  std::size_t depth_ = 0;
  std::size_t object_depth_ = 0;  // 0: in no outer object
};

Result<void> for_each_object(std::string_view text,
                             const std::function<void(const Members&)>& each) {
  // Iterative: an answer must not choose the depth of our stack.
  constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag |
                             rapidjson::kParseStopWhenDoneFlag | rapidjson::kParseIterativeFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  Handler handler(each);
  constexpr std::string_view blanks = " \t\r\n";
  for (auto start = text.find_first_not_of(blanks); start != std::string_view::npos;
       start = text.find_first_not_of(blanks, stream.Tell())) {
    const rapidjson::ParseResult result = reader.Parse<flags>(stream, handler);
    if (result.IsError()) {
      const std::string why = result.Code() == rapidjson::kParseErrorTermination
                                  ? "no objects, or nested too deep"
                                  : rapidjson::GetParseError_En(result.Code());
      return make_error(Errc::protocol, "the answer isn't the JSON expected: " + why + " (byte " +
                                            std::to_string(result.Offset()) + ")");
    }
  }
  return {};
}

}  // namespace

Result<std::vector<Task>> parse_tasks(std::string_view text) {
  std::vector<Task> tasks;
  bool nameless = false;
  bool too_many = false;
  const auto parsed = for_each_object(text, [&](const Members& members) {
    const std::string* id = members.string(Name::job_id);
    if (tasks.size() == limits::listed_tasks) {
      too_many = true;
      return;
    }
    if (id == nullptr || id->empty()) {
      nameless = true;
      return;
    }
    tasks.push_back({.job_id = *id,
                     .status = members.text(Name::status),
                     .requested_at = members.time(Name::requested_at),
                     .finished_at = members.time(Name::finished_at),
                     .description = members.text(Name::description)});
  });
  if (!parsed) {
    return parsed.error();
  }
  if (too_many) {
    return make_error(Errc::protocol, "the answer lists more than " +
                                          std::to_string(limits::listed_tasks) + " jobs");
  }
  const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  if (tasks.empty() && (nameless || blank)) {
    return make_error(Errc::protocol, blank ? "the answer is empty" : "the answer lists no jobs");
  }
  return tasks;
}

Result<Task> parse_status(std::string_view text, std::string_view job_id) {
  std::optional<Task> task;
  const auto parsed = for_each_object(text, [&](const Members& members) {
    const std::string* id = members.string(Name::job_id);
    const std::string* status = members.string(Name::status);
    const bool of_job = id == nullptr || normal_job_id(*id) == normal_job_id(job_id);
    if (status != nullptr && !status->empty() && of_job && !task) {
      task = Task{.job_id = id == nullptr ? std::string(job_id) : *id,
                  .status = *status,
                  .requested_at = members.time(Name::requested_at),
                  .finished_at = members.time(Name::finished_at)};
    }
  });
  if (!parsed) {
    return parsed.error();
  }
  if (!task) {
    return make_error(Errc::protocol, "the answer has no status of the job");
  }
  return std::move(*task);
}

Result<CreatedTask> parse_created(std::string_view text) {
  CreatedTask created;
  const auto parsed = for_each_object(text, [&](const Members& members) {
    if (created.job_id.empty()) {
      created = {.job_id = members.text(Name::job_id),
                 .stream_url = members.text(Name::stream_url)};
    }
  });
  if (!parsed) {
    return parsed.error();
  }
  if (created.job_id.empty()) {
    return make_error(Errc::protocol, "the answer names no job");
  }
  return created;
}

Result<std::string> parse_message(std::string_view text) {
  std::string message;
  const auto parsed = for_each_object(text, [&](const Members& members) {
    message = message.empty() ? members.text(Name::message) : message;
  });
  if (!parsed) {
    return parsed.error();
  }
  return message;
}

Result<ImageLinks> parse_image_links(std::string_view text) {
  std::optional<ImageLinks> links;
  const auto parsed = for_each_object(text, [&](const Members& members) {
    if (!links) {
      links = ImageLinks{.id = members.text(Name::image_id),
                         .url = members.text(Name::url),
                         .thumb = members.text(Name::thumb)};
    }
  });
  if (!parsed) {
    return parsed.error();
  }
  if (!links) {
    return make_error(Errc::protocol, "the answer is empty");
  }
  return std::move(*links);
}

std::string parse_error_message(std::string_view text) {
  std::string message;
  const auto parsed = for_each_object(text, [&](const Members& members) {
    if (const std::string* found = members.string(Name::message); found && message.empty()) {
      message = printable(*found);
    }
  });
  return parsed ? message : "";
}

}  // namespace penstock::remote
