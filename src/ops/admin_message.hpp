// Answers of the admin server as HTTP messages.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>
#include <optional>

#include "penstock/ops/admin_server.hpp"

namespace penstock::ops {

// `head`: without the body, whose size is told.
boost::beast::http::response<boost::beast::http::string_body> make_message(Response response,
                                                                           unsigned version,
                                                                           bool keep_alive,
                                                                           bool head);

// The answer to what isn't a request of ours. None where nobody is left to read one.
std::optional<Response> answer_to(const boost::system::error_code& error);

}  // namespace penstock::ops
