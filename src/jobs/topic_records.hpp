// Jobs and gaps as the topics `<prefix>.jobs` and `<prefix>.gaps` and the pages show them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "jobs/gap_book.hpp"
#include "jobs/job.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/job_views.hpp"
#include "penstock/core/time.hpp"

namespace penstock::jobs {

JobView view_of(std::string_view id, const Job& job, WallTime now);
GapView view_of(const SourceName& source, const Gap& gap);

// The value of a record.
template <class View>
std::string record_json(const View& view) {
  JsonWriter out;
  write_json(out, view);
  return std::move(out).str();
}
std::string gap_topic_key(const SourceName& source, const Gap& gap);

}  // namespace penstock::jobs
