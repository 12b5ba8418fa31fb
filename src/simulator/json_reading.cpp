#include "simulator/json_reading.hpp"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <string>
#include <vector>

#include "penstock/core/limits.hpp"

namespace penstock::simulator {
namespace {

constexpr std::string_view hex = "0123456789abcdefABCDEF";
constexpr std::size_t most_digits = 300;  // a double has up to 308 in front of its point

bool is_one_of(char c, std::string_view choices) {
  return choices.find(c) != std::string_view::npos;
}

// The escape of half a surrogate pair at the front of `text`.
bool is_surrogate(std::string_view text) {
  return text.size() >= 6 && text[1] == 'u' && is_one_of(text[2], "dD") &&
         is_one_of(text[3], "89abcdefABCDEF") && is_one_of(text[4], hex) && is_one_of(text[5], hex);
}

// `json` as RapidJSON takes it wherever the original is valid: with the escape of U+FFFD for each
// of a surrogate, exponents of zeros, and of a number 300 digits at most.
std::string readable(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  bool in_string = false, exponent = false;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string && c == '\\') {
      const bool surrogate = is_surrogate(json.substr(i));
      text += surrogate ? "\\ufffd" : json.substr(i, 2);
      i += surrogate ? 5 : 1;
    } else if (in_string || c < '0' || c > '9') {
      in_string = in_string != (c == '"');
      exponent = !in_string && ((digits > 0 && is_one_of(c, "eE")) ||
                                (exponent && digits == 0 && is_one_of(c, "+-")));
      digits = 0;
      text += c;
    } else if (++digits <= most_digits) {
      text += exponent ? '0' : c;
    }
  }
  return text;
}

// The names are RapidJSON's.
class Scanner : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Scanner> {
 public:
  explicit Scanner(const std::function<bool(const JsonScalar&)>& look) : look_(look) {}
  JsonShape shape;

  bool Null() { return scalar("null", false); }
  bool Bool(bool value) { return scalar(value ? "true" : "false", false); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return scalar({text, size}, false);
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return scalar({text, size}, true);
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    names_.back().assign(text, size);
    return true;
  }
  bool StartObject() { return open(true); }
  bool StartArray() { return open(false); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool EndArray(rapidjson::SizeType) { return close(); }

 private:
  bool open(bool object) {
    shape.object |= names_.empty() && object;
    shape.too_deep |= names_.size() == limits::max_depth;
    names_.push_back(names_.empty() ? "" : names_.back());
    return true;
  }
  bool close() {
    names_.pop_back();
    return true;
  }
  bool scalar(std::string_view text, bool is_string) {
    const std::string_view outer = names_.empty() ? "" : std::string_view(names_.front());
    const std::string_view name = names_.empty() ? "" : std::string_view(names_.back());
    return look_({names_.size(), outer, name, text, is_string});
  }

  const std::function<bool(const JsonScalar&)>& look_;
  std::vector<std::string> names_;  // the latest of each level
};

}  // namespace

JsonShape scan_json(std::string_view text, const std::function<bool(const JsonScalar&)>& look) {
  const std::string copy = readable(text);
  rapidjson::MemoryStream stream(copy.data(), copy.size());
  Scanner scanner(look);
  rapidjson::Reader reader;
  const bool parsed =
      !reader
           .Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag>(stream,
                                                                                          scanner)
           .IsError();
  // A NUL ends a text for RapidJSON, wherever it stands.
  scanner.shape.valid = parsed && stream.Tell() == copy.size();
  return scanner.shape;
}

}  // namespace penstock::simulator
