// `penstock top`: a running daemon's state on a terminal.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "penstock/core/units.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::app {

struct TopWanted {
  std::string url{};                                 // empty: as the settings say
  std::optional<std::filesystem::path> user_file{};  // holds user:password
  std::optional<std::filesystem::path> ca_file{};    // none: the system's trust store
  Duration interval{1'000};
  std::string sort{"configured"};
  bool colours = true;  // on a terminal that has them
  enum class Show {
    terminal,   // until it is quit
    once,       // one frame of text
    json,       // /status, once
    every_json  // /status, a line an interval, until it is interrupted
  } show = Show::terminal;
};

// Shows what the daemon of `url` says of itself; where there is none, that of `admin`: its socket
// where this user may ask it, else admin.listen. Returns the exit status: of one look 0 where the
// daemon is ready, else 0 where it was ended.
int run_top(const TopWanted& wanted, const settings::Admin& admin);

}  // namespace penstock::app
