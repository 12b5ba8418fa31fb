#include "ops/admin_message.hpp"

#include <boost/beast/http.hpp>

#include "ops/admin_routes.hpp"

namespace penstock::ops {

namespace http = boost::beast::http;

http::response<http::string_body> make_message(Response response, unsigned version, bool keep_alive,
                                               bool head) {
  http::response<http::string_body> message;
  message.version(version);
  message.result(static_cast<unsigned>(response.status));
  message.keep_alive(keep_alive);
  message.set(http::field::content_type, response.content_type);
  message.set(http::field::cache_control, "no-store");
  message.set("X-Content-Type-Options", "nosniff");
  message.set("X-Frame-Options", "DENY");
  message.set("Content-Security-Policy",
              "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
              "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  message.set("Cross-Origin-Resource-Policy", "same-origin");
  message.set("Referrer-Policy", "no-referrer");
  if (message.result() == http::status::method_not_allowed) {
    message.set(http::field::allow, response.allow);
  }
  if (message.result() == http::status::unauthorized) {
    message.set(http::field::www_authenticate, R"(Basic realm="penstock", charset="UTF-8")");
  }
  message.body() = std::move(response.body);
  message.prepare_payload();
  if (head) {
    message.body().clear();  // Content-Length stays that of the GET
  }
  return message;
}

std::optional<Response> answer_to(const boost::system::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return error_response(431, "the request is too large");
  }
  if (error == http::error::unexpected_body || error == http::error::body_limit) {
    return error_response(413, "a request has no body here");
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error.category() != make_error_code(http::error::bad_method).category()) {
    return std::nullopt;
  }
  return error_response(400, "not an HTTP/1.1 request");
}

}  // namespace penstock::ops
