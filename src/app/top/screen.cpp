#include "app/top/screen.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#define NCURSES_NOMACROS  // `move`, `erase` and others would replace every use of the word
#include <ncurses.h>

#include "penstock/core/text.hpp"

namespace penstock::app::top {
namespace {

enum Pair : short { green = 1, yellow, red };

constexpr int escape = 27;
constexpr int escape_wait = 25;  // ms, in which the rest of a key's sequence comes

Key key_of(int code) {
  switch (code) {
    case KEY_UP:
    case 'k':
      return Key::up;
    case KEY_DOWN:
    case 'j':
      return Key::down;
    case KEY_PPAGE:
      return Key::page_up;
    case KEY_NPAGE:
    case ' ':
      return Key::page_down;
    case KEY_HOME:
    case 'g':
      return Key::first;
    case KEY_END:
    case 'G':
      return Key::last;
    case KEY_ENTER:
    case '\n':
    case '\r':
    case KEY_RIGHT:
      return Key::enter;
    case escape:
    case KEY_BACKSPACE:
    case KEY_LEFT:
      return Key::back;
    case 'h':
    case '?':
      return Key::help;
    case 's':
      return Key::sort;
    case 'q':
      return Key::quit;
    default:
      return Key::other;
  }
}

}  // namespace

class Screen::Terminal {
 public:
  Terminal(SCREEN* screen, bool colours) : screen_(screen) {
    cbreak();
    noecho();
    nonl();
    curs_set(0);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(escape_wait);
    colours_ = colours && has_colors() && start_color() == OK && use_default_colors() == OK;
    if (colours_) {
      constexpr short background = -1;  // the terminal's own
      init_pair(green, COLOR_GREEN, background);
      init_pair(yellow, COLOR_YELLOW, background);
      init_pair(red, COLOR_RED, background);
    }
  }
  ~Terminal() {
    endwin();
    delscreen(screen_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Without colours the same differences, as far as there are others.
  attr_t attributes(Style style) const {
    switch (style) {
      case Style::strong:
        return A_BOLD;
      case Style::dim:
        return A_DIM;
      case Style::good:
        return colours_ ? pair(green) : A_NORMAL;
      case Style::warning:
        return colours_ ? pair(yellow) : A_BOLD;
      case Style::bad:
        return colours_ ? pair(red) | A_BOLD : A_BOLD;
      case Style::selected:
        return A_REVERSE;
      case Style::plain:
        break;
    }
    return A_NORMAL;
  }

 private:
  static attr_t pair(Pair number) { return static_cast<attr_t>(COLOR_PAIR(number)); }

  SCREEN* screen_;
  bool colours_ = false;
};

Result<std::unique_ptr<Screen>> Screen::open(bool colours) {
  use_tioctl(TRUE);  // the terminal knows its size better than LINES and COLUMNS do
  SCREEN* const screen = newterm(nullptr, stdout, stdin);
  if (screen == nullptr) {
    const char* const type = std::getenv("TERM");
    return make_error(Errc::not_found, std::string("the terminal isn't known: TERM is `") +
                                           printable(type == nullptr ? "" : type) +
                                           "`; --once needs none");
  }
  return std::unique_ptr<Screen>(new Screen(std::make_unique<Terminal>(screen, colours)));
}

Screen::Screen(std::unique_ptr<Terminal> terminal) : terminal_(std::move(terminal)) {}
Screen::~Screen() = default;

Size Screen::size() const {
  return {static_cast<std::size_t>(getmaxy(stdscr)), static_cast<std::size_t>(getmaxx(stdscr))};
}

void Screen::resized() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
    resizeterm(size.ws_row, size.ws_col);
  }
}

void Screen::show(const Frame& frame) {
  erase();
  for (std::size_t row = 0; row < frame.lines.size(); ++row) {
    move(static_cast<int>(row), 0);
    for (const Span& span : frame.lines[row]) {
      attrset(static_cast<int>(terminal_->attributes(span.style)));
      addstr(span.text.c_str());
    }
  }
  attrset(A_NORMAL);
  refresh();
}

std::optional<Key> Screen::key() {
  int code = getch();
  while (code == KEY_RESIZE) {  // resizeterm() leaves it there; nobody pressed it
    code = getch();
  }
  return code == ERR ? std::nullopt : std::optional(key_of(code));
}

Glyphs glyphs_of_locale() {
  setlocale(LC_CTYPE, "");
  return std::string_view(nl_langinfo(CODESET)) == "UTF-8" ? Glyphs::blocks : Glyphs::ascii;
}

}  // namespace penstock::app::top
