#include "cli/doc/mdoc.hpp"

#include <algorithm>
#include <cctype>

#include "cli/wrapped_text.hpp"

namespace penstock::cli::doc {
namespace {

constexpr std::size_t columns = 78;  // mandoc's lint warns from 80 on
constexpr std::string_view ellipsis = "…";

bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }

// A control line is one that begins so.
std::string not_control(std::string line) {
  return line.starts_with('.') || line.starts_with('\'') ? "\\&" + line : line;
}

// Up to where the next sentence begins: behind a full stop and white space, with a capital.
std::string_view first_sentence(std::string_view text) {
  for (std::size_t at = text.find('.'); at != std::string_view::npos; at = text.find('.', at + 1)) {
    const std::size_t next = text.find_first_not_of(" \n", at + 1);
    if (next != std::string_view::npos && next > at + 1 && is_upper(text[next])) {
      return text.substr(0, next);
    }
  }
  return text;
}

std::string escaped(std::string text) {
  // In ASCII, which every formatter takes.
  for (std::size_t at = text.find(ellipsis); at != std::string::npos; at = text.find(ellipsis)) {
    text.replace(at, ellipsis.size(), "...");
  }
  std::string out;
  bool quoted = false;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '`') {
      out += quoted ? "\\(cq" : "\\(oq";
      quoted = !quoted;
    } else {
      out += c;
    }
  }
  return out;
}

std::string sentences(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view sentence = first_sentence(text);
    text.remove_prefix(sentence.size());
    for (const std::string& line : wrapped(escaped(std::string(sentence)), columns)) {
      out += not_control(line) + '\n';
    }
  }
  return out;
}

}  // namespace

std::string mdoc_prose(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view paragraph = text.substr(0, text.find("\n\n"));
    text.remove_prefix(std::min(text.size(), paragraph.size() + 2));
    const std::string lines = sentences(paragraph);
    out += (out.empty() || lines.empty() ? "" : ".Pp\n") + lines;
  }
  return out;
}

std::string mdoc_literal(std::string_view line) {
  std::string out;
  for (const char c : line) {
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '\'':
        out += "\\(aq";
        break;
      default:
        out += c;
    }
  }
  return not_control(out);
}

std::string mdoc_argument(std::string_view word) {
  std::string out = escaped(std::string(word));
  // So are macros named: Ns, No, Ar, Brq. `\&` is nothing, and keeps a word from being one.
  if (out.size() > 1 && out.size() <= 3 && is_upper(out[0]) && !is_upper(out[1])) {
    out.insert(0, "\\&");
  }
  return out.find(' ') == std::string::npos ? out : '"' + out + '"';
}

}  // namespace penstock::cli::doc
