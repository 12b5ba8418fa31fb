#include "jobs/job_records.hpp"

#include <limits>

#include "jobs/record_text.hpp"

namespace penstock::jobs {
namespace {

// The enumerator of that name, of the first `count`.
template <class Enum>
std::optional<Enum> named(std::string_view word, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (word == to_string(static_cast<Enum>(i))) {
      return static_cast<Enum>(i);
    }
  }
  return std::nullopt;
}

// Where the field is there it must hold a known word.
template <class Enum>
void read_word(RecordReader& in, std::string_view name, std::size_t count, Enum& value) {
  if (const auto word = in.text(name)) {
    const auto known = named<Enum>(*word, count);
    if (known) {
      value = *known;
    } else {
      in.refuse();
    }
  }
}

void write_flag(RecordWriter& out, std::string_view name, const std::optional<bool>& flag) {
  if (flag) {
    out.text(name, *flag ? "true" : "false");
  }
}

std::optional<bool> read_flag(RecordReader& in, std::string_view name) {
  const auto word = in.text(name);
  if (!word) {
    return std::nullopt;
  }
  if (word != "true" && word != "false") {
    in.refuse();
  }
  return word == "true";
}

void write_rate(RecordWriter& out, const Rate& rate) {
  if (rate != Rate{}) {
    out.number("rate_events", rate.events);
    out.number("rate_ms", static_cast<std::uint64_t>(rate.time.count()));
  }
}

Rate read_rate(RecordReader& in) {
  const std::uint64_t ms = in.number("rate_ms").value_or(0);
  if (ms > static_cast<std::uint64_t>(std::numeric_limits<Duration::rep>::max())) {
    in.refuse();
    return {};
  }
  return {.events = in.number("rate_events").value_or(0),
          .time = Duration(static_cast<Duration::rep>(ms))};
}

std::optional<Backlog> read_backlog(RecordReader& in) {
  const auto since = in.time("backlog_since"), until = in.time("backlog_until");
  return since && until ? std::optional(Backlog{*since, *until}) : std::nullopt;
}

std::string key_of(std::string_view part, std::string_view id) {
  return std::string(part).append(id);
}

}  // namespace

std::string job_key(std::string_view job) { return key_of(job_part, job); }
std::string gap_key(std::string_view gap) { return key_of(gap_part, gap); }
std::string encode(const Job& job) {
  RecordWriter out;
  out.text("state", to_string(job.state));
  write_flag(out, "success", job.flags.success);
  write_flag(out, "started", job.flags.started);
  write_flag(out, "completed", job.flags.completed);
  write_flag(out, "revoked", job.flags.revoked);
  out.time("requested_at", job.requested_at).time("finished_at", job.finished_at);
  out.time("seen_at", job.seen_at).time("ended_at", job.ended_at);
  out.number("events", job.events).number("replays", job.replays);
  out.flag("created", job.created).flag("live", job.live);
  if (job.has_ledger()) {
    write_flag(out, "replayed", job.replayed);
  }
  out.flag("forced", job.forced).flag("held", job.held);
  out.flag("predates", job.predates)
      .flag("incomplete", job.incomplete)
      .flag("dropped", job.dropped);
  out.flag("settled", job.settled).time("settled_before", job.settled_before);
  if (!job.settled_by.empty()) {
    out.text("settled_by", job.settled_by);
  }
  if (job.given_up != GivenUp::no) {
    out.text("given_up", to_string(job.given_up));
  }
  out.time("over_at", job.over_at);
  return std::move(out).take();
}

