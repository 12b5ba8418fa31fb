#include "penstock/simulator/fault.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "penstock/core/text.hpp"

namespace penstock::simulator {
namespace {

using enum FaultKind;

constexpr std::array words{
    FaultWord{end, "end", FaultGroup::ending, "last chunk at a random event: an orderly end"},
    FaultWord{fin, "fin", FaultGroup::ending,
              "close_notify and FIN at a random byte, no last chunk"},
    FaultWord{reset, "reset", FaultGroup::ending, "RST at a random byte"},
    FaultWord{tls_truncate, "tls_truncate", FaultGroup::ending,
              "FIN at a random byte, without TLS close_notify"},
    FaultWord{stall, "stall", FaultGroup::ending,
              "nothing more from a random byte on, connection open (for=10m)"},
    FaultWord{tiny_chunks, "tiny_chunks", FaultGroup::shape, "chunks of one byte, 2 KiB long"},
    FaultWord{split_chunks, "split_chunks", FaultGroup::shape,
              "chunk borders inside characters and inside \\r\\n, 64 KiB long"},
    FaultWord{crlf, "crlf", FaultGroup::shape, "lines end in \\r\\n, 100 to 500 lines long"},
    FaultWord{blank_lines, "blank_lines", FaultGroup::shape, "one to three blank lines"},
    FaultWord{malformed, "malformed", FaultGroup::line, "a line that is no JSON"},
    FaultWord{truncated_line, "truncated_line", FaultGroup::line,
              "an event without its end, but with a line end"},
    FaultWord{not_an_object, "not_an_object", FaultGroup::line,
              "a line with an array, number, string or literal"},
    FaultWord{invalid_utf8, "invalid_utf8", FaultGroup::line,
              "a line with bytes that are no UTF-8"},
    FaultWord{too_deep, "too_deep", FaultGroup::line, "an event nested deeper than 64 levels"},
    FaultWord{too_large, "too_large", FaultGroup::line, "an event above the largest size (16 MiB)"},
    FaultWord{http_401, "http_401", FaultGroup::connection, "answers 401"},
    FaultWord{http_403, "http_403", FaultGroup::connection, "answers 403"},
    FaultWord{http_404, "http_404", FaultGroup::connection, "answers 404"},
    FaultWord{http_420, "http_420", FaultGroup::connection, "answers 420 (retry_after: none)"},
    FaultWord{http_429, "http_429", FaultGroup::connection, "answers 429 (retry_after=1)"},
    FaultWord{http_500, "http_500", FaultGroup::connection, "answers 500, as HTML"},
    FaultWord{http_503, "http_503", FaultGroup::connection, "answers 503, with no body"},
    FaultWord{slow_headers, "slow_headers", FaultGroup::connection,
              "the response header a byte at a time (for=2s)"},
    FaultWord{redirect, "redirect", FaultGroup::connection, "307 to the same origin"},
    FaultWord{redirect_elsewhere, "redirect_elsewhere", FaultGroup::connection,
              "307 to another origin"},
    FaultWord{content_length, "content_length", FaultGroup::connection,
              "a body of 20 to 200 events with its length, then an orderly end"},
    FaultWord{until_close, "until_close", FaultGroup::connection,
              "a body without framing that ends with the connection, after 50 to 500 events"},
    FaultWord{replay_order, "replay_order", FaultGroup::replay, "members in another order"},
    FaultWord{replay_space, "replay_space", FaultGroup::replay, "other white space"},
    FaultWord{replay_numbers, "replay_numbers", FaultGroup::replay,
              "numbers written otherwise, of the same value: 1.10 as 1.1 or 11e-1"},
    FaultWord{replay_no_status, "replay_no_status", FaultGroup::replay,
              "without the job's status messages, which it has otherwise"},
    FaultWord{replay_missing, "replay_missing", FaultGroup::replay,
              "results are missing, for a job always the same (fraction=0.1)"},
    FaultWord{replay_changed, "replay_changed", FaultGroup::replay,
              "results whose numbers have other values: 0.1 is 0.10000000001, 80 is 80.5; for a "
              "job always the same (fraction=0.1)"},
    FaultWord{quiet, "quiet", FaultGroup::control,
              "no new events, connections open, until resume; for stream: jobs stand still"},
    FaultWord{no_new_jobs, "no_new_jobs", FaultGroup::control,
              "none by schedule, until resume; those that are there go on"},
    FaultWord{resume, "resume", FaultGroup::control, "new events and new jobs again"},
};

Error bad(std::string_view entry, std::string_view part, std::string_view why) {
  return make_error(Errc::invalid_argument, "fault `" + printable(entry) + "`: `" +
                                                printable(part) + "` " + std::string(why));
}

template <class T>
bool parse_whole(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

using Parsed = Result<void>;

Parsed parse_time(FaultRule& rule, std::string_view entry, std::string_view part, bool every,
                  std::string_view value) {
  const Result<Duration> duration = parse_duration(value);
  if (!duration) {
    return bad(entry, part, "needs a duration such as 5s or 250ms");
  }
  if (every) {
    if (*duration <= Duration::zero()) {
      return bad(entry, part, "must be more than 0");
    }
    rule.every = *duration;
  } else if (rule.fault.kind == stall || rule.fault.kind == slow_headers) {
    rule.fault.lasts = *duration;
  } else {
    return bad(entry, part, "applies to stall and slow_headers only");
  }
  return {};
}

Parsed parse_place(FaultRule& rule, std::string_view entry, std::string_view part,
                   std::string_view value) {
  rule.source = source_named(value);
  if (rule.source) {
    rule.place = FaultPlace::streams;
    return {};
  }
  constexpr std::pair<std::string_view, FaultPlace> places[] = {{"replay", FaultPlace::replay},
                                                                {"tasks", FaultPlace::tasks},
                                                                {"query", FaultPlace::query},
                                                                {"pictures", FaultPlace::pictures}};
  for (const auto& [name, place] : places) {
    if (name == value) {
      rule.place = place;
      return {};
    }
  }
  return bad(entry, part,
             "is none of firehose, stream, torrent, sinkhole, replay, tasks, query, pictures");
}

// `key=value` into `rule`.
Parsed parse_option(FaultRule& rule, std::string_view entry, std::string_view part) {
  const auto is_fraction = [](double number) { return number > 0 && number <= 1; };
  const std::size_t equals = part.find('=');
  const std::string_view key = part.substr(0, equals);
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
  const FaultKind kind = rule.fault.kind;
  if (key == "every" || key == "for") {
    return parse_time(rule, entry, part, key == "every", value);
  }
  if (key == "source") {
    return parse_place(rule, entry, part, value);
  }
  if (key == "probability") {
    if (!parse_whole(value, rule.probability) || !is_fraction(rule.probability)) {
      return bad(entry, part, "needs a number above 0 and up to 1");
    }
  } else if (key == "fraction") {
    if (kind != replay_missing && kind != replay_changed) {
      return bad(entry, part, "applies to replay_missing and replay_changed only");
    }
    double fraction = 0;
    if (!parse_whole(value, fraction) || !is_fraction(fraction)) {
      return bad(entry, part, "needs a number above 0 and up to 1");
    }
    rule.fault.fraction = fraction;
  } else if (key == "retry_after") {
    if (!word(kind).name.starts_with("http_")) {
      return bad(entry, part, "applies to http_… only");
    }
    std::uint32_t seconds = 0;
    if (!parse_whole(value, seconds)) {
      return bad(entry, part, "needs whole seconds");
    }
    rule.fault.retry_after = seconds;
  } else {
    return bad(entry, part,
               "is no option; there are every, probability, source, for, retry_after, fraction");
  }
  return {};
}

// What can't be at the place that the rule names.
std::string_view misplaced(const FaultRule& rule) {
  const FaultGroup group = word(rule.fault.kind).group;
  if (group == FaultGroup::control && (rule.every || rule.probability > 0)) {
    return "can't happen at random; use POST /_sim/fault";
  }
  if (group == FaultGroup::control && rule.place != FaultPlace::streams) {
    return "is for streams only";
  }
  if (group == FaultGroup::replay && rule.place != FaultPlace::replay) {
    return "is for replays only";
  }
  const bool status = word(rule.fault.kind).name.starts_with("http_");
  if (rule.place == FaultPlace::tasks && !status) {
    return "can't happen to tasks: only http_… can";
  }
  const bool cuts =
      rule.fault.kind == fin || rule.fault.kind == reset || rule.fault.kind == FaultKind::stall;
  if ((rule.place == FaultPlace::query || rule.place == FaultPlace::pictures) && !status && !cuts) {
    return "can't happen there: only http_…, fin, reset and stall can";
  }
  return {};
}

Result<FaultRule> parse_rule(std::string_view entry) {
  std::size_t at = entry.find(':');
  const Result<FaultKind> kind = fault_named(entry.substr(0, at));
  if (!kind) {
    return kind.error();
  }
  FaultRule rule{{*kind, std::nullopt, std::nullopt}, std::nullopt, 0, std::nullopt};
  if (word(*kind).group == FaultGroup::replay) {
    rule.place = FaultPlace::replay;
  }
  while (at != std::string_view::npos) {
    const std::size_t next = entry.find(':', at + 1);
    const std::string_view part = entry.substr(
        at + 1, next == std::string_view::npos ? std::string_view::npos : next - at - 1);
    if (Result<void> parsed = parse_option(rule, entry, part); !parsed) {
      return parsed.error();
    }
    at = next;
  }
  if (const std::string_view why = misplaced(rule); !why.empty()) {
    return bad(entry, word(*kind).name, why);
  }
  return rule;
}

// Words of `prose`, the first line indented by `first` more columns, the others to `others`.
void append_wrapped(std::string& text, std::size_t first, std::size_t others,
                    std::string_view prose) {
  constexpr std::size_t width = 80;
  std::size_t column = text.size() - (text.rfind('\n') + 1) + first;
  text.append(first, ' ');
  bool at_start = true;
  while (!prose.empty()) {
    const std::size_t size = std::min(prose.find(' '), prose.size());
    if (!at_start && column + 1 + size > width) {
      text += '\n';
      text.append(others, ' ');
      column = others;
      at_start = true;
    }
    text += at_start ? "" : " ";
    text += prose.substr(0, size);
    column += size + (at_start ? 0 : 1);
    at_start = false;
    prose.remove_prefix(std::min(size + 1, prose.size()));
  }
  text += '\n';
}

}  // namespace

std::span<const FaultWord> fault_words() noexcept { return words; }

const FaultWord& word(FaultKind kind) noexcept { return words[static_cast<std::size_t>(kind)]; }

Result<FaultKind> fault_named(std::string_view name) {
  std::vector<std::string_view> names;
  for (const FaultWord& known : words) {
    if (known.name == name) {
      return known.kind;
    }
    names.push_back(known.name);
  }
  const std::string_view near = nearest(name, names);
  return make_error(Errc::invalid_argument,
                    "`" + printable(name) + "` is no kind of fault" +
                        (near.empty() ? "; --help lists them" : did_you_mean(near)));
}

Result<std::vector<FaultRule>> parse_faults(std::string_view spec) {
  std::vector<FaultRule> rules;
  while (!spec.empty()) {
    const std::size_t comma = spec.find(',');
    const Result<FaultRule> rule = parse_rule(spec.substr(0, comma));
    if (!rule) {
      return rule.error();
    }
    rules.push_back(*rule);
    if (comma == std::string_view::npos) {
      break;
    }
    spec.remove_prefix(comma + 1);
    if (spec.empty()) {
      return make_error(Errc::invalid_argument, "the faults end in a comma");
    }
  }
  return rules;
}

std::string_view fault_grammar() noexcept {
  return "kind[:every=DURATION][:probability=P][:source=NAME][:for=DURATION]\n"
         "    [:retry_after=SECONDS][:fraction=F]\n";
}

std::string_view fault_notes() noexcept {
  return "every: on average, for each source. probability: for each event sent; of http_… to "
         "until_close, and of replay_…, for each request. A fault waits for the next occasion it "
         "fits. With neither, it happens only when asked for: POST /_sim/fault "
         "{\"kind\":\"reset\",\"source\":\"firehose\"}. source: firehose, stream, torrent, "
         "sinkhole; "
         "without one, these four; replay: GET /v1/replay/<id>, all but the last three; tasks: "
         "/v1/tasks and what is below it, http_… only; query: /v1/query/…, pictures: /images/… and "
         "/thumbs/…, both http_…, fin, reset and stall, drawn for each request.";
}

std::string fault_help() {
  constexpr std::size_t column = 22;
  std::string text = "Faults (--faults SPEC), comma-separated:\n";
  for (const char c : fault_grammar()) {
    text += text.ends_with('\n') ? std::string("  ") + c : std::string(1, c);
  }
  append_wrapped(text, 2, 2, fault_notes());
  for (const FaultWord& known : words) {
    std::string entry = "  " + std::string(known.name);
    entry.resize(column, ' ');
    text += entry;
    append_wrapped(text, 0, column, known.help);
  }
  return text;
}

}  // namespace penstock::simulator
