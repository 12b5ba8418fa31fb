// What happened in a run, line by line. Lines are made only where somebody reads them.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "penstock/core/log.hpp"
#include "support/turned_clock.hpp"

namespace penstock::scenario {

class Story {
 public:
  Story(const test::TurnedClock& clock, bool told)
      : clock_(clock), told_(told), start_(clock.wall()) {}

  bool told() const { return told_; }
  // `parts` are strings and numbers; without spaces between them.
  template <class... Parts>
  void say(std::string_view who, const Parts&... parts) {
    if (told_) {
      begin(who);
      (add(parts), ...);
      text_ += '\n';
    }
  }
  const std::string& text() const { return text_; }
  // Seconds since the beginning.
  std::string at(WallTime time) const {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", std::chrono::duration<double>(time - start_).count());
    return text;
  }

 private:
  void begin(std::string_view who) {
    char text[64];
    std::snprintf(text, sizeof text, "%9s s  %-12.*s ", at(clock_.wall()).c_str(),
                  static_cast<int>(who.size()), who.data());
    text_ += text;
  }
  void add(std::string_view part) { text_ += part; }
  template <class Number>
  requires std::is_arithmetic_v<Number>
  void add(Number part) { text_ += std::to_string(part); }

  const test::TurnedClock& clock_;
  bool told_;
  WallTime start_;
  std::string text_;
};

// What the code under test logs is part of the story.
class StoryLog final : public Log {
 public:
  explicit StoryLog(Story& story) : story_(story) {}
  void write(LogLevel, std::string_view event, std::initializer_list<LogField> fields) override {
    if (!story_.told()) {
      return;
    }
    std::string who, text(event);
    for (const LogField& field : fields) {
      const auto* const string = std::get_if<std::string_view>(&field.value);
      if (field.name == "source") {
        who = *string;
      } else if (string != nullptr) {
        text += ", " + std::string(field.name) + ": " + std::string(*string);
      }
    }
    story_.say(who, text);
  }

 private:
  Story& story_;
};

}  // namespace penstock::scenario
