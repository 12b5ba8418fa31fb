#include "cli/journal.hpp"

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iostream>
#include <limits>
#include <string_view>

#include "cli/exit_status.hpp"
#include "cli/text_table.hpp"
#include "penstock/app/commands/publish_journal.hpp"
#include "penstock/core/text.hpp"
#include "penstock/journal/inspection.hpp"

namespace penstock::cli {
namespace {

// Calls `show` for each journal in the directory.
int for_each_journal(const std::string& directory,
                     const std::function<void(const journal::Inspection&)>& show) {
  const auto found = journal::find_journals(directory);
  if (!found) {
    return fail(found.error());
  }
  int status = exit_done;
  for (const std::string& path : *found) {
    const auto inspection = journal::inspect(path);
    if (inspection) {
      show(*inspection);
    } else {
      status = fail(inspection.error());
    }
  }
  return status;
}

Cell cell_of(const std::optional<WallTime>& time) { return time ? Cell(*time) : Cell(); }

// A view's last line may have no line end: its session was cut off.
void print_lines(std::string_view bytes, bool to_terminal) {
  if (!to_terminal) {
    std::cout << bytes;
    if (!bytes.ends_with('\n')) {
      std::cout << '\n';
    }
    return;
  }
  while (!bytes.empty()) {
    const std::string_view line = bytes.substr(0, bytes.find('\n'));
    std::cout << printable(line, std::numeric_limits<std::size_t>::max()) << '\n';
    bytes.remove_prefix(std::min(bytes.size(), line.size() + 1));
  }
}

// Its segments, and what of them Kafka may not have.
int list_journal(const std::string& directory, Output output) {
  Rows rows{{"source", "file", "blocks", "lines", "bytes", "received_from", "received_to"}, {}};
  const int status = for_each_journal(directory, [&](const journal::Inspection& found) {
    for (const journal::InspectedSegment& segment : found.segments) {
      rows.cells.push_back({found.source, segment.file, segment.blocks, segment.lines,
                            segment.data.count, cell_of(segment.received_from),
                            cell_of(segment.received_to)});
    }
  });
  if (!rows.cells.empty() || output != Output::table) {
    print(std::cout, rows, output);
  } else if (status == exit_done) {
    std::cerr << "nothing that Kafka may not have\n";
  }
  return status;
}

// A line a journal, and one for all that is damaged; then the exit status is 1.
int verify_journal(const std::string& directory, Output output) {
  Rows rows{{"result", "source", "text"}, {}};
  bool damaged = false;
  const int status = for_each_journal(directory, [&](const journal::Inspection& found) {
    rows.cells.push_back({"ok", found.source, summary(found)});
    for (const std::string& damage : found.damages) {
      rows.cells.push_back({"damaged", found.source, damage});
      damaged = true;
    }
  });
  if (!rows.cells.empty() || output != Output::table) {
    print(std::cout, rows, output);
  }
  return damaged ? exit_failed : status;
}

// The lines that a start would publish, of one source. On a terminal as printable text.
int print_journal(const std::string& directory) {
  const auto found = journal::find_journal(directory);
  if (!found) {
    return fail(found.error());
  }
  const bool to_terminal = isatty(STDOUT_FILENO) == 1;
  std::uint64_t too_large = 0;
  const auto inspection = journal::inspect(*found, [&](const Block& block) {
    if (block.kind == BlockKind::oversized_line) {
      ++too_large;
    } else if (!block.bytes.empty()) {
      print_lines(block.bytes, to_terminal);
    }
  });
  if (!inspection) {
    return fail(inspection.error());
  }
  if (too_large > 0) {
    std::cerr << "warning: " << too_large
              << " line(s) left out: longer than events.max_size, and not kept whole\n";
  }
  for (const std::string& damage : inspection->damages) {
    std::cerr << "warning: " << damage << '\n';
  }
  return inspection->damages.empty() ? exit_done : exit_failed;
}

// What Kafka doesn't have of one that no daemon runs on.
int publish_journal(const settings::Settings& settings, const std::string& directory) {
  const auto done = app::publish_journal(settings, directory);
  if (!done) {
    return fail(done.error());
  }
  std::cerr << counted(done->lines, "line") << " published";
  if (done->filtered > 0) {
    std::cerr << "; the filter left out " << counted(done->filtered, "event");
  }
  if (done->before > 0) {
    std::cerr << "; Kafka had " << counted(done->before, "line") << " already";
  }
  if (done->gaps > 0) {
    std::cerr << "; noted in " << counted(done->gaps, "gap");
  }
  if (done->open_gaps > 0) {
    std::cerr << "; not noted in " << counted(done->open_gaps, "gap")
              << " that the running daemon hasn't ended yet";
  }
  std::cerr << '\n';
  return exit_done;
}

// The one that is named, which needs no configuration, or that of the configuration.
int with_directory(const JournalOptions& options,
                   const std::function<int(const std::string&)>& use) {
  if (!options.directory.empty()) {
    return use(options.directory);
  }
  return with_settings(local_inputs_of(options.configuration),
                       [&](const settings::Loaded& loaded, const settings::Inputs&) {
                         return use(loaded.settings.journal.directory.string());
                       });
}

}  // namespace

std::vector<Command> add_journal(CLI::App& parser, JournalOptions& options) {
  CLI::App* const parent =
      parser.add_subcommand("journal", "Look into a journal, the daemon running or not");
  parent->require_subcommand(1);
  parent->footer("Example: penstock journal ls /var/lib/penstock/journal");
  const auto add = [&](const char* name, const char* what, const std::string& footer) {
    CLI::App* const command = parent->add_subcommand(name, what);
    command->footer(footer);
    add_configuration(*command, options.configuration);
    return command;
  };
  const auto add_reader = [&](const char* name, const char* what, const std::string& example) {
    CLI::App* const command =
        add(name, what,
            "Without DIR it is journal.directory of the configuration, which is read for that\n"
            "alone.\nExample: penstock journal " +
                example);
    command->add_option("directory", options.directory, "journal.directory, or that of one source")
        ->type_name("DIR");
    return command;
  };
  CLI::App* const ls = add_reader("ls", "Show the segments, and what in them Kafka may not have",
                                  "ls /var/lib/penstock/journal");
  add_output(*ls, options.output);
  CLI::App* const verify =
      add_reader("verify", "Check every block as a start would; exit status 1 at damage",
                 "verify -o json /var/lib/penstock/journal");
  add_output(*verify, options.output);
  CLI::App* const cat =
      add_reader("cat", "Print the lines that a start would publish; escaped on a terminal",
                 "cat /var/lib/penstock/journal/firehose > left.ndjson");
  CLI::App* const publish =
      add("publish", "Publish what is left in one, where another daemon runs",
          "Example: penstock journal publish /mnt/old/penstock/journal/firehose");
  publish->add_option("directory", options.directory, "journal.directory, or that of one source")
      ->type_name("DIR")
      ->required();
  const auto reads = [&options](int (*read)(const std::string&, Output)) {
    return [&options, read] {
      return with_directory(
          options, [&](const std::string& directory) { return read(directory, options.output); });
    };
  };
  return {
      {ls, reads(list_journal)},
      {verify, reads(verify_journal)},
      {cat, reads([](const std::string& directory, Output) { return print_journal(directory); })},
      {publish, [&options] {
         return with_settings(inputs_of(options.configuration),
                              [&](const settings::Loaded& loaded, const settings::Inputs&) {
                                return publish_journal(loaded.settings, options.directory);
                              });
       }}};
}

}  // namespace penstock::cli