Result<Job> decode_job(std::string_view value) {
  RecordReader in(value);
  Job job;
  read_word(in, "state", job_states, job.state);
  job.flags = {.success = read_flag(in, "success"),
               .started = read_flag(in, "started"),
               .completed = read_flag(in, "completed"),
               .revoked = read_flag(in, "revoked")};
  job.requested_at = in.time("requested_at");
  job.finished_at = in.time("finished_at");
  job.seen_at = in.time("seen_at");
  job.ended_at = in.time("ended_at");
  job.events = in.number("events").value_or(0);
  job.replays = in.number("replays").value_or(0);
  job.created = in.flag("created");
  job.live = in.flag("live");
  job.replayed = read_flag(in, "replayed").value_or(true);
  job.forced = in.flag("forced");
  job.held = in.flag("held");
  job.predates = in.flag("predates");
  job.incomplete = in.flag("incomplete");
  job.dropped = in.flag("dropped");
  job.settled = job.settled_earlier = in.flag("settled");
  job.settled_before = in.time("settled_before");
  job.settled_by = in.text("settled_by").value_or("");
  read_word(in, "given_up", given_up_reasons, job.given_up);
  job.over_at = in.time("over_at");
  if (!in.usable()) {
    return in.error();
  }
  return job;
}

bool ends_ledger(std::string_view job_value) {
  const RecordReader in(job_value);
  return in.flag("settled") || in.flag("dropped");
}

std::string encode(const Gap& gap) {
  RecordWriter out;
  out.text("state", to_string(gap.state)).text("cause", to_string(gap.cause));
  out.time("started_at", gap.started_at).time("ended_at", gap.ended_at);
  out.number("truncated_bytes", gap.truncated_bytes);
  write_rate(out, gap.rate);
  out.number("recovered_events", gap.recovered_events).flag("lost", gap.lost);
  if (gap.behind) {
    out.number("behind", gap.behind->value);
  }
  out.text("note", gap.note).number("more_jobs", gap.more_jobs);
  for (const std::string& job : gap.jobs) {
    out.text("job", job);
  }
  return std::move(out).take();
}

Result<Gap> decode_gap(std::string_view id, std::string_view value) {
  RecordReader in(value);
  Gap gap;
  gap.id = id;
  read_word(in, "state", gap_states, gap.state);
  read_word(in, "cause", disconnect_causes, gap.cause);
  const auto started_at = in.time("started_at");
  gap.ended_at = in.time("ended_at");
  gap.truncated_bytes = in.number("truncated_bytes").value_or(0);
  gap.rate = read_rate(in);
  gap.recovered_events = in.number("recovered_events").value_or(0);
  gap.lost = in.flag("lost");
  if (const auto behind = in.number("behind")) {
    gap.behind = SessionId{*behind};
  }
  gap.note = in.text("note").value_or("");
  gap.more_jobs = in.number("more_jobs").value_or(0);
  for (const std::string_view job : in.all("job")) {
    gap.jobs.emplace_back(job);
  }
  const bool has_its_times = started_at && (gap.state == GapState::open || gap.ended_at);
  if (!has_its_times || !in.usable()) {
    return in.error();
  }
  gap.started_at = *started_at;
  return gap;
}

std::string encode(const SessionRecord& session) {
  RecordWriter out;
  out.flag("open", session.open).number("session", session.session.value);
  out.time("received_at", session.received_at).time("first_session", session.first_session);
  if (session.backlog) {
    out.time("backlog_since", session.backlog->since);
    out.time("backlog_until", session.backlog->caught_up);
  }
  write_rate(out, session.rate);
  out.flag("overflowed", session.overflowed).flag("uncounted", session.uncounted);
  out.text("journal", session.journal).text("host", session.host);
  return std::move(out).take();
}

Result<SessionRecord> decode_session(std::string_view value) {
  RecordReader in(value);
  SessionRecord session{.open = in.flag("open"),
                        .session = SessionId{in.number("session").value_or(0)},
                        .received_at = in.time("received_at"),
                        .first_session = in.time("first_session"),
                        .backlog = read_backlog(in),
                        .rate = read_rate(in),
                        .overflowed = in.flag("overflowed"),
                        .uncounted = in.flag("uncounted"),
                        .journal = std::string(in.text("journal").value_or("")),
                        .host = std::string(in.text("host").value_or(""))};
  if (!in.usable()) {
    return in.error();
  }
  return session;
}

}  // namespace penstock::jobs
