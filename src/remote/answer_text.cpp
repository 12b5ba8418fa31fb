#include "remote/answer_text.hpp"

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::remote {

std::string status_line(const outcome::Answered& answer) {
  return std::to_string(answer.status) + (answer.reason.empty() ? "" : " " + answer.reason);
}

namespace {

std::string redirection(const outcome::Answered& answer) {
  return status_line(answer) + " to " + answer.location;
}

}  // namespace

std::string post_not_repeated(const outcome::Answered& answer) {
  return redirection(answer) + ": not followed, as the request may have been carried out";
}

std::string redirect_refused(const outcome::Answered& answer) {
  const std::string where = redirection(answer);
  switch (answer.redirect) {
    case Redirect::same_origin:
      return "more than " + std::to_string(limits::redirects) +
             " redirects one after another, the last: " + where;
    case Redirect::elsewhere:
      return where +
             ": another origin, not followed, as the token goes nowhere else; if it is right, name "
             "it in api.url or api.stream_url";
    case Redirect::none:
    case Redirect::unusable:
      break;
  }
  return status_line(answer) + " without a usable Location";
}

std::string coding_fault(const outcome::Answered& answer) {
  const std::string& coding = answer.content_encoding;
  return coding.empty() || iequals_ascii(coding, "identity")
             ? ""
             : "the body is encoded (" + coding + "), which nobody asked for";
}

}  // namespace penstock::remote
