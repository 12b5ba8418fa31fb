#include "extract/status_handler.hpp"

#include "extract/json_parser.hpp"

namespace penstock::extract {

void StatusHandler::key(const JsonString& name) {
  if (depth_ > 2 || (depth_ == 2 && !in_status_)) {
    return;
  }
  if (name.escaped) {
    const std::string plain = unescape(name.raw);
    return key({plain, false});
  }
  if (depth_ == 2) {
    flag_ = flag_of(name.raw);
    return;
  }
  in_status_ = name.raw == "status";
  if (in_status_) {
    flags_ = {};
  }
}

void StatusHandler::literal(std::string_view word) {
  set(word == "null" ? std::nullopt : std::optional(word == "true"));
}

std::optional<bool>* StatusHandler::flag_of(std::string_view name) {
  return name == "success"     ? &flags_.success
         : name == "started"   ? &flags_.started
         : name == "completed" ? &flags_.completed
         : name == "revoked"   ? &flags_.revoked
                               : nullptr;
}

JobFlags job_flags(std::string_view line) {
  StatusHandler handler;
  parse_json(line, handler);
  return handler.flags();
}

}  // namespace penstock::extract
