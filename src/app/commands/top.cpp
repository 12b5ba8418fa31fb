#include "penstock/app/commands/top.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <utility>

#include "app/commands/admin_client.hpp"
#include "app/commands/interrupt.hpp"
#include "app/top/frame.hpp"
#include "app/top/screen.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"

namespace penstock::app {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr int done = 0;
constexpr int failed = 1;
constexpr int wrong_usage = 2;
constexpr const char* path = "/status";
constexpr Duration slow{3'000};  // an answer that takes longer is missed

int fail(const std::string& what, int status = failed) {
  std::cerr << "penstock: " << what << '\n';
  return status;
}

Result<std::string> read_authorization(const std::filesystem::path& file) {
  const std::string name = printable(file.string());
  std::ifstream in(file, std::ios::binary);
  std::string text(static_cast<std::size_t>(limits::token_file.count) + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || !in.is_open()) {
    return make_error(Errc::io, "can't read " + name);
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > limits::token_file.count) {
    return make_error(Errc::invalid_argument,
                      name + " is larger than " + to_string(limits::token_file));
  }
  auto value = basic_authorization(text);
  return value ? value : make_error(Errc::invalid_argument, name + " " + value.error().what);
}

// The socket asks for no password and is never anybody else's.
AdminAddress address_of(const settings::Admin& admin) {
  if (access(admin.socket.c_str(), R_OK | W_OK) == 0) {
    return {.socket = admin.socket};
  }
  error_code ignored;
  const auto address = asio::ip::make_address(admin.listen.address, ignored);
  // A daemon that listens everywhere is here, too.
  const std::string host = !address.is_unspecified() ? admin.listen.address
                           : address.is_v6()         ? "::1"
                                                     : "127.0.0.1";
  return {.host = host, .port = admin.listen.port, .tls = admin.cert_file.has_value()};
}

Result<AdminAddress> address_of(const TopWanted& wanted, const settings::Admin& admin) {
  auto address = wanted.url.empty() ? address_of(admin) : parse_admin_url(wanted.url);
  if (address && wanted.user_file) {
    auto authorization = read_authorization(*wanted.user_file);
    if (!authorization) {
      return authorization.error();
    }
    address->authorization = std::move(*authorization);
  }
  if (address) {
    address->ca_file = wanted.ca_file;
  }
  return address;
}

Result<top::Status> status_of(const Result<AdminAnswer>& answer, const AdminAddress& address) {
  constexpr unsigned ok = 200;
  constexpr unsigned unauthorised = 401;
  if (!answer) {
    return answer.error();
  }
  if (answer->status == unauthorised) {
    return make_error(Errc::protocol,
                      address.text() + (address.authorization.empty()
                                            ? " asks for a user and a password: --user-file"
                                            : " refuses the user or the password"));
  }
  if (answer->status != ok) {
    return make_error(Errc::protocol, address.text() + path + " answered " +
                                          std::to_string(answer->status) +
                                          ": is it a daemon's admin.listen?");
  }
  auto status = top::parse_status(answer->body);
  return status ? std::move(status)
                : make_error(Errc::protocol, address.text() + path + ": " + status.error().what);
}

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

void print_json(const std::string& body) {
  // A terminal would obey what is no JSON of ours.
  std::cout << (is_terminal(STDOUT_FILENO) ? terminal_safe(body) : body) << '\n';
}

void print_frame(const top::Status& status, const AdminAddress& address, top::Sort sort) {
  constexpr std::size_t usual_rows = 24;
  winsize size{};
  const bool sized = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  const top::Scene scene{.status = &status,
                         .place = address.text(),
                         .trouble = {},
                         .view = {.sort = sort},
                         .glyphs = top::glyphs_of_locale(),
                         .keys = false};
  // Every source, whatever the terminal's height.
  const top::Frame frame = draw(scene, {.rows = usual_rows + status.sources.size(),
                                        .columns = sized ? size.ws_col : top::Size{}.columns});
  for (const top::Line& line : frame.lines) {
    std::string text = text_of(line);
    text.erase(text.find_last_not_of(' ') + 1);
    std::cout << text << '\n';
  }
}

int look_once(const TopWanted& wanted, const AdminAddress& address, top::Sort sort) {
  const auto answer = ask_admin_now(address, http::verb::get, path);
  const auto status = status_of(answer, address);
  if (!status) {
    return fail(status.error().what);
  }
  if (wanted.show == TopWanted::Show::once) {
    print_frame(*status, address, sort);
  } else {
    print_json(answer->body);
  }
  return status->ready ? done : failed;
}

// Asks every interval, one question at a time, until it is ended. Calls back on its own thread.
class Watch {
 public:
  Watch(AdminAddress address, Duration interval)
      : address_(std::move(address)), interval_(interval), timer_(io_) {}
  virtual ~Watch() = default;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void run() {
    tick();
    io_.run();
  }

 protected:
  asio::io_context& io() { return io_; }
  const AdminAddress& address() const { return address_; }
  void end() { io_.stop(); }
  // Since the question that isn't answered yet.
  Duration waited() const {
    return asked_at_ ? std::chrono::floor<Duration>(monotonic_now() - *asked_at_) : Duration{0};
  }

  virtual void answered(const Result<AdminAnswer>& answer) = 0;
  virtual void ticked() {}  // once an interval

 private:
  void tick() {
    if (!asked_at_) {
      ask();
    }
    ticked();
    timer_.expires_after(interval_);
    timer_.async_wait([this](const error_code& error) {
      if (!error) {
        tick();
      }
    });
  }

  void ask() {
    asked_at_ = monotonic_now();
    asio::co_spawn(io_, ask_admin(io_, address_, http::verb::get, path),
                   [this](const std::exception_ptr& failure, const Result<AdminAnswer>& answer) {
                     if (failure) {
                       std::rethrow_exception(failure);
                     }
                     asked_at_.reset();
                     answered(answer);
                   });
  }

  asio::io_context io_{1};
  AdminAddress address_;
  Duration interval_;
  asio::steady_timer timer_;
  std::optional<MonotonicTime> asked_at_;  // none: nothing is asked
};

// Each answer as a line; what fails is told on standard error.
class JsonWatch final : public Watch {
 public:
  using Watch::Watch;

 private:
  void answered(const Result<AdminAnswer>& answer) override {
    const auto status = status_of(answer, address());
    if (!status) {
      fail(status.error().what);
      return;
    }
    print_json(answer->body);
    if (!std::cout.flush()) {
      end();  // nobody reads any more
    }
  }

  Interrupt interrupt_{io(), [this] { end(); }};
};

class TerminalWatch final : public Watch {
 public:
  TerminalWatch(AdminAddress address, Duration interval, top::Sort sort, bool colours)
      : Watch(std::move(address), interval),
        ending_(io(), SIGINT, SIGTERM, SIGHUP),
        resizing_(io(), SIGWINCH),
        input_(io(), dup(STDIN_FILENO)),
        colours_(colours) {
    ending_.add(SIGQUIT);
    view_.sort = sort;
  }

  int run_on_terminal() {
    // After the signals were taken: ncurses leaves alone what somebody handles.
    auto screen = top::Screen::open(colours_);
    if (!screen) {
      return fail(screen.error().what);
    }
    screen_ = std::move(*screen);
    ending_.async_wait([this](const error_code& error, int) {
      if (!error) {
        end();
      }
    });
    wait_for_size();
    wait_for_keys();
    run();
    screen_.reset();
    return done;
  }

 private:
  void answered(const Result<AdminAnswer>& answer) override {
    auto status = status_of(answer, address());
    if (status) {
      status_ = std::move(*status);
      answered_at_ = monotonic_now();
      trouble_.clear();
    } else {
      trouble_ = status.error().what;
    }
    show();
  }

  void ticked() override {
    if (waited() > slow && trouble_.empty()) {
      trouble_ = address().text() + " takes its time";
    }
    show();
  }

  void show() {
    const Duration age = std::chrono::floor<Duration>(monotonic_now() - answered_at_);
    const top::Scene scene{.status = status_ ? &*status_ : nullptr,
                           .place = address().text(),
                           .trouble = trouble_,
                           .age = age,
                           .view = view_,
                           .glyphs = glyphs_};
    top::Frame frame = draw(scene, screen_->size());
    screen_->show(frame);
    choices_ = std::move(frame.choices);
  }

  void wait_for_size() {
    resizing_.async_wait([this](const error_code& error, int) {
      if (!error) {
        screen_->resized();
        show();
        wait_for_size();
      }
    });
  }

  void wait_for_keys() {
    input_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const error_code& error) {
      int waiting = 0;
      // Readable, but empty: the terminal is gone.
      if (error || ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0 || waiting == 0) {
        end();
        return;
      }
      while (const auto key = screen_->key()) {
        view_ = press(std::move(view_), *key, choices_);
        show();  // the next key is about what this one led to
      }
      view_.quit ? end() : wait_for_keys();
    });
  }

