// Whether the body of POST /v1/tasks asks for a job as the API's document says. Pure.
#pragma once

#include <rapidjson/document.h>

#include <string>

namespace penstock::simulator {

// What is wrong with it, with the member's place; empty: nothing. Modules, configurations and
// members that the document doesn't name are let through: the sets are open.
std::string wrong_with(const rapidjson::Value& task);

}  // namespace penstock::simulator
