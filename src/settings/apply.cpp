#include "settings/apply.hpp"

#include <charconv>

#include "penstock/core/text.hpp"

namespace penstock::settings {
namespace {

using penstock::to_string;  // hidden by this room's own

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

// a, b or c
std::string alternatives(std::span<const std::string_view> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    out += i == 0 ? "" : i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

Error wrong(std::string_view what) {
  return make_error(Errc::invalid_configuration, std::string(what));
}

Error outside(std::string_view text, const Kind& kind) {
  return wrong("must be " + bounds_of(kind) + ", not `" + printable(text) + "`");
}

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number)
                                                                  : std::nullopt;
}

// One kind a function: the value in, the shown value or what is wrong out.
struct Applier {
  Target target;
  const std::string& text;

  Result<std::string> operator()(const TextKind& kind) const {
    if (const auto problem = kind.check(text); !problem.empty()) {
      return wrong(problem);
    }
    kind.set(target, text);
    return text;
  }

  Result<std::string> operator()(const UrlKind& kind) const {
    if (const auto problem = check_https_url(text); !problem.empty()) {
      return wrong(problem);
    }
    const std::string url = text.substr(0, text.find_last_not_of('/') + 1);
    kind.set(target, url);
    return url;
  }

  Result<std::string> operator()(const PathKind& kind) const {
    // The path isn't quoted: where a token file is asked for, some will give the token.
    if (!(kind.may_be_empty && text.empty()) && !text.starts_with('/')) {
      return wrong("must be an absolute path");
    }
    kind.set(target, text);
    return text;
  }

  Result<std::string> operator()(const BooleanKind& kind) const {
    if (text != "true" && text != "false") {
      return outside(text, kind);
    }
    kind.set(target, text == "true");
    return text;
  }

  template <class Quantity>
  Result<std::string> bounded(const Quantity& kind, const auto& parsed) const {
    if (!parsed) {
      return parsed.error();
    }
    if (*parsed < kind.min || *parsed > kind.max) {
      return outside(text, kind);
    }
    kind.set(target, *parsed);
    return to_string(*parsed);
  }
  Result<std::string> operator()(const BytesKind& kind) const {
    return bounded(kind, parse_bytes(text));
  }
  Result<std::string> operator()(const DurationKind& kind) const {
    return bounded(kind, parse_duration(text));
  }

  Result<std::string> operator()(const CountKind& kind) const {
    if (!kind.word.empty() && text == kind.word) {
      kind.set(target, kind.word_value);
      return text;
    }
    const auto number = parse_whole<std::int64_t>(text);
    if (!number || *number < kind.min || *number > kind.max) {
      return outside(text, kind);
    }
    kind.set(target, *number);
    return std::to_string(*number);
  }

  Result<std::string> operator()(const ShareKind& kind) const {
    const auto number = parse_whole<double>(text);
    if (!number || !(*number >= 0 && *number <= 1)) {
      return outside(text, kind);
    }
    kind.set(target, *number);
    return text;
  }

  Result<std::string> operator()(const ChoiceKind& kind) const {
    for (std::size_t i = 0; i < kind.words.size(); ++i) {
      if (kind.words[i] == text) {
        kind.set(target, i);
        return text;
      }
    }
    return outside(text, kind);
  }

  Result<std::string> operator()(const EndpointKind& kind) const {
    const auto endpoint = parse_endpoint(text);
    if (!endpoint) {
      return outside(text, kind);
    }
    kind.set(target, *endpoint);
    return text;
  }

  Result<std::string> operator()(const ListKind&) const { return wrong("is a list"); }
  Result<std::string> operator()(const MapKind&) const { return wrong("is a mapping"); }
  Result<std::string> operator()(const SourcesKind&) const { return wrong("is a mapping"); }
};

Result<std::string> apply_list(const ListKind& kind, Target target,
                               const std::vector<std::string>& items) {
  std::string shown;
  for (const std::string& item : items) {
    if (const auto problem = kind.check(item); !problem.empty()) {
      return wrong(problem);
    }
    shown += (shown.empty() ? "" : ", ") + item;
  }
  kind.set(target, items);
  return shown;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) {
    text.remove_prefix(1);
  }
  while (text.ends_with(' ')) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

Result<std::string> apply(const KeySpec& spec, Target target,
                          const std::vector<std::string>& items) {
  if (const auto* list = std::get_if<ListKind>(&spec.kind)) {
    return apply_list(*list, target, items);
  }
  return std::visit(Applier{target, items.front()}, spec.kind);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  if (trimmed(text).empty()) {
    return items;
  }
  std::string item;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("\\,")) {
      item += text[++i];
    } else if (text[i] == ',') {
      items.emplace_back(trimmed(item));
      item.clear();
    } else {
      item += text[i];
    }
  }
  items.emplace_back(trimmed(item));
  return items;
}

std::optional<std::vector<std::pair<std::string, std::string>>> split_map(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const std::string& item : split_list(text)) {
    const std::size_t equals = item.find('=');
    if (equals == std::string::npos || equals == 0) {
      return std::nullopt;
    }
    entries.emplace_back(item.substr(0, equals), item.substr(equals + 1));
  }
  return entries;
}

std::string bounds_of(const Kind& kind) {
  const auto range = [](const std::string& min, const std::string& max) {
    return min + " to " + max;
  };
  return std::visit(
      Overloaded{
          [&](const BytesKind& k) { return range(to_string(k.min), to_string(k.max)); },
          [&](const DurationKind& k) { return range(to_string(k.min), to_string(k.max)); },
          [&](const CountKind& k) {
            return (k.word.empty() ? "" : std::string(k.word) + " or ") +
                   range(std::to_string(k.min), std::to_string(k.max));
          },
          [&](const ShareKind&) { return range("0", "1"); },
          [](const BooleanKind&) -> std::string { return "true or false"; },
          [](const ChoiceKind& k) { return alternatives(k.words); },
          [](const EndpointKind&) -> std::string { return "an address with a port"; },
          [](const auto&) -> std::string { return {}; },
      },
      kind);
}

}  // namespace penstock::settings
