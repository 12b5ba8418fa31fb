#include "penstock/app/commands/tail.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <iostream>

#include "app/commands/followed_job.hpp"
#include "app/commands/interrupt.hpp"
#include "app/commands/line_buffer.hpp"
#include "app/commands/line_printer.hpp"
#include "app/commands/progress_line.hpp"
#include "app/commands/reader_watch.hpp"
#include "app/commands/tail_lines.hpp"
#include "app/composition.hpp"
#include "app/source_filter.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "penstock/remote/session.hpp"

namespace penstock::app {
namespace {

const settings::Source& source_of(const settings::Settings& settings, const std::string& name) {
  return *std::ranges::find_if(
      settings.sources, [&](const settings::Source& source) { return source.name.str() == name; });
}

remote::SessionOptions session_of(const settings::Loaded& loaded, const settings::Inputs& inputs,
                                  const settings::Source& source) {
  remote::SessionOptions options =
      session_options(loaded.settings, inputs.environment, token_reader(loaded, inputs));
  options.source = source.name;
  options.url = loaded.settings.api.stream_url + source.path;
  options.stall_timeout = source.stall_timeout;
  return options;
}

class Tail final : private ByteSink, private remote::SessionListener {
 public:
  Tail(const settings::Loaded& loaded, const settings::Inputs& inputs, const TailWanted& wanted,
       Filter filter, const std::string* task)
      : interrupt_(io_, interrupt_descriptor()),
        reader_(io_, STDOUT_FILENO, [this] { end(job_ ? 1 : 0); }),
        printer_(STDOUT_FILENO, interrupt_.native_handle(), loaded.settings.events.max_size),
        lines_(wanted, std::move(filter), loaded.settings.events.max_size, task != nullptr),
        buffer_(loaded.settings.events.max_size),
        source_(wanted.source),
        session_(io_, session_of(loaded, inputs, source_of(loaded.settings, wanted.source)), *this,
                 *this, counters_, log_) {
    if (task != nullptr) {
      job_.emplace(io_, loaded, inputs, *task, [this](const std::string& text) { say(text); });
    }
  }

  int run() {
    interrupt_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                          [this](const boost::system::error_code& error) {
                            if (!error) {
                              end(job_ ? 1 : 0);
                            }
                          });
    if (job_ && isatty(STDOUT_FILENO) == 0) {
      show_progress();  // on one terminal with the events it would only be in their way
    }
    session_.start();
    io_.run();
    progress_.wipe();
    if (lines_.unjudged() > 0) {
      say(std::to_string(lines_.unjudged()) + " line(s) were no events, and left out");
    }
    return status_;
  }

 private:
  // ByteSink
  std::span<char> writable() override {
    const bool waiting = job_ && !job_->created();
    return ending_ || waiting ? std::span<char>() : buffer_.writable();
  }
  void received(std::size_t count) override {
    const std::string_view whole = buffer_.received(count);
    if (!whole.empty() && !ending_) {
      print(whole);
      buffer_.drop(whole.size());
    }
    if (buffer_.over()) {
      say("a line is longer than events.max_size, " + to_string(buffer_.max_line()));
      end(1);
    }
  }

  void print(std::string_view whole) {
    const TailLines::Chosen chosen = lines_.choose(whole);
    printer_.print(chosen.lines);
    if (job_) {
      const auto count = std::count(chosen.lines.begin(), chosen.lines.end(), '\n');
      job_->saw(static_cast<std::uint64_t>(count), chosen.job);
    }
    if (printer_.end() == LinePrinter::End::failed) {
      say(printer_.why());
    }
    if (printer_.end()) {
      end(printer_.end() == LinePrinter::End::reader_gone && !job_ ? 0 : 1);
    } else if (chosen.over) {
      end(chosen.job ? job_->ended(*chosen.job) : 0);
    }
  }

