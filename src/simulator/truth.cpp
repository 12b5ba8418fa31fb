#include "simulator/truth.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "penstock/core/json_writer.hpp"

namespace penstock::simulator {
namespace {

std::string base64(std::string_view bytes) {
  // EVP_EncodeBlock writes a NUL behind its output.
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace

std::uint64_t Truth::open_session() {
  sessions_.emplace_back();
  return sessions_.size();
}

void Truth::add_line(std::uint64_t session, std::uint64_t n, LineKind kind) {
  Session& in = at(session);
  ++in.lines;
  if (!in.runs.empty()) {
    Run& last = in.runs.back();
    if (last.kind == kind && last.first + last.count == n && last.count < UINT32_MAX) {
      ++last.count;
      return;
    }
  }
  in.runs.push_back({n, 1, kind});
}

void Truth::set_cut(std::uint64_t session, std::optional<std::uint64_t> cut) {
  at(session).cut = cut;
}

void Truth::end_session(std::uint64_t session, SessionState state) { at(session).state = state; }

TruthReader::TruthReader(const Truth& truth, const SourceScript& script, std::uint64_t decided)
    : truth_(truth), script_(script) {
  for (const Truth::Session& session : truth.sessions_) {
    sessions_.push_back({session.lines, session.state != SessionState::open});
  }
  if (script.jobs_from()) {
    find_missed(decided);
  }
}

void TruthReader::find_missed(std::uint64_t decided) {
  const std::uint64_t first = *script_.jobs_from();
  std::vector<bool> carried(decided - first);
  for (const Truth::Session& session : truth_.sessions_) {
    std::uint64_t last = 0;
    for (const Truth::Run& run : session.runs) {
      last = run.first + run.count - 1;
      for (std::uint64_t n = std::max(run.first, first); n <= last && n < decided; ++n) {
        carried[n - first] = carried[n - first] || run.kind == LineKind::event;
      }
    }
    if (last >= first && last < decided && !carried_its_last(session)) {
      carried[last - first] = false;
    }
  }
  for (std::uint64_t n = first; n < decided; ++n) {
    if (!carried[n - first]) {
      missed_.push_back(n);
    }
  }
}

// All of its bytes make an event, with or without the line end. Of an open session the rest may
// still come.
bool TruthReader::carried_its_last(const Truth::Session& session) const {
  if (!session.cut || session.state == SessionState::open) {
    return true;
  }
  const Truth::Run& run = session.runs.back();
  std::string whole;
  script_.append(whole, run.first + run.count - 1, run.kind);
  return run.kind == LineKind::event && *session.cut >= whole.size();
}

std::optional<TruthRecord> TruthReader::next() {
  while (session_ < sessions_.size()) {
    const Seen& seen = sessions_[session_];
    const Truth::Session& session = truth_.sessions_[session_];
    while (line_ < seen.lines) {
      if (std::optional<TruthRecord> told = line(session)) {
        return told;
      }
    }
    ++session_;
    line_ = 0;
    const std::uint64_t told = std::exchange(told_, 0);
    run_ = 0;
    in_run_ = 0;
    if (seen.ended) {
      TruthRecord record;
      record.session = session_;
      record.n = told;
      record.ended = session.state;
      return record;
    }
  }
  return missed_told_ < missed_.size() ? std::optional(missed()) : std::nullopt;
}

std::optional<TruthRecord> TruthReader::line(const Truth::Session& session) {
  const Truth::Run& run = session.runs[run_];
  const std::uint64_t n = run.first + in_run_;
  buffer_.clear();
  script_.append(buffer_, n, run.kind);
  const bool cut = session.cut && line_ + 1 == session.lines;
  ++line_;
  if (++in_run_ == run.count) {
    ++run_;
    in_run_ = 0;
  }
  if (is_blank(buffer_)) {
    return std::nullopt;
  }
  ArchivedLine seen = script_.look(n, run.kind, buffer_);
  if (cut) {
    buffer_.resize(std::min<std::size_t>(buffer_.size(), *session.cut));
    seen.bad.reset();
  }
  TruthRecord record;
  record.session = session_ + 1;
  record.n = told_++;
  record.whole = !cut;
  record.bytes = buffer_;
  record.job = std::move(seen.job);
  record.bad = seen.bad;
  return record;
}

TruthRecord TruthReader::missed() {
  const std::uint64_t n = missed_[missed_told_];
  buffer_.clear();
  script_.append(buffer_, n, LineKind::event);
  TruthRecord record;
  record.n = missed_told_++;
  record.job = script_.look(n, LineKind::event, buffer_).job;
  record.bytes = buffer_;
  return record;
}

void append_json(std::string& out, const TruthRecord& record) {
  JsonWriter json;
  json.begin_object().key("session");
  record.session > 0 ? json.number(record.session) : json.null();
  if (record.ended) {
    json.field("ended", *record.ended == SessionState::orderly ? "orderly" : "aborted")
        .field("lines", record.n)
        .end_object();
    out += json.str();
    out += '\n';
    return;
  }
  json.field("n", record.n).key("job");
  record.job.empty() ? json.null() : json.string(record.job);
  json.field("whole", record.whole).key("bad");
  record.bad ? json.string(penstock::to_string(*record.bad)) : json.null();
  json.end_object();
  // The base64 text needs no escapes and may be large: it skips the writer.
  out += json.str();
  out.back() = ',';
  out += "\"line_base64\":\"";
  out += base64(record.bytes);
  out += "\"}\n";
}

}  // namespace penstock::simulator
