// Picks the flags of a job_status event, the members success, started, completed and revoked of the
// root object's `status`, from the pieces of its JSON text.
//
// true and false count; anything else is none. Where a name stands twice in an object, the last one
// counts, whole: a second `status` replaces the first with all its members. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "extract/json_text.hpp"
#include "penstock/core/job_words.hpp"

namespace penstock::extract {

// For one text.
class StatusHandler {
 public:
  void begin_object() { enter(); }
  void begin_array() { enter(); }
  void end() { --depth_; }
  void key(const JsonString& name);
  void string(const JsonString& /*value*/) { set(std::nullopt); }
  void number(std::string_view /*value*/) { set(std::nullopt); }
  void literal(std::string_view word);

  const JobFlags& flags() const { return flags_; }

 private:
  void enter() {
    set(std::nullopt);
    ++depth_;
  }
  void set(std::optional<bool> value) {
    if (flag_ != nullptr) {
      *flag_ = value;
      flag_ = nullptr;
    }
  }
  std::optional<bool>* flag_of(std::string_view name);

  JobFlags flags_;
  std::size_t depth_ = 0;
  bool in_status_ = false;               // the member of the root that is being read
  std::optional<bool>* flag_ = nullptr;  // where the value goes that comes next; null: nowhere
};

// Precondition: `line` is a valid event's.
JobFlags job_flags(std::string_view line);

}  // namespace penstock::extract