  asio::signal_set ending_, resizing_;
  asio::posix::stream_descriptor input_;
  bool colours_;
  const top::Glyphs glyphs_ = top::glyphs_of_locale();
  std::unique_ptr<top::Screen> screen_;
  std::optional<top::Status> status_;
  MonotonicTime answered_at_{};
  std::string trouble_;
  top::View view_;
  top::Choices choices_;
};

}  // namespace

int run_top(const TopWanted& wanted, const settings::Admin& admin) {
  const auto address = address_of(wanted, admin);
  if (!address) {
    return fail(address.error().what, wrong_usage);
  }
  const top::Sort sort = top::parse_sort(wanted.sort).value_or(top::Sort::configured);
  switch (wanted.show) {
    case TopWanted::Show::once:
    case TopWanted::Show::json:
      return look_once(wanted, *address, sort);
    case TopWanted::Show::every_json:
      std::signal(SIGPIPE, SIG_IGN);  // the stream says it
      JsonWatch(*address, wanted.interval).run();
      return done;
    case TopWanted::Show::terminal:
      break;
  }
  if (!is_terminal(STDIN_FILENO) || !is_terminal(STDOUT_FILENO)) {
    return fail("no terminal to show it on: --once prints one frame, -o json the state as JSON",
                wrong_usage);
  }
  return TerminalWatch(*address, wanted.interval, sort, wanted.colours).run_on_terminal();
}

}  // namespace penstock::app
