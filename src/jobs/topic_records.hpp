// The values of the topics `<prefix>.jobs` and `<prefix>.gaps`, as the contract names them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "jobs/gap_book.hpp"
#include "jobs/job.hpp"
#include "penstock/core/ids.hpp"
#include "penstock/core/time.hpp"

namespace penstock::jobs {

std::string job_json(std::string_view id, const Job& job, WallTime now);
std::string gap_json(const SourceName& source, const Gap& gap);
std::string gap_topic_key(const SourceName& source, const Gap& gap);

}  // namespace penstock::jobs
