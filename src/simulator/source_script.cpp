#include "simulator/source_script.hpp"

#include "simulator/bad_line.hpp"

namespace penstock::simulator {
namespace {

constexpr std::uint64_t spoil_stream = 0x65;  // apart from other random numbers

}  // namespace

SourceScript::SourceScript(const EventGenerator& generator, Source source, const JobLines* jobs,
                           std::uint64_t seed, Bytes max_event)
    : generator_(generator), source_(source), jobs_(jobs), seed_(seed), max_event_(max_event) {}

void SourceScript::append(std::string& out, std::uint64_t n, LineKind kind) const {
  if (!of_jobs(n) && !archive_) {
    generator_.append(out, source_, n, times.of(n), kind, max_event_);
    return;
  }
  const std::size_t begin = out.size();
  bool is_event = true;
  if (of_jobs(n)) {
    jobs_->append(out, n - *jobs_from_);
  } else {
    const std::string_view line = archive_->read(n).text;
    out += line;
    // Only an event can be spoilt.
    is_event = kind == LineKind::event || !look_at(line, max_event_).bad;
  }
  if (kind != LineKind::event && is_event) {
    SplitMix64 random(seed_, spoil_stream, n);
    spoil(out, begin, kind, max_event_, n, random);
  }
}

std::string_view SourceScript::line_end(std::uint64_t n) const {
  return is_archived(n) ? archive_->read(n).end : "\n";
}

ArchivedLine SourceScript::look(std::uint64_t n, LineKind kind, std::string_view bytes) const {
  if (is_archived(n)) {
    return look_at(bytes, max_event_);
  }
  if (kind != LineKind::event || source_ != Source::stream) {
    return {reason(kind), {}};
  }
  return {
      {},
      of_jobs(n) ? wire_id(jobs_->job_of(n - *jobs_from_)) : "client-" + generator_.job_at(n).id};
}

}  // namespace penstock::simulator
