// A Session with everything around it, for tests against servers on loopback.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "penstock/remote/session.hpp"
#include "remote_fixture.hpp"

namespace penstock::remote::test {

// Keeps what is told, and each session's bytes.
class Recorder final : public ByteSink, public SessionListener, public Log {
 public:
  std::span<char> writable() override { return std::span(buffer_).first(std::min(room, piece)); }
  bool is_ahead() override { return ahead && ahead(); }
  void received(std::size_t count) override {
    bodies.back().append(buffer_.data(), count);
    room -= count;
  }

  void session_opened(SessionId session) override {
    EXPECT_EQ(session.value, bodies.size() + 1);
    bodies.emplace_back();
  }
  void session_closed(SessionId session, DisconnectCause cause) override {
    EXPECT_EQ(session.value, bodies.size());
    closed.push_back(cause);
    if (on_closed) {
      on_closed();
    }
  }
  void attempt_failed(DisconnectCause cause) override { failed.push_back(cause); }
  void notice(SourceEvent event, std::string_view detail) override {
    notices.push_back(std::string(to_string(event)) + ": " + std::string(detail));
    if (on_notice) {
      on_notice(event);
    }
  }

  void write(LogLevel, std::string_view event, std::initializer_list<LogField> fields) override {
    std::string line(event);
    for (const LogField& field : fields) {
      line += " " + std::string(field.name) + "=";
      if (const auto* text = std::get_if<std::string_view>(&field.value)) {
        line += *text;
      } else if (const auto* number = std::get_if<std::uint64_t>(&field.value)) {
        line += std::to_string(*number);
      }
    }
    lines.push_back(std::move(line));
  }

  bool noticed(SourceEvent event) const {
    return std::ranges::any_of(
        notices, [&](const std::string& notice) { return notice.starts_with(to_string(event)); });
  }

  std::size_t room = 1u << 30;
  std::size_t piece = 4096;  // what writable() gives at most
  std::vector<std::string> bodies;
  std::vector<DisconnectCause> closed;
  std::vector<DisconnectCause> failed;
  std::vector<std::string> notices;
  std::vector<std::string> lines;
  std::function<bool()> ahead;
  std::function<void()> on_closed;
  std::function<void(SourceEvent)> on_notice;

 private:
  std::array<char, 4096> buffer_{};
};

class SessionFixture : public RemoteFixture {
 protected:
  SessionOptions options(std::string url) const {
    BackoffOptions backoff;
    backoff.network_step = Duration(0);
    backoff.refused = std::chrono::hours(1);
    return {.source = SourceName("firehose"),
            .url = std::move(url),
            .token_header = "X-Token",
            .read_token = [] { return Result<std::string>(token); },
            .ca_file = ca_file,
            .connect_timeout = std::chrono::seconds(20),
            .stall_timeout = std::chrono::seconds(20),
            .backoff = backoff,
            .user_agent = "penstock/test",
            .proxy = {},
            .seed = 1};
  }

  void start(SessionOptions chosen) {
    session =
        std::make_unique<Session>(io, std::move(chosen), recorder, recorder, counters, recorder);
    session->start();
  }
  void start(const TestServer& server) { start(options(server.url())); }

  [[nodiscard]] bool stop() {
    bool stopped = false;
    session->stop([&] { stopped = true; });
    EXPECT_FALSE(stopped);
    return run_until([&] { return stopped; });
  }

  std::uint64_t disconnects(DisconnectCause cause) const {
    return counters.disconnects[static_cast<std::size_t>(cause)].get();
  }

  Recorder recorder;
  SourceCounters counters;
  std::unique_ptr<Session> session;
};

}  // namespace penstock::remote::test
