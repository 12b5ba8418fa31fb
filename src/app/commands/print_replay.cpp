#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <cstdio>
#include <iostream>

#include "app/commands/api_calls.hpp"
#include "app/commands/extract_block.hpp"
#include "app/commands/interrupt.hpp"
#include "app/commands/line_printer.hpp"
#include "app/commands/timed_progress.hpp"
#include "penstock/app/commands/replay.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "penstock/remote/replay_run.hpp"

namespace penstock::app {
namespace {

class ReplayPrinter final : private ByteSink, private remote::ReplayListener {
 public:
  ReplayPrinter(const settings::Loaded& loaded, const settings::Inputs& inputs,
                const std::string& job)
      : job_(printable(job)),
        lane_{.max_line = loaded.settings.events.max_size},
        printer_(STDOUT_FILENO, interrupt_.descriptor(), lane_.max_line),
        run_(io_,
             {.url = loaded.settings.api.stream_url,
              .job_id = job,
              .access = remote::Access(command_access(loaded, inputs))},
             *this, *this, received_) {}

  // True: the whole replay was written, or nobody reads any more.
  bool run() {
    run_.start();
    io_.run();
    return told_;
  }

 private:
  // ByteSink
  std::span<char> writable() override {
    const auto room = printer_.writable();
    stop_at_end();
    return room;
  }
  void received(std::size_t count) override {
    printer_.received(count);
    stop_at_end();
  }
  void stop_at_end() {
    if (printer_.end()) {
      boost::asio::post(io_, [this] { run_.stop(); });
    }
  }

  // ReplayListener
  void replay_opened() override {}
  void replay_closed(DisconnectCause cause, std::string_view detail) override {
    finish();
    if (!interrupted_ && !printer_.end() && rest_is_event()) {
      printer_.print_rest();
    }
    const std::string came = std::to_string(printer_.lines()) + " events, " +
                             std::to_string(printer_.bytes()) + " bytes";
    const std::string cut = printer_.rest().empty() ? ""
                                                    : "; the last line was cut, " +
                                                          std::to_string(printer_.rest().size()) +
                                                          " bytes of it aren't written";
    if (printer_.end() == LinePrinter::End::reader_gone) {
      told_ = true;
    } else if (printer_.end() == LinePrinter::End::failed) {
      say(printer_.why() + "; written: " + came);
    } else if (interrupted_ || printer_.end()) {
      say("interrupted; written: " + came);
    } else if (cause == DisconnectCause::ended && cut.empty()) {
      told_ = true;
    } else {
      say("the replay of job " + job_ + " broke (" + std::string(to_string(cause)) + ", " +
          std::string(detail) + "); written: " + came + cut);
    }
  }
  void replay_failed(ReplayEnd end, std::optional<Duration> retry_after,
                     std::string_view detail) override {
    finish();
    if (interrupted_) {
      say("interrupted; nothing was written");
      return;
    }
    say((end == ReplayEnd::gone ? "the API has no replay of job " : "no replay of job ") + job_ +
        ": " + std::string(detail) +
        (retry_after ? "; it asks to wait for " + to_string(*retry_after) : ""));
  }

  // As for the daemon: of a line all of which may have come, JSON says whether it has.
  bool rest_is_event() const {
    const std::string line(printer_.rest());
    extract::Pool pool(1);
    return !extract_lines(pool, lane_, line).events.empty();
  }

  void finish() {
    interrupt_.cancel();
    progress_.stop();
  }

  static void say(const std::string& text) { std::cerr << "penstock: " << text << '\n'; }

  std::string progress() const {
    const double seconds = std::chrono::duration<double>(monotonic_now() - begun_).count();
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "%.1f MB  %llu events  %.0f events/s",
                  static_cast<double>(printer_.bytes()) / 1e6,
                  static_cast<unsigned long long>(printer_.lines()),
                  static_cast<double>(printer_.lines()) / seconds);
    return text.data();
  }

  boost::asio::io_context io_{1};
  std::string job_;
  Interrupt interrupt_{io_, [this] {
                         interrupted_ = true;
                         run_.stop();
                       }};
  MonotonicTime begun_ = monotonic_now();
  bool interrupted_ = false;
  bool told_ = false;
  Counter received_;
  extract::LaneOptions lane_;
  LinePrinter printer_;
  remote::ReplayRun run_;
  TimedProgress progress_{io_, [this] { return progress(); }};
};

}  // namespace

int print_replay(const settings::Loaded& loaded, const settings::Inputs& inputs,
                 const std::string& job) {
  std::signal(SIGPIPE, SIG_IGN);  // write() says it
  return ReplayPrinter(loaded, inputs, job).run() ? 0 : 1;
}

}  // namespace penstock::app
