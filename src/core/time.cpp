#include "penstock/core/time.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace penstock {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hh_mm_ss;
using std::chrono::sys_days;
using std::chrono::year_month_day;

// Reads digits at fixed places and checks the characters between them.
class Fixed {
 public:
  explicit Fixed(std::string_view text) : text_(text) {}
  int digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const char c = take();
      if (c < '0' || c > '9') {
        ok_ = false;
        return 0;
      }
      value = value * 10 + (c - '0');
    }
    return value;
  }
  void literal(std::string_view expected) {
    for (char c : expected) {
      ok_ = take() == c && ok_;
    }
  }
  std::string_view word(std::size_t count) {
    if (text_.size() < count) {
      ok_ = false;
      return {};
    }
    const auto result = text_.substr(0, count);
    text_.remove_prefix(count);
    return result;
  }
  char take() {
    if (text_.empty()) {
      ok_ = false;
      return '\0';
    }
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }
  char peek() const { return text_.empty() ? '\0' : text_.front(); }
  bool done() const { return ok_ && text_.empty(); }

 private:
  std::string_view text_;
  bool ok_ = true;
};

struct TimeOfDay {
  int hour, minute, second;
};

TimeOfDay take_time(Fixed& in) {
  TimeOfDay time{};
  time.hour = in.digits(2);
  in.literal(":");
  time.minute = in.digits(2);
  in.literal(":");
  time.second = in.digits(2);
  return time;
}

std::optional<WallTime> compose(int year, unsigned month, int day, TimeOfDay time) {
  const year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                            std::chrono::day{static_cast<unsigned>(day)}};
  // 60 is a leap second (RFC 3339 section 5.6); it becomes the next minute's first.
  if (!date.ok() || time.hour > 23 || time.minute > 59 || time.second > 60) {
    return std::nullopt;
  }
  return WallTime(sys_days(date)) + std::chrono::hours(time.hour) +
         std::chrono::minutes(time.minute) + std::chrono::seconds(time.second);
}

// From 1; 0, which is no month, where it has no such name.
unsigned take_month(Fixed& in) {
  constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto found = std::find(names.begin(), names.end(), in.word(3));
  return found == names.end() ? 0 : static_cast<unsigned>(found - names.begin()) + 1;
}

// `, 06 Nov 1994 08:49:37 GMT`
std::optional<WallTime> imf_date(Fixed in) {
  in.literal(", ");
  const int day = in.digits(2);
  in.literal(" ");
  const unsigned month = take_month(in);
  in.literal(" ");
  const int year = in.digits(4);
  in.literal(" ");
  const TimeOfDay time = take_time(in);
  in.literal(" GMT");
  return in.done() ? compose(year, month, day, time) : std::nullopt;
}

// `, 06-Nov-94 08:49:37 GMT`
std::optional<WallTime> rfc850_date(Fixed in, WallTime now) {
  in.literal(", ");
  const int day = in.digits(2);
  in.literal("-");
  const unsigned month = take_month(in);
  in.literal("-");
  const int short_year = in.digits(2);
  in.literal(" ");
  const TimeOfDay time = take_time(in);
  in.literal(" GMT");
  if (!in.done()) {
    return std::nullopt;
  }
  const auto today = floor<days>(now);
  const year_month_day date{today};
  const WallTime latest = sys_days(date + std::chrono::years(50)) + (now - today);
  const int century = static_cast<int>(date.year()) / 100 * 100;
  for (const int first : {century + 100, century, century - 100}) {
    if (const auto found = compose(first + short_year, month, day, time);
        found && *found <= latest) {
      return found;
    }
  }
  return std::nullopt;
}

// ` Nov  6 08:49:37 1994`
std::optional<WallTime> asctime_date(Fixed in) {
  in.literal(" ");
  const unsigned month = take_month(in);
  in.literal(" ");
  const bool one_digit = in.peek() == ' ';
  if (one_digit) {
    in.take();
  }
  const int day = in.digits(one_digit ? 1 : 2);
  in.literal(" ");
  const TimeOfDay time = take_time(in);
  in.literal(" ");
  const int year = in.digits(4);
  return in.done() ? compose(year, month, day, time) : std::nullopt;
}

}  // namespace

std::string to_rfc3339(WallTime time) {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::array<char, 40> buffer{};
  const int length = std::snprintf(
      buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()));
  return {buffer.data(), static_cast<std::size_t>(length)};
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  Fixed in(text);
  const int year = in.digits(4);
  in.literal("-");
  const int month = in.digits(2);
  in.literal("-");
  const int day = in.digits(2);
  const char separator = in.take();
  if (separator != 'T' && separator != 't' && separator != ' ') {
    return std::nullopt;
  }
  const TimeOfDay time = take_time(in);
  int millisecond = 0;
  if (in.peek() == '.') {
    in.take();
    int digits = 0;
    for (; in.peek() >= '0' && in.peek() <= '9'; ++digits) {
      const int digit = in.digits(1);
      millisecond = digits < 3 ? millisecond * 10 + digit : millisecond;
    }
    if (digits == 0) {
      return std::nullopt;
    }
    for (; digits < 3; ++digits) {
      millisecond *= 10;
    }
  }
  std::chrono::minutes offset{0};
  const char zone = in.take();
  if (zone == '+' || zone == '-') {
    const int hours = in.digits(2);
    in.literal(":");
    const int minutes = in.digits(2);
    if (hours > 23 || minutes > 59) {
      return std::nullopt;
    }
    offset = std::chrono::minutes(hours * 60 + minutes) * (zone == '-' ? -1 : 1);
  } else if (zone != 'Z' && zone != 'z') {
    return std::nullopt;
  }
  if (!in.done()) {
    return std::nullopt;
  }
  const auto local = compose(year, static_cast<unsigned>(month), day, time);
  return local ? std::optional(*local + std::chrono::milliseconds(millisecond) - offset)
               : std::nullopt;
}

std::optional<WallTime> parse_http_date(std::string_view text, WallTime now) {
  const std::size_t name = text.find_first_of(", ");
  if (name == std::string_view::npos) {
    return std::nullopt;
  }
  Fixed in(text.substr(name));
  if (in.peek() == ' ') {
    return asctime_date(in);
  }
  constexpr std::size_t short_name = 3;  // of a weekday
  return name == short_name ? imf_date(in) : rfc850_date(in, now);
}

}  // namespace penstock
