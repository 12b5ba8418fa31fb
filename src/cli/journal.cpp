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

int say(const Error& error) {
  std::cerr << "penstock: " << error.what << '\n';
  return exit_failed;
}

// Calls `show` for each journal in the directory.
int for_each_journal(const std::string& directory,
                     const std::function<void(const journal::Inspection&)>& show) {
  const auto found = journal::find_journals(directory);
  if (!found) {
    return say(found.error());
  }
  int status = exit_done;
  for (const std::string& path : *found) {
    const auto inspection = journal::inspect(path);
    if (inspection) {
      show(*inspection);
    } else {
      status = say(inspection.error());
    }
  }
  return status;
}

std::string second_text(const std::optional<WallTime>& time) {
  return time ? to_rfc3339(*time).substr(0, 19) + "Z" : "";
}

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

}  // namespace

int list_journal(const std::string& directory, Output output) {
  Rows rows{{"source", "file", "blocks", "lines", "bytes", "received_from", "received_to"}, {}};
  const int status = for_each_journal(directory, [&](const journal::Inspection& found) {
    for (const journal::InspectedSegment& segment : found.segments) {
      rows.cells.push_back({found.source, segment.file, std::to_string(segment.blocks),
                            std::to_string(segment.lines), std::to_string(segment.data.count),
                            second_text(segment.received_from), second_text(segment.received_to)});
    }
  });
  if (!rows.cells.empty() || output != Output::table) {
    print(std::cout, rows, output);
  } else if (status == exit_done) {
    std::cout << "nothing that Kafka may not have\n";
  }
  return status;
}

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

int print_journal(const std::string& directory) {
  const auto found = journal::find_journal(directory);
  if (!found) {
    return say(found.error());
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
    return say(inspection.error());
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

int publish_journal(const settings::Settings& settings, const std::string& directory) {
  const auto done = app::publish_journal(settings, directory);
  if (!done) {
    return say(done.error());
  }
  std::cout << counted(done->lines, "line") << " published";
  if (done->filtered > 0) {
    std::cout << "; the filter left out " << counted(done->filtered, "event");
  }
  if (done->before > 0) {
    std::cout << "; Kafka had " << counted(done->before, "line") << " already";
  }
  if (done->gaps > 0) {
    std::cout << "; noted in " << counted(done->gaps, "gap");
  }
  if (done->open_gaps > 0) {
    std::cout << "; not noted in " << counted(done->open_gaps, "gap")
              << " that the running daemon hasn't ended yet";
  }
  std::cout << '\n';
  return exit_done;
}

}  // namespace penstock::cli
