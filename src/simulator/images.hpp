// GET /v1/query/image and what is below it, and the pictures themselves. Pure but for the state.
//
// image?page=&pagesize=: the latest first. image/search: those that meet every filter given, or
// with similar=ID those that look like that one, the best first. image/ip/<ip>: whole records of
// one address. image/<id>: one whole record. ocr, with any value, adds `words` to whole records. A
// parameter that an endpoint doesn't know is passed over.
#pragma once

#include <string_view>

#include "simulator/control.hpp"

namespace penstock::simulator {

bool is_of_images(std::string_view path);
// The request carries the token.
Answer answer_of_images(const State& state, const ApiRequest& request);

// /images/<id>.jpg and /thumbs/<id>.jpg: of another host, as a client sees it, which a token must
// not be sent to.
bool is_of_pictures(std::string_view path);
Answer answer_of_pictures(const State& state, const ApiRequest& request);

}  // namespace penstock::simulator
