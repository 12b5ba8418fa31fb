// The terminal that standard input and output are: shows frames, tells keys. Through ncurses, which
// knows terminals, their keys, and what to do at Ctrl-Z; what is shown is decided without it.
#pragma once

#include <memory>
#include <optional>

#include "app/top/frame.hpp"
#include "app/top/view.hpp"
#include "penstock/core/error.hpp"

namespace penstock::app::top {

// One in the process, on one thread. As long as it lives the terminal is its own; then it is as it
// was. Signals that it shall outlive are somebody else's business: what ends the process without
// its destructor leaves the terminal behind. Ctrl-Z and what follows is ncurses's.
class Screen {
 public:
  static Result<std::unique_ptr<Screen>> open(bool colours);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  Size size() const;
  void resized();  // after SIGWINCH
  void show(const Frame& frame);

  // The next that was pressed; none: wait for standard input.
  std::optional<Key> key();

 private:
  class Terminal;
  explicit Screen(std::unique_ptr<Terminal> terminal);

  std::unique_ptr<Terminal> terminal_;
};

// Characters beyond ASCII, as the locale of the environment says. Sets the process's LC_CTYPE.
Glyphs glyphs_of_locale();

}  // namespace penstock::app::top
