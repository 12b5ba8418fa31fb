#include "extract/event_handler.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "penstock/core/limits.hpp"

namespace penstock::extract {

void EventHandler::open_section(const JsonString& name) {
  if (name.escaped) {
    const std::string plain = unescape(name.raw);
    return open_section({plain, false});
  }
  const auto clear = [&](Field first, Field last) {
    std::fill(slots_.begin() + first, slots_.begin() + last + 1, Slot{});
  };
  section_ = Section::none;
  if (name.raw == "origin") {
    section_ = Section::origin;
    clear(origin_type, origin_ip);
  } else if (name.raw == "target") {
    section_ = Section::target;
    clear(target_ip, target_port);
  } else if (name.raw == "peer") {
    section_ = Section::peer;
    clear(peer_ip, peer_port);
  }
}

void EventHandler::choose_slot(const JsonString& name) {
  if (name.escaped) {
    const std::string plain = unescape(name.raw);
    return choose_slot({plain, false});
  }
  const auto choose = [&](Field field) { slot_ = &slots_[field]; };
  if (section_ == Section::origin) {
    if (name.raw == "type") {
      choose(origin_type);
    } else if (name.raw == "job_id") {
      choose(origin_job_id);
    } else if (name.raw == "country") {
      choose(origin_country);
    } else if (name.raw == "ts") {
      choose(origin_ts);
    } else if (name.raw == "ip") {
      choose(origin_ip);
    }
  } else if (name.raw == "ip") {
    choose(section_ == Section::target ? target_ip : peer_ip);
  } else if (name.raw == "port") {
    choose(section_ == Section::target ? target_port : peer_port);
  }
}

bool EventHandler::fill_text(Field field, std::string_view& text,
                             std::deque<std::string>& decoded) const {
  const Slot& slot = slots_[field];
  if (slot.kind == Kind::string) {
    text = slot.raw;
    return true;
  }
  if (slot.kind == Kind::escaped_string) {
    text = decoded.emplace_back(unescape(slot.raw));
    return true;
  }
  return false;
}

// A number, or a string of digits alone (telnet events); 0 for what is no port.
std::uint32_t EventHandler::port(Field field) const {
  constexpr std::uint32_t max_port = 65535;
  const Slot& slot = slots_[field];
  if (slot.kind == Kind::number) {
    const std::int64_t value = integer_part(slot.raw).value_or(0);
    return value > 0 && value <= max_port ? static_cast<std::uint32_t>(value) : 0;
  }
  if (slot.kind == Kind::string) {
    std::uint32_t value = 0;
    const char* const end = slot.raw.data() + slot.raw.size();
    const auto [stop, error] = std::from_chars(slot.raw.data(), end, value);
    return error == std::errc{} && stop == end && value <= max_port ? value : 0;
  }
  return 0;
}

void EventHandler::fill(Event& event, std::deque<std::string>& decoded) const {
  event.has_type = fill_text(origin_type, event.type, decoded);
  event.has_job_id = fill_text(origin_job_id, event.job_id, decoded);
  fill_text(origin_country, event.country, decoded);
  event.has_ip = fill_text(target_ip, event.ip, decoded) || fill_text(peer_ip, event.ip, decoded);
  if (!event.has_ip) {
    event.has_ip = event.ip_is_origin = fill_text(origin_ip, event.ip, decoded);
  }
  if (slots_[origin_ts].kind == Kind::number) {
    const auto time_ms = integer_part(slots_[origin_ts].raw);
    if (time_ms && *time_ms >= 0 && *time_ms <= limits::max_time_ms) {
      event.time_ms = time_ms;
    }
  }
  event.port = port(target_port);
  if (event.port == 0) {
    event.port = port(peer_port);
  }
}

}  // namespace penstock::extract