  // remote::SessionListener
  void session_opened(SessionId) override {
    if (disconnected_at_) {
      const auto lasted = std::chrono::duration_cast<Duration>(monotonic_now() - *disconnected_at_);
      say("connected again; of " + to_string(lasted) + " nothing was received" +
          (job_ ? "" : ", and events of it are missing here"));
      disconnected_at_.reset();
    }
    if (!job_) {
      return;
    }
    if (!connected_before_) {
      job_->create([this](bool created) {
        if (created) {
          lines_.want_job(job_->id());
          session_.resume();
        } else {
          end(1);
        }
      });
    } else if (job_->created()) {
      job_->connected_again([this] { end(1); });
    }
    connected_before_ = true;
  }
  void session_closed(SessionId, DisconnectCause) override {
    connected_before_ = true;
    disconnected_at_ = monotonic_now();
    if (const std::size_t rest = buffer_.discard(); rest > 0 && !ending_) {
      say("the last line was cut off: " + std::to_string(rest) + " bytes of it are left out");
    }
  }
  void attempt_failed(DisconnectCause cause) override {
    if (cause == DisconnectCause::refused && !connected_before_) {
      end(1);
    }
  }
  void notice(SourceEvent event, std::string_view detail) override {
    const bool of_interest = event != SourceEvent::connected && event != SourceEvent::paused &&
                             event != SourceEvent::resumed;
    if (of_interest && !stopping_) {
      say(source_ + ": " + std::string(to_string(event)) + ": " + std::string(detail));
    }
  }

  void say(const std::string& text) {
    progress_.wipe();
    std::cerr << "penstock: " << text << std::endl;
  }

  void show_progress() {
    progress_timer_.expires_after(progress_every);
    progress_timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error && job_->created()) {
        progress_.show(monotonic_now(), [this] { return job_->progress(monotonic_now()); });
      }
      if (!error) {
        show_progress();
      }
    });
  }

  void end(int status) {
    if (std::exchange(ending_, true)) {
      return;
    }
    status_ = status;
    boost::asio::post(io_, [this] {
      stopping_ = true;
      session_.stop([this] { io_.stop(); });
    });
  }

  static constexpr Duration progress_every{500};

  boost::asio::io_context io_{1};
  boost::asio::posix::stream_descriptor interrupt_;
  ReaderWatch reader_;
  LinePrinter printer_;
  TailLines lines_;
  LineBuffer buffer_;
  std::string source_;
  std::optional<FollowedJob> job_;  // none: all of the source
  boost::asio::steady_timer progress_timer_{io_};
  ProgressLine progress_;
  std::optional<MonotonicTime> disconnected_at_;
  bool connected_before_ = false;
  bool ending_ = false;    // nothing more is printed
  bool stopping_ = false;  // what the session tells is due to that
  int status_ = 0;
  SourceCounters counters_;
  NoLog log_;
  remote::Session session_;  // last: it refers to the others
};

}  // namespace

int tail(const settings::Loaded& loaded, const settings::Inputs& inputs, const TailWanted& wanted) {
  std::signal(SIGPIPE, SIG_IGN);  // write() says it
  settings::Source filtered{.name = SourceName(wanted.source)};
  filtered.filter.types = wanted.types;
  filtered.filter.networks = wanted.networks;
  filtered.filter.countries = wanted.countries;
  if (!wanted.networks_file.empty()) {
    filtered.filter.networks_file = wanted.networks_file;
  }
  auto filter = make_filter(filtered);
  if (!filter) {
    std::cerr << "penstock: " << filter.error().what << '\n';
    return 1;
  }
  return Tail(loaded, inputs, wanted, std::move(*filter), nullptr).run();
}

int create_and_follow(const settings::Loaded& loaded, const settings::Inputs& inputs,
                      const std::string& source, const std::string& task) {
  std::signal(SIGPIPE, SIG_IGN);
  TailWanted wanted;
  wanted.source = source;
  return Tail(loaded, inputs, wanted, Filter(), &task).run();
}

}  // namespace penstock::app
