#include "simulator/replay_script.hpp"

#include "simulator/bad_line.hpp"

namespace penstock::simulator {
namespace {

// Apart from other random numbers.
constexpr std::uint64_t missing_stream = 0x66;
constexpr std::uint64_t changed_stream = 0x67;
constexpr std::uint64_t form_stream = 0x68;
constexpr std::uint64_t spoil_stream = 0x69;

constexpr double default_fraction = 0.1;

bool is_drawn(double fraction, std::uint64_t seed, std::uint64_t stream, const Job& job,
              std::uint32_t moment) {
  return fraction > 0 &&
         SplitMix64(seed, stream, std::uint64_t{job.number} << 32 | moment).uniform() < fraction;
}

}  // namespace

void demand(ReplayForm& form, const Fault& fault) {
  const double fraction = fault.fraction.value_or(default_fraction);
  switch (fault.kind) {
    case FaultKind::replay_order:
      form.json.order = true;
      break;
    case FaultKind::replay_space:
      form.json.space = true;
      break;
    case FaultKind::replay_numbers:
      form.json.numbers = true;
      break;
    case FaultKind::replay_no_status:
      form.status_messages = false;
      break;
    case FaultKind::replay_missing:
      form.missing = fraction;
      break;
    case FaultKind::replay_changed:
      form.changed = fraction;
      break;
    default:
      break;
  }
}

ReplayScript::ReplayScript(const JobLines& lines, const Job& job, const ReplayForm& form,
                           std::uint64_t seed, std::uint64_t replay, Bytes max_event)
    : lines_(lines), job_(job), form_(form), seed_(seed), replay_(replay), max_event_(max_event) {
  for (std::uint32_t moment = 0; moment < job.life.moments(); ++moment) {
    const bool result = job.life.moment(moment).what == JobLife::What::result;
    if (result ? !is_drawn(form.missing, seed, missing_stream, job, moment)
               : form.status_messages) {
      moments_.push_back(moment);
    }
  }
}

void ReplayScript::append(std::string& out, std::uint64_t n, LineKind kind) const {
  const std::uint32_t moment = moments_[n];
  const std::size_t begin = out.size();
  JsonForm form = form_.json;
  form.changed = job_.life.moment(moment).what == JobLife::What::result &&
                 is_drawn(form_.changed, seed_, changed_stream, job_, moment);
  if (form.order || form.space || form.numbers || form.changed) {
    std::string line;
    lines_.append(line, job_, moment);
    SplitMix64 random = of_line(form_stream, n);
    rewrite_json(out, line, form, random);
  } else {
    lines_.append(out, job_, moment);
  }
  if (kind != LineKind::event) {
    SplitMix64 random = of_line(spoil_stream, n);
    spoil(out, begin, kind, max_event_, n, random);
  }
}

SplitMix64 ReplayScript::of_line(std::uint64_t stream, std::uint64_t n) const {
  return SplitMix64(seed_, stream, replay_ << 32 | n);
}

}  // namespace penstock::simulator
