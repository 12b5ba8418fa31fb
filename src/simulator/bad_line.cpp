#include "simulator/bad_line.hpp"

#include <string_view>

#include "penstock/core/limits.hpp"

namespace penstock::simulator {
namespace {

using std::string_view_literals::operator""sv;

// What no JSON value looks like. Raw control characters are valid UTF-8.
constexpr std::string_view bad_values[] = {
    "",     "012",         "NaN",         "-Infinity", ".5",       "1.",  "+1",     "0x10",
    "-",    "1e",          "tru",         "nulll",     "'text'",   "1 2", "\"a\"b", "\"\\x41\"",
    "[1,]", "\"\\u12G4\"", "\"raw\x01\"", "{\"a\"}",   "\"a\tb\"", "[1}", "{,}",    "\"\\\"",
};
// What must not follow an object. NUL: where readers in place think the line ends.
constexpr std::string_view bad_tails[] = {"\0"sv, "\f"sv, "{}"sv, ","sv, "}"sv, "x"sv, " null"sv};

constexpr std::string_view bad_sequences[] = {
    "\x80",              // a continuation byte alone
    "\xc0\xaf",          // overlong
    "\xed\xa0\x80",      // a surrogate
    "\xf4\x90\x80\x80",  // above U+10FFFF
    "\xe2\x82",          // cut short by the quote
    "\xff",
};

// Replaces the event's closing brace, and the white space behind it, by `member` and a brace.
void add_member(std::string& out, std::string_view member) {
  out.resize(out.rfind('}'));
  out += member;
  out += '}';
}

template <class Range>
std::string_view any_of(const Range& choices, SplitMix64& random) {
  return choices[random.below(std::size(choices))];
}

void break_syntax(std::string& out, std::size_t begin, std::uint64_t n, SplitMix64& random) {
  switch (random.below(5)) {
    case 0:
      out += any_of(bad_tails, random);
      return;
    case 1:
      add_member(out, ",");
      return;
    case 2:
      out[out.find('"', begin)] = '\'';
      return;
    case 3:
      out.resize(begin);
      out += "HTTP/1.1 502 Bad Gateway " + std::to_string(n);
      return;
    default:
      add_member(out, ",\"x_bad\":" + std::string(any_of(bad_values, random)));
  }
}

void truncate(std::string& out, std::size_t begin, SplitMix64& random) {
  const std::size_t low = out.find('{', begin) + 1;
  std::size_t cut = random.between(low, out.rfind('}'));
  while ((static_cast<unsigned char>(out[cut]) & 0xc0) == 0x80) {
    --cut;  // a cut inside a character would be invalid UTF-8 first
  }
  out.resize(cut);
}

std::string other_value(std::uint64_t n, SplitMix64& random) {
  const std::string number = std::to_string(n);
  switch (random.below(6)) {
    case 0:
      return "[{\"type\":\"port\"}," + number + "]";
    case 1:
      return number + ".25e1";
    case 2:
      return "\"line " + number + "\"";
    case 3:
      return "null";
    case 4:
      return "true";
    default:
      return " [" + number + "] ";
  }
}

void nest(std::string& out, SplitMix64& random) {
  // One level too many, some more, or enough to exhaust the stack of a recursive reader.
  const std::size_t levels =
      random.one_in(8) ? 100'000 : limits::max_depth + random.below(2) * random.below(200);
  std::string opening, closing;
  const bool objects = random.one_in(2);
  for (std::size_t i = 0; i < levels; ++i) {
    opening += objects ? "{\"a\":" : "[";
    closing += objects ? '}' : ']';
  }
  add_member(out, ",\"x_deep\":" + opening + (objects ? "1" : "") + closing);
}

void inflate(std::string& out, std::size_t begin, Bytes max_event, SplitMix64& random) {
  const std::size_t excess = 1 + random.below(4) * random.below(64 * 1024);
  out.resize(out.rfind('}'));
  out += ",\"x_filler\":\"";
  const std::size_t size = out.size() - begin;
  if (max_event.count + excess > size + 2) {
    out.append(max_event.count + excess - size - 2, 'x');
  }
  out += "\"}";
}

}  // namespace

void spoil(std::string& out, std::size_t begin, LineKind kind, Bytes max_event, std::uint64_t n,
           SplitMix64& random) {
  switch (kind) {
    case LineKind::event:
      return;
    case LineKind::invalid_json:
      return break_syntax(out, begin, n, random);
    case LineKind::truncated:
      return truncate(out, begin, random);
    case LineKind::not_an_object:
      out.resize(begin);
      out += other_value(n, random);
      return;
    case LineKind::invalid_utf8:
      return add_member(out, ",\"x_raw\":\"" + std::string(any_of(bad_sequences, random)) + "\"");
    case LineKind::too_deep:
      return nest(out, random);
    case LineKind::too_large:
      return inflate(out, begin, max_event, random);
  }
}

}  // namespace penstock::simulator
