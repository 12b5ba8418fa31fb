#include "penstock/app/commands/tail.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <iostream>

#include "app/commands/followed_job.hpp"
#include "app/commands/interrupt.hpp"
#include "app/commands/line_buffer.hpp"
#include "app/commands/line_printer.hpp"
#include "app/commands/reader_watch.hpp"
#include "app/commands/tail_lines.hpp"
#include "app/commands/timed_progress.hpp"
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

class Tail final : private ByteSink, private remote::SessionListener {
 public:
  Tail(const settings::Loaded& loaded, const settings::Inputs& inputs, const TailWanted& wanted,
       Filter filter, const std::string* task)
      : printer_(STDOUT_FILENO, interrupt_.descriptor(), loaded.settings.events.max_size),
        lines_(wanted, std::move(filter), loaded.settings.events.max_size, task != nullptr),
        buffer_(loaded.settings.events.max_size),
        source_(wanted.source),
        session_(io_,
                 session_options(loaded.settings, source_of(loaded.settings, wanted.source),
                                 inputs.environment,
                                 token_reader(loaded.settings.api, inputs.environment)),
                 *this, *this, counters_, log_) {
    if (task != nullptr) {
      job_.emplace(io_, loaded, inputs, *task, [this](const std::string& text) { say(text); });
      progress_.emplace(io_, [this] { return job_->progress(monotonic_now()); });
    }
  }

  int run() {
    session_.start();
    io_.run();
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
      end(1);
    } else if (printer_.end()) {
      end(job_ ? 1 : 0);
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
        if (!created) {
          end(1);
          return;
        }
        lines_.want_job(job_->id());
        session_.resume();
        if (opened_meanwhile_) {
          job_->connected_again([this] { end(1); });
        }
      });
    } else if (job_->created()) {
      job_->connected_again([this] { end(1); });
    } else {
      opened_meanwhile_ = true;
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
    if (progress_) {
      progress_->wipe();
    }
    std::cerr << "penstock: " << text << std::endl;
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

  boost::asio::io_context io_{1};
  Interrupt interrupt_{io_, [this] { end(job_ ? 1 : 0); }};
  ReaderWatch reader_{io_, STDOUT_FILENO, [this] { end(job_ ? 1 : 0); }};
  LinePrinter printer_;
  TailLines lines_;
  LineBuffer buffer_;
  std::string source_;
  std::optional<FollowedJob> job_;         // none: all of the source
  std::optional<TimedProgress> progress_;  // of job_
  std::optional<MonotonicTime> disconnected_at_;
  bool connected_before_ = false;
  bool opened_meanwhile_ = false;  // another session, while the job was being created
  bool ending_ = false;            // nothing more is printed
  bool stopping_ = false;          // what the session tells is due to that
  int status_ = 0;
  SourceCounters counters_;
  NoLog log_;
  remote::Session session_;  // last: it refers to the others
};

}  // namespace

int tail(const settings::Loaded& loaded, const settings::Inputs& inputs, const TailWanted& wanted) {
  std::signal(SIGPIPE, SIG_IGN);  // write() says it
  settings::Source filtered{.name = SourceName(wanted.source)};
  filtered.filter = wanted.filter;
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
