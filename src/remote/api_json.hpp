// The JSON of the API's answers. Pure.
//
// An answer is one object, an array of objects, or objects one after another, with any white space;
// members that nobody knows are passed over. Formats: API V1 documentation, section Tasks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/error.hpp"
#include "penstock/core/job_words.hpp"

namespace penstock::remote {

// The answer of GET /v1/tasks. What has no job id is left out; an error where that is everything,
// so that an error page is never taken for an empty list.
Result<std::vector<Task>> parse_tasks(std::string_view text);

// The answer of GET /v1/tasks/<id>/status. Where it names no job it is about `job_id`.
Result<Task> parse_status(std::string_view text, std::string_view job_id);

// What an answer with an error status says about it, printable; empty: nothing.
std::string parse_error_message(std::string_view text);

}  // namespace penstock::remote
