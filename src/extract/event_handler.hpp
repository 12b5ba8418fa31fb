// Picks the fields of an event from the pieces of its JSON text, as a parser reports them.
//
// Wanted are origin.{type, job_id, country, ts, ip}, target.{ip, port} and peer.{ip, port}
// (`origin`, `target`, `peer` being members of the root object). What lies elsewhere costs a
// compare. Where a name stands twice in an object, the last one counts, whole: a second `target`
// replaces the first with all its members. A value of another type than the field's counts as none.
// Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "extract/json_text.hpp"
#include "penstock/core/event.hpp"

namespace penstock::extract {

class EventHandler {
 public:
  // Before each text.
  void reset() {
    for (Slot& slot : slots_) {
      slot.kind = Kind::none;
    }
    depth_ = 0;
    slot_ = nullptr;
    section_ = Section::none;
  }

  void begin_object() { enter(); }
  void begin_array() {
    if (depth_ == 1) {
      section_ = Section::none;  // its elements have no names
    }
    enter();
  }
  void end() { --depth_; }

  void key(const JsonString& name) {
    if (depth_ > 2) {
      return;
    }
    if (depth_ == 1) {
      open_section(name);
    } else if (section_ != Section::none) {
      choose_slot(name);
    }
  }
  void string(const JsonString& value) {
    if (slot_ != nullptr) {
      *slot_ = {value.raw, value.escaped ? Kind::escaped_string : Kind::string};
      slot_ = nullptr;
    }
  }
  void number(std::string_view value) {
    if (slot_ != nullptr) {
      *slot_ = {value, Kind::number};
      slot_ = nullptr;
    }
  }
  void literal(std::string_view /*word*/) { drop_value(); }  // true, false, null

  // After a text that was accepted: all of `event` but its line. Values with escapes are decoded
  // into `decoded`, all others stay views of the text.
  void fill(Event& event, std::deque<std::string>& decoded) const;

 private:
  enum class Kind : std::uint8_t { none, string, escaped_string, number };
  enum class Section : std::uint8_t { none, origin, target, peer };
  struct Slot {
    std::string_view raw;
    Kind kind = Kind::none;
  };
  enum Field : std::size_t {
    origin_type,
    origin_job_id,
    origin_country,
    origin_ts,
    origin_ip,
    target_ip,
    target_port,
    peer_ip,
    peer_port,
    fields
  };

  void enter() {
    ++depth_;
    drop_value();
  }
  void drop_value() {
    if (slot_ != nullptr) {
      slot_->kind = Kind::none;
      slot_ = nullptr;
    }
  }
  void open_section(const JsonString& name);
  void choose_slot(const JsonString& name);
  bool fill_text(Field field, std::string_view& text, std::deque<std::string>& decoded) const;
  std::uint32_t port(Field field) const;

  std::array<Slot, fields> slots_;
  std::size_t depth_ = 0;
  Slot* slot_ = nullptr;  // where the value goes that comes next; null: nowhere
  Section section_ = Section::none;
};

}  // namespace penstock::extract
