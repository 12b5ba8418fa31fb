#include "unit/extract/rapid_parser.hpp"

#include <rapidjson/stream.h>

#include "penstock/core/limits.hpp"

namespace penstock::extract {
namespace {

// RapidJSON's handler concept. Returning false ends the parse.
class Adapter {
 public:
  Adapter(const rapidjson::StringStream& stream, EventHandler& handler)
      : stream_(stream), handler_(handler) {}

  bool StartObject() {
    if (depth_ == limits::max_depth) {
      return false;
    }
    ++depth_;
    handler_.begin_object();
    return true;
  }
  bool StartArray() {
    if (depth_ == 0 || depth_ == limits::max_depth) {
      return false;
    }
    ++depth_;
    handler_.begin_array();
    return true;
  }
  bool EndObject(rapidjson::SizeType) { return end(); }
  bool EndArray(rapidjson::SizeType) { return end(); }
  bool Key(const char*, rapidjson::SizeType length, bool) {
    if (depth_ <= 2) {
      handler_.key(raw(length));
    }
    return true;
  }
  bool String(const char*, rapidjson::SizeType length, bool) {
    if (depth_ == 2) {  // no other depth has fields
      handler_.string(raw(length));
    }
    return depth_ != 0;
  }
  bool RawNumber(const char*, rapidjson::SizeType length, bool) {
    handler_.number({stream_.src_, length});
    return depth_ != 0;
  }
  bool Null() { return literal("null"); }
  bool Bool(bool value) { return literal(value ? "true" : "false"); }
  // Never called with kParseNumbersAsStringsFlag.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  bool end() {
    --depth_;
    handler_.end();
    return true;
  }
  bool literal(std::string_view word) {
    handler_.literal(word);
    return depth_ != 0;
  }
  // While a string is reported, the stream still stands at its opening quote, as RapidJSON works on
  // a copy of it. `length` is the decoded one; a quote at its end that no backslash precedes is the
  // closing one, and then nothing was escaped.
  JsonString raw(std::size_t length) const {
    const char* const first = stream_.src_ + 1;
    if (first[length] == '"' && (length == 0 || first[length - 1] != '\\')) {
      return {{first, length}, false};
    }
    const char* last = first;
    while (*last != '"') {
      last += *last == '\\' ? 2 : 1;
    }
    return {{first, static_cast<std::size_t>(last - first)}, true};
  }

  const rapidjson::StringStream& stream_;
  EventHandler& handler_;
  std::size_t depth_ = 0;
};

}  // namespace

bool RapidParser::accepts(std::string_view line, EventHandler& handler) {
  constexpr unsigned flags =
      rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseStopWhenDoneFlag;
  rapidjson::StringStream stream(line.data());
  Adapter adapter(stream, handler);
  if (reader_.Parse<flags>(stream, adapter).IsError() || stream.Tell() > line.size()) {
    return false;
  }
  return line.find_first_not_of(" \t\r\n", stream.Tell()) == std::string_view::npos;
}

}  // namespace penstock::extract
