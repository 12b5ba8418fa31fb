#include "penstock/ops/service_status.hpp"

#include <algorithm>
#include <cmath>

#include "penstock/core/humane.hpp"
#include "penstock/core/limits.hpp"

namespace penstock::ops {
namespace {

std::string rate_text(std::uint64_t before, std::uint64_t now, double seconds) {
  const auto more = static_cast<double>(now - std::min(before, now));
  return short_count(seconds > 0 ? static_cast<std::uint64_t>(std::llround(more / seconds)) : 0);
}

// One unit is enough, and leaves the line on one: 12s, 5m, 3h, 2d.
std::string age_text(Duration age) {
  using namespace std::chrono;
  const auto whole = floor<seconds>(age);
  return whole < minutes{1}  ? std::to_string(whole.count()) + "s"
         : whole < hours{1}  ? std::to_string(floor<minutes>(whole).count()) + "m"
         : whole < hours{48} ? std::to_string(floor<hours>(whole).count()) + "h"
                             : std::to_string(whole / hours{24}) + "d";
}

}  // namespace

std::string service_status(const ServiceFigures& before, const ServiceFigures& now) {
  const double seconds = std::chrono::duration<double>(now.at - before.at).count();
  const std::string in = rate_text(before.received_events, now.received_events, seconds);
  const std::string out = rate_text(before.published_events, now.published_events, seconds);
  const bool away = now.kafka_away >= limits::kafka_away_shown;
  std::string text;
  if (now.draining) {
    text =
        "draining: " + short_count(now.waiting_events) + " events wait; " + out + " events/s out";
  } else {
    // Without Kafka there is no need to say why it isn't ready.
    text = (now.starting && !away ? "starting; " : "") + std::to_string(now.connected) + " of " +
           std::to_string(now.sources) + " connected; " + in +
           (away ? " events/s" : " events/s in, " + out + " out");
  }
  if (away) {
    text += "; Kafka away " + age_text(now.kafka_away);
  }
  return text + "; journal " + percent_text(now.journal_fill);
}

const ServiceFigures& RecentFigures::add(const ServiceFigures& now) {
  figures_.push_back(now);
  while (figures_.size() > 2 && now.at - figures_[1].at >= limits::status_rate_over) {
    figures_.pop_front();
  }
  return figures_.front();
}

}  // namespace penstock::ops
