#include "fuzz/reference/strict_json.hpp"

#include <array>

namespace penstock::fuzz {
namespace {

struct Invalid {};
struct TooDeep {};

bool is_high(char32_t c) { return c >= 0xd800 && c <= 0xdbff; }
bool is_low(char32_t c) { return c >= 0xdc00 && c <= 0xdfff; }

class Reader {
 public:
  Reader(std::string_view text, std::size_t max_depth) : text_(text), max_depth_(max_depth) {}

  Json value(std::size_t depth) {
    if (starts("null")) {
      return {.kind = Json::Kind::null};
    }
    if (starts("true")) {
      return {.kind = Json::Kind::yes};
    }
    if (starts("false")) {
      return {.kind = Json::Kind::no};
    }
    switch (front()) {
      case '"':
        return string();
      case '[':
      case '{':
        if (depth == max_depth_) {
          throw TooDeep{};
        }
        return front() == '[' ? array(depth + 1) : object(depth + 1);
      default:
        return number();
    }
  }

  void space() {
    while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != text_.npos) {
      ++at_;
    }
  }
  std::size_t position() const { return at_; }
  bool at_end() const { return at_ == text_.size(); }

 private:
  char front() const {
    if (at_end()) {
      throw Invalid{};
    }
    return text_[at_];
  }
  bool starts(std::string_view word) {
    const bool found = text_.substr(at_).starts_with(word);
    at_ += found ? word.size() : 0;
    return found;
  }
  void expect(char c) {
    if (front() != c) {
      throw Invalid{};
    }
    ++at_;
  }
  bool accept(char c) {
    const bool found = !at_end() && text_[at_] == c;
    at_ += found ? 1 : 0;
    return found;
  }

  void digits() {
    const std::size_t first = at_;
    while (!at_end() && text_[at_] >= '0' && text_[at_] <= '9') {
      ++at_;
    }
    if (at_ == first) {
      throw Invalid{};
    }
  }

  Json number() {
    const std::size_t first = at_;
    accept('-');
    if (!accept('0')) {
      digits();
    }
    if (accept('.')) {
      digits();
    }
    if (accept('e') || accept('E')) {
      accept('+') || accept('-');
      digits();
    }
    return {.kind = Json::Kind::number, .written = std::string(text_.substr(first, at_ - first))};
  }

  char32_t hex4() {
    char32_t unit = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = front();
      ++at_;
      unit *= 16;
      if (c >= '0' && c <= '9') {
        unit += static_cast<char32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        unit += static_cast<char32_t>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        unit += static_cast<char32_t>(c - 'A' + 10);
      } else {
        throw Invalid{};
      }
    }
    return unit;
  }

  char32_t escape() {
    const char c = front();
    ++at_;
    if (c == 'u') {
      return hex4();
    }
    const std::size_t found = std::string_view("\"\\/bfnrt").find(c);
    if (found == std::string_view::npos) {
      throw Invalid{};
    }
    return static_cast<char32_t>("\"\\/\b\f\n\r\t"[found]);
  }

  // One character of UTF-8; bytes that are none stand for themselves, above Unicode's end: whether
  // a text is UTF-8 is asked apart from its grammar.
  char32_t character() {
    for (std::size_t size = 4; size > 0; --size) {
      const std::string_view bytes = text_.substr(at_, size);
      const auto lead = static_cast<unsigned char>(bytes[0]);
      const std::size_t wanted = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      if (bytes.size() == size && wanted == size && is_strict_utf8(bytes)) {
        at_ += size;
        constexpr std::array<char32_t, 5> lead_bits{0, 0x7f, 0x1f, 0x0f, 0x07};
        char32_t c = lead & lead_bits[size];
        for (std::size_t i = 1; i < size; ++i) {
          c = c * 64 + (static_cast<unsigned char>(bytes[i]) & 0x3f);
        }
        return c;
      }
    }
    return 0x110000 + static_cast<unsigned char>(text_[at_++]);
  }

  Json string() {
    expect('"');
    const std::size_t first = at_;
    Json result{.kind = Json::Kind::string};
    bool low_may_join = false;  // the last character is an escaped high surrogate
    while (front() != '"') {
      if (static_cast<unsigned char>(front()) < 0x20) {
        throw Invalid{};
      }
      const bool escaped = accept('\\');
      const char32_t c = escaped ? escape() : character();
      if (escaped && low_may_join && is_low(c)) {
        result.text.back() = 0x10000 + (result.text.back() - 0xd800) * 0x400 + (c - 0xdc00);
        low_may_join = false;
        continue;
      }
      result.text += c;
      low_may_join = escaped && is_high(c);
    }
    result.written = text_.substr(first, at_ - first);
    expect('"');
    return result;
  }

