#include "simulator/search_terms.hpp"

#include <algorithm>

#include "penstock/core/text.hpp"
#include "simulator/json_reading.hpp"

namespace penstock::simulator {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool holds(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

bool is_met(const SearchTerm& term, const JsonScalar& scalar) {
  if (term.field.empty()) {
    return scalar.is_string && holds(scalar.text, term.value);
  }
  return iequals_ascii(scalar.name, term.field) && iequals_ascii(scalar.text, term.value);
}

// A term while it is read.
struct Reading {
  SearchTerm term;
  bool begun = false, quoted = false, has_field = false;

  void take(char c) {
    begun = true;
    if (c != ':' || quoted || has_field) {
      term.value += c;
      return;
    }
    has_field = true;
    term.field.swap(term.value);
  }
  void take_quote() { begun = quoted = true; }
  bool is_and() const { return !quoted && !has_field && iequals_ascii(term.value, "AND"); }
  bool is_whole() const { return !term.value.empty() && has_field == !term.field.empty(); }
};

}  // namespace

Result<std::vector<SearchTerm>> parse_search(std::string_view text) {
  std::vector<SearchTerm> terms;
  Reading reading;
  bool in_quotes = false;
  for (const char c : std::string(text) + ' ') {
    if (c == '"') {
      in_quotes = !in_quotes;
      reading.take_quote();
    } else if (in_quotes || (c != ' ' && c != '\t')) {
      reading.take(c);
    } else if (reading.begun) {
      if (!reading.is_whole()) {
        return make_error(Errc::invalid_argument,
                          "The query has a term without a field or without a value.");
      }
      if (!reading.is_and()) {
        terms.push_back(reading.term);
      }
      reading = {};
    }
  }
  if (in_quotes) {
    return make_error(Errc::invalid_argument, "The query has a quote without its counterpart.");
  }
  if (terms.empty()) {
    return make_error(Errc::invalid_argument, "The parameter query must hold a search text.");
  }
  return terms;
}

bool meets(std::string_view event, const std::vector<SearchTerm>& terms) {
  std::vector<bool> met(terms.size());
  std::size_t open = terms.size();
  scan_json(event, [&](const JsonScalar& scalar) {
    for (std::size_t i = 0; i < terms.size(); ++i) {
      if (!met[i] && is_met(terms[i], scalar)) {
        met[i] = true;
        --open;
      }
    }
    return open > 0;
  });
  return open == 0;
}

}  // namespace penstock::simulator
