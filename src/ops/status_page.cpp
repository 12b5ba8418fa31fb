#include "ops/status_page.hpp"

#include <algorithm>
#include <array>

#include "ops/html.hpp"
#include "ops/plot.hpp"
#include "penstock/core/humane.hpp"

namespace penstock::ops {
namespace {

constexpr std::chrono::hours timeline_span{24};

// Reasons and causes are words of the contract: kafka_away.
std::string words(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

void time(Html& out, WallTime at) {
  const std::string text = to_rfc3339(at);
  constexpr std::size_t date_and_time = 19;
  out.markup("<time datetime=\"").markup(text).markup("\">");
  std::string shown = text.substr(0, date_and_time);
  std::replace(shown.begin(), shown.end(), 'T', ' ');
  out.markup(shown).markup("</time>");
}

void figure(Html& out, std::string_view name, const std::string& value) {
  out.markup("<div><dt>").text(name).markup("</dt><dd>").text(value).markup("</dd></div>");
}

// A table that is wider than a phone scrolls by itself, also with the keyboard.
void begin_table(Html& out, std::string_view id, std::string_view label,
                 std::initializer_list<std::string_view> columns) {
  out.markup("<div class=\"scrolls\" role=\"region\" tabindex=\"0\" id=\"").text(id);
  out.markup("\" aria-label=\"").text(label).markup("\"><table><thead><tr>");
  for (const std::string_view column : columns) {
    out.markup("<th scope=\"col\">").text(column).markup("</th>");
  }
  out.markup("</tr></thead><tbody>");
}
void end_table(Html& out) { out.markup("</tbody></table></div>"); }

template <class... Cells>
void row(Html& out, const Cells&... cells) {
  out.markup("<tr>");
  (out.markup("<td>").text(cells).markup("</td>"), ...);
  out.markup("</tr>");
}

void findings(Html& out, std::string_view title, const std::vector<HealthFinding>& found) {
  if (found.empty()) {
    return;
  }
  out.markup("<p>").text(title).markup("</p><ul>");
  for (const HealthFinding& finding : found) {
    out.markup("<li>").text(reason_text(finding.reason));
    if (!finding.source.empty()) {
      out.markup(": ").text(finding.source);
    }
    if (!finding.detail.empty()) {
      out.markup(": ").text(finding.detail);
    }
    out.markup("</li>");
  }
  out.markup("</ul>");
}

void summary(Html& out, const StatusSnapshot& snapshot) {
  const auto reasons = not_ready(snapshot.health);
  const auto partly = degraded(snapshot.health);
  const std::string_view state = !reasons.empty()  ? "not-ready"
                                 : !partly.empty() ? "degraded"
                                                   : "ready";
  const std::string_view word = !reasons.empty()  ? "Not ready"
                                : !partly.empty() ? "Degraded"
                                                  : "Ready";
  out.markup("<section id=\"summary\" class=\"").markup(state).markup("\"><h2>").text(word);
  out.markup("</h2>");
  findings(out, "Events don't flow as they should:", reasons);
  findings(out, "This works only in part:", partly);
  out.markup("<p class=\"about\">penstock ").text(snapshot.version).markup(" on ");
  out.text(snapshot.host).markup(", up for ").text(spoken(snapshot.now - snapshot.started_at));
  out.markup("; as of ");
  time(out, snapshot.now);
  out.markup(" UTC</p></section>");
}

void plots(Html& out, const SourceStatus& source) {
  std::vector<std::optional<double>> rates;
  std::vector<std::optional<double>> lags;
  double largest_rate = 0;
  double largest_lag = 0;
  for (const HistoryPoint& point : source.history.points()) {
    rates.emplace_back(point.events_per_second);
    lags.push_back(point.lag_seconds);
    largest_rate = std::max(largest_rate, point.events_per_second);
    largest_lag = std::max(largest_lag, point.lag_seconds.value_or(0));
  }
  const auto add = [&](std::string_view name, std::string_view unit, const auto& values,
                       double largest) {
    const std::optional<double> last = values.empty() ? std::nullopt : values.back();
    const std::string now = last ? rounded(*last) + std::string(unit) : "none";
    const std::string most = rounded(largest) + std::string(unit);
    out.markup("<figure>")
        .markup(
            line_plot(values, SourceHistory::points_kept,
                      std::string(name) + " over ten minutes: now " + now + ", at most " + most));
    out.markup("<figcaption>").text(name).markup(": <strong>").text(now);
    out.markup("</strong>, at most ").text(most).markup("</figcaption></figure>");
  };
  out.markup("<div class=\"plots\">");
  add("Rate", " events/s", rates, largest_rate);
  add("Delay", " s", lags, largest_lag);
  out.markup("</div>");
}

void journal(Html& out, const SourceStatus& source) {
  const std::uint64_t capacity = std::max<std::uint64_t>(source.journal_capacity_bytes, 1);
  const double percent =
      100.0 * static_cast<double>(source.journal_bytes) / static_cast<double>(capacity);
  out.markup("<p class=\"journal\"><label>Journal: <meter min=\"0\" max=\"");
  out.markup(std::to_string(capacity)).markup("\" high=\"").markup(std::to_string(capacity / 2));
  out.markup("\" value=\"").markup(std::to_string(source.journal_bytes)).markup("\"></meter> ");
  out.text(rounded(percent)).markup(" % of ").text(spoken(Bytes{source.journal_capacity_bytes}));
  out.markup("</label></p>");
}

void gaps(Html& out, const SourceStatus& source, WallTime now) {
  std::uint64_t all = 0;
  std::string states;
  for (std::size_t i = 0; i < source.gaps.size(); ++i) {
    all += source.gaps[i];
    if (source.gaps[i] > 0) {
      states += (states.empty() ? "" : ", ") + grouped(source.gaps[i]) + " " + gap_words[i];
    }
  }
  const std::string text = all == 0 ? "none" : states;
  out.markup("<h4>Gaps of the last day</h4>");
  out.markup(gap_timeline(source.latest.gaps, now - timeline_span, now,
                          "Gaps of " + source.name + " in the last 24 hours"));
  out.markup("<p>Since the start: ").text(text).markup("</p>");
  if (source.latest.gaps.empty()) {
    return;
  }
  const std::string id = "gaps-" + source.name;
  out.markup("<details id=\"")
      .text(id)
      .markup("-details\"><summary id=\"")
      .text(id)
      .markup("-summary\">The latest ");
  out.text(source.latest.gaps.size()).markup("</summary>");
  begin_table(
      out, id, "Gaps of " + source.name,
      {"From (UTC)", "Lasted", "Cause", "State", "Events missed, estimated", "Events recovered"});
  for (auto gap = source.latest.gaps.rbegin(); gap != source.latest.gaps.rend(); ++gap) {
    out.markup("<tr><td>");
    time(out, gap->started_at);
    out.markup("</td><td>");
    out.text(gap->ended_at ? spoken(*gap->ended_at - gap->started_at)
                           : "for " + spoken(now - gap->started_at));
    out.markup("</td><td>").text(words(to_string(gap->cause))).markup("</td><td>");
    out.text(gap->state).markup("</td><td>");
    out.text(gap->estimated_events ? grouped(*gap->estimated_events) : "unknown");
    out.markup("</td><td>").text(gap->recovered_events).markup("</td></tr>");
  }
  end_table(out);
  out.markup("</details>");
}

void jobs(Html& out, const SourceStatus& source, WallTime now) {
  std::string states;
  for (std::size_t i = 0; i < source.jobs.size(); ++i) {
    if (source.jobs[i] > 0) {
      states += (states.empty() ? "" : ", ") + grouped(source.jobs[i]) + " " + job_words[i];
    }
  }
  if (states.empty() && source.latest.jobs.empty()) {
    return;
  }
  out.markup("<h4>Jobs</h4><p>").text(states).markup("</p>");
  if (!source.latest.replays.empty()) {
    begin_table(out, "replays-" + source.name, "Replays of " + source.name,
                {"Being replayed", "For", "Events so far", "Of them missing before"});
    for (const ReplayView& replay : source.latest.replays) {
      row(out, replay.job_id, spoken(now - replay.started_at), replay.delivered_events,
          replay.published_events);
    }
    end_table(out);
  }
  if (source.latest.jobs.empty()) {
    return;
  }
  const std::string id = "jobs-" + source.name;
  out.markup("<details id=\"")
      .text(id)
      .markup("-details\"><summary id=\"")
      .text(id)
      .markup("-summary\">The latest ");
  out.text(source.latest.jobs.size()).markup("</summary>");
  begin_table(out, id, "Jobs of " + source.name,
              {"Job", "Status", "Events published", "Replays", "Complete"});
  for (auto job = source.latest.jobs.rbegin(); job != source.latest.jobs.rend(); ++job) {
    row(out, job->job_id, job->status, job->events, job->replays,
        std::string_view(job->settled ? "yes" : "not yet"));
  }
  end_table(out);
  out.markup("</details>");
}

void dead_letters(Html& out, const SourceStatus& source) {
  std::string reasons;
  for (std::size_t i = 0; i < source.dead_letters.size(); ++i) {
    if (source.dead_letters[i] > 0) {
      reasons += (reasons.empty() ? "" : ", ") + grouped(source.dead_letters[i]) + " " +
                 words(to_string(static_cast<DeadLetterReason>(i)));
    }
  }
  if (!reasons.empty()) {
    out.markup("<h4>Dead letters</h4><p>").text(reasons).markup("</p>");
  }
}

std::string connection(const SourceStatus& source, WallTime now) {
  if (source.health.taken_over) {
    return "Taken over by another instance";
  }
  if (source.health.removed) {
    return "No longer configured; what was received goes out";
  }
  if (source.connected_since) {
    return "Connected for " + spoken(now - *source.connected_since);
  }
  return source.health.refused ? "Refused by the remote: is the token right?" : "Not connected";
}

void article(Html& out, const SourceStatus& source, WallTime now) {
  const std::string id = "source-" + source.name;
  out.markup("<article id=\"").text(id).markup("\" aria-labelledby=\"").text(id);
  out.markup("-name\"><h3 id=\"").text(id).markup("-name\">").text(source.name);
  out.markup("</h3><p class=\"");
  out.markup(source.connected_since ? "connected" : "disconnected").markup("\">");
  out.text(connection(source, now)).markup("</p>");
  plots(out, source);
  out.markup("<dl>");
  figure(out, "Received", grouped(source.received_events));
  figure(out, "Published", grouped(source.published_events));
  figure(out, "Not yet in Kafka", grouped(source.journal_events));
  figure(out, "Duplicates left out", grouped(source.duplicate_events));
  figure(out, "Filtered", grouped(source.filtered_events));
  figure(out, "Dead letters", grouped(source.dead_letters_of_all_reasons()));
  out.markup("</dl>");
  journal(out, source);
  gaps(out, source, now);
  jobs(out, source, now);
  dead_letters(out, source);
  out.markup("</article>");
}

void latest_events(Html& out, const std::vector<StatusEvent>& events) {
  out.markup("<section id=\"latest\"><h2>What happened last</h2>");
  if (events.empty()) {
    out.markup("<p>Nothing yet.</p></section>");
    return;
  }
  begin_table(out, "latest-events", "What happened last", {"At (UTC)", "Source", "What", "Detail"});
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    out.markup("<tr><td>");
    time(out, event->at);
    out.markup("</td><td>").text(event->source).markup("</td><td>").text(words(event->event));
    out.markup("</td><td>").text(event->detail).markup("</td></tr>");
  }
  end_table(out);
  out.markup("</section>");
}

}  // namespace

std::string main_part(const StatusSnapshot& snapshot) {
  Html out;
  summary(out, snapshot);
  out.markup("<section id=\"sources\"><h2>Sources</h2><div class=\"sources\">");
  for (const SourceStatus& source : snapshot.sources) {
    article(out, source, snapshot.now);
  }
  out.markup("</div></section>");
  latest_events(out, snapshot.events);
  return std::move(out).str();
}

std::string status_page(const StatusSnapshot& snapshot) {
  Html out;
  out.markup(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<meta name=\"color-scheme\" content=\"light dark\">"
      "<noscript><meta http-equiv=\"refresh\" content=\"10\"></noscript><title>penstock on ");
  out.text(snapshot.host);
  out.markup(
      "</title><link rel=\"stylesheet\" href=\"style.css\">"
      "<script src=\"live.js\" defer></script></head><body>"
      "<header><h1>penstock</h1><p id=\"live\" role=\"status\"></p></header><main id=\"state\">");
  out.markup(main_part(snapshot));
  out.markup(
      "</main><footer><nav aria-label=\"For programs\"><a href=\"status\">status as JSON</a> "
      "<a href=\"metrics\">metrics</a> <a href=\"readyz\">ready?</a> "
      "<a href=\"livez\">alive?</a> <a "
      "href=\"version\">version</a></nav></footer></body></html>\n");
  return std::move(out).str();
}

}  // namespace penstock::ops