  Json array(std::size_t depth) {
    expect('[');
    Json result{.kind = Json::Kind::array};
    space();
    if (accept(']')) {
      return result;
    }
    do {
      space();
      result.items.push_back(value(depth));
      space();
    } while (accept(','));
    expect(']');
    return result;
  }

  Json object(std::size_t depth) {
    expect('{');
    Json result{.kind = Json::Kind::object};
    space();
    if (accept('}')) {
      return result;
    }
    do {
      space();
      result.names.push_back(string());
      space();
      expect(':');
      space();
      result.items.push_back(value(depth));
      space();
    } while (accept(','));
    expect('}');
    return result;
  }

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
};

JsonReading read(std::string_view text, std::size_t max_depth, bool whole) {
  Reader reader(text, max_depth);
  JsonReading result;
  try {
    reader.space();
    result.value = reader.value(0);
    reader.space();
    result.end = reader.position();
    if (!whole || reader.at_end()) {
      result.verdict = JsonReading::Verdict::valid;
    }
  } catch (const Invalid&) {
    result.verdict = JsonReading::Verdict::invalid;
  } catch (const TooDeep&) {
    result.verdict = JsonReading::Verdict::too_deep;
  }
  return result;
}

}  // namespace

const Json* Json::last(std::string_view ascii_name) const {
  const std::u32string name(ascii_name.begin(), ascii_name.end());
  for (std::size_t i = names.size(); i > 0; --i) {
    if (names[i - 1].text == name) {
      return &items[i - 1];
    }
  }
  return nullptr;
}

JsonReading read_json(std::string_view text, std::size_t max_depth) {
  return read(text, max_depth, true);
}

JsonReading read_json_prefix(std::string_view text, std::size_t max_depth) {
  return read(text, max_depth, false);
}

bool is_strict_utf8(std::string_view bytes) {
  const auto in = [&](std::size_t i, unsigned low, unsigned high) {
    return i < bytes.size() && static_cast<unsigned char>(bytes[i]) >= low &&
           static_cast<unsigned char>(bytes[i]) <= high;
  };
  for (std::size_t i = 0; i < bytes.size();) {
    const auto tail = [&](std::size_t offset) { return in(i + offset, 0x80, 0xbf); };
    if (in(i, 0x00, 0x7f)) {
      i += 1;
    } else if (in(i, 0xc2, 0xdf) && tail(1)) {
      i += 2;
    } else if ((in(i, 0xe0, 0xe0) && in(i + 1, 0xa0, 0xbf) && tail(2)) ||
               (in(i, 0xe1, 0xec) && tail(1) && tail(2)) ||
               (in(i, 0xed, 0xed) && in(i + 1, 0x80, 0x9f) && tail(2)) ||
               (in(i, 0xee, 0xef) && tail(1) && tail(2))) {
      i += 3;
    } else if ((in(i, 0xf0, 0xf0) && in(i + 1, 0x90, 0xbf) && tail(2) && tail(3)) ||
               (in(i, 0xf1, 0xf3) && tail(1) && tail(2) && tail(3)) ||
               (in(i, 0xf4, 0xf4) && in(i + 1, 0x80, 0x8f) && tail(2) && tail(3))) {
      i += 4;
    } else {
      return false;
    }
  }
  return true;
}

std::string utf8_of(const std::u32string& text) {
  std::string out;
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  for (char32_t c : text) {
    c = is_high(c) || is_low(c) ? 0xfffd : c;
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xc0 + c / 64);
      put(0x80 + c % 64);
    } else if (c < 0x10000) {
      put(0xe0 + c / 4096);
      put(0x80 + c / 64 % 64);
      put(0x80 + c % 64);
    } else {
      put(0xf0 + c / 262144);
      put(0x80 + c / 4096 % 64);
      put(0x80 + c / 64 % 64);
      put(0x80 + c % 64);
    }
  }
  return out;
}

std::string compact(const Json& value) {
  switch (value.kind) {
    case Json::Kind::null:
      return "null";
    case Json::Kind::yes:
      return "true";
    case Json::Kind::no:
      return "false";
    case Json::Kind::number:
      return value.written;
    case Json::Kind::string:
      return '"' + value.written + '"';
    case Json::Kind::array:
    case Json::Kind::object:
      break;
  }
  const bool is_object = value.is(Json::Kind::object);
  std::string out(1, is_object ? '{' : '[');
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    out += i == 0 ? "" : ",";
    if (is_object) {
      out += compact(value.names[i]) + ":";
    }
    out += compact(value.items[i]);
  }
  return out + (is_object ? '}' : ']');
}

}  // namespace penstock::fuzz
