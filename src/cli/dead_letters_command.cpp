#include "cli/dead_letters_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string_view>
#include <utility>

#include "cli/exit_status.hpp"
#include "cli/json_values.hpp"
#include "cli/letter_table.hpp"
#include "cli/settings_of.hpp"
#include "cli/usage_error.hpp"
#include "penstock/core/event.hpp"
#include "penstock/core/text.hpp"

namespace penstock::cli {
namespace {

using publish::LetterPlace;
using publish::StoredLetter;

std::vector<std::string> reasons() {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < dead_letter_reasons; ++i) {
    words.emplace_back(to_string(static_cast<DeadLetterReason>(i)));
  }
  return words;
}

std::vector<LetterPlace> places_of(const DeadLettersOptions& options) {
  std::vector<LetterPlace> places;
  for (const std::string& text : options.places) {
    places.push_back(publish::parse_letter_place(text).value_or(LetterPlace{}));
  }
  return places;
}

CLI::Option* add_places(CLI::App& command, std::vector<std::string>& places,
                        const std::string& what) {
  return command.add_option("where", places, what)
      ->type_name("WHERE")
      ->check(
          [](const std::string& text) {
            return publish::parse_letter_place(text)
                       ? std::string{}
                       : "`" + printable(text) +
                             "` must be partition/offset, as `ls` shows it: 0/17";
          },
          "");
}

std::pair<CLI::Option*, CLI::Option*> add_filter(CLI::App& command, app::LetterFilter& filter) {
  CLI::Option* source = command.add_option("--source", filter.source, "Only those of this source")
                            ->type_name("SOURCE");
  CLI::Option* reason = command
                            .add_option("--reason", filter.reason,
                                        "Only those with this reason: invalid_json, "
                                        "not_an_object, invalid_utf8, too_deep, too_large or "
                                        "rejected_by_broker")
                            ->type_name("REASON")
                            ->check(CLI::IsMember(reasons()));
  return {source, reason};
}

int ls(const settings::Settings& settings, const app::LettersWanted& wanted, Output output) {
  const auto found = app::read_letters(settings.kafka, wanted);
  if (!found) {
    return fail(found.error());
  }
  if (output == Output::table) {
    if (found->letters.empty()) {
      std::cerr << "no dead letters\n";
    } else {
      std::cout << letter_table(found->letters);
    }
    if (found->retried > 0) {
      std::cerr << found->retried << " more were retried: --all shows them\n";
    }
  } else {
    JsonValues values(std::cout, output);
    for (const StoredLetter& letter : found->letters) {
      values.add(letter_json(letter));
    }
    values.end();
  }
  if (found->foreign > 0) {
    std::cerr << "warning: " << found->foreign << " record(s) left out: not penstock's\n";
  }
  return exit_done;
}

// A terminal gets no byte that it could take for a command.
void print_escaped(std::string_view bytes) {
  constexpr std::size_t piece = 64 * 1024;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    std::cout << printable(bytes.substr(0, piece), 4 * piece);
  }
  std::cout << '\n';
}

int cat(const settings::Settings& settings, LetterPlace where) {
  const auto found = app::read_letter(settings.kafka, where);
  if (!found) {
    return fail(found.error());
  }
  if (isatty(STDOUT_FILENO) == 1) {
    print_escaped(found->bytes);
  } else {
    std::cout << found->bytes;
  }
  std::cout.flush();
  const StoredLetter& letter = found->letter;
  if (!letter.complete() || letter.cut()) {
    std::cerr << "warning: " << to_string(letter.where()) << ": " << letter_note(letter) << '\n';
  }
  return letter.complete() ? exit_done : exit_failed;
}

int retry(const settings::Settings& settings, const DeadLettersOptions& options) {
  std::uint64_t published = 0;
  std::uint64_t refused = 0;
  const auto done = app::retry_letters(
      settings,
      {.places = places_of(options), .filter = options.wanted.filter, .force = options.force},
      [&](const app::RetryAnswer& answer) {
        if (answer.refused.empty()) {
          ++published;
          std::cout << to_string(answer.where) << " published to " << printable(answer.topic)
                    << '\n';
        } else {
          ++refused;
          std::cerr << "penstock: " << to_string(answer.where)
                    << " isn't published: " << answer.refused << '\n';
        }
      });
  if (!done) {
    return fail(done.error());
  }
  if (published + refused == 0) {
    std::cerr << "no dead letters to retry\n";
  } else if (published + refused > 1) {
    std::cerr << published << " published, " << refused << " not\n";
  }
  return refused == 0 ? exit_done : exit_failed;
}

}  // namespace

DeadLettersParsers add_dead_letters(CLI::App& parser, DeadLettersOptions& options) {
  CLI::App* parent =
      parser.add_subcommand("dead-letters", "Show the dead letters, or publish them again");
  parent->require_subcommand(1);
  parent->footer("Example: penstock dead-letters ls --source firehose");
  const auto add = [&](const char* name, const char* what, const std::string& footer) {
    CLI::App* command = parent->add_subcommand(name, what);
    command->footer(footer);
    return command;
  };
  CLI::App* list =
      add("ls", "List them, by the time of receipt",
          "WHERE is the partition and offset of a letter's first part. PARTS: 2/3 means\n"
          "that two of three are there.\n"
          "Example: penstock dead-letters ls --reason rejected_by_broker -n 20");
  add_filter(*list, options.wanted.filter);
  list->add_option("-n,--newest", options.wanted.newest, "Only so many, the newest")
      ->type_name("COUNT")
      ->transform(whole_from(1));
  list->add_flag("--all", options.wanted.retried, "Those that were retried, too");

  CLI::App* print =
      add("cat", "Write the bytes of one to standard output",
          "Its parts are joined. The bytes are those that were received, without a line\n"
          "end. On a terminal all but printable ASCII is shown as \\xNN, and a backslash\n"
          "as two; for the bytes themselves, write to a file or a pipe.\n"
          "Example: penstock dead-letters cat 0/17 > letter.json");
  add_places(*print, options.places, "Partition and offset, as `ls` shows them: 0/17")
      ->required()
      ->expected(1);

  CLI::App* again =
      add("retry", "Publish them to the topics of their sources",
          "What is a valid event is published with the key, timestamp and headers that the\n"
          "daemon would give it: in one transaction with a mark on the letter, so that no\n"
          "letter is published twice. Of a line above events.max_size only the beginning\n"
          "was kept: it can't be retried.\n"
          "Ends with 1 if any that was asked for isn't published.\n"
          "Example: penstock dead-letters retry --all --reason rejected_by_broker");
  CLI::Option* places =
      add_places(*again, options.places, "Partition and offset, as `ls` shows them: 0/17");
  CLI::Option* all =
      again->add_flag("--all", options.all, "All that weren't retried yet")->excludes(places);
  const auto [source, reason] = add_filter(*again, options.wanted.filter);
  source->needs(all);
  reason->needs(all);
  again->add_flag("--force", options.force, "Also what was retried before: makes a duplicate of it")
      ->excludes(all);
  again->callback([&options] {
    if (options.places.empty() && !options.all) {
      throw CLI::RequiredError("retry: WHERE or --all");
    }
  });
  return {.parent = parent, .ls = list, .cat = print, .retry = again};
}

int run_dead_letters(const DeadLettersParsers& parsers, const settings::Settings& settings,
                     const DeadLettersOptions& options, Output output) {
  if (parsers.ls->parsed()) {
    return ls(settings, options.wanted, output);
  }
  return parsers.cat->parsed() ? cat(settings, places_of(options).front())
                               : retry(settings, options);
}

}  // namespace penstock::cli
