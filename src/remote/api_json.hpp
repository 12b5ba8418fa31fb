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
#include "penstock/remote/images_client.hpp"
#include "penstock/remote/tasks_client.hpp"

namespace penstock::remote {

// The answer of GET /v1/tasks. What has no job id is left out; an error where that is everything,
// so that an error page is never taken for an empty list.
Result<std::vector<Task>> parse_tasks(std::string_view text);

// The answer of GET /v1/tasks/<id>/status. Where it names no job it is about `job_id`.
Result<Task> parse_status(std::string_view text, std::string_view job_id);

// The answer of POST /v1/tasks.
Result<CreatedTask> parse_created(std::string_view text);

// The member `message` of an answer's first object, as it came; empty where there is none.
Result<std::string> parse_message(std::string_view text);

// What an image's record says of the picture; empty where it says nothing.
Result<ImageLinks> parse_image_links(std::string_view text);

// The answer of GET /v1/query/image/<id>.
Result<ImageRecord> parse_image(std::string_view text);

// A page of images: `{"total_records":…,"page":…,"events":[…]}`.
Result<ImagePage> parse_image_page(std::string_view text);

// What an answer with an error status says about it, printable; empty: nothing.
std::string parse_error_message(std::string_view text);

}  // namespace penstock::remote
