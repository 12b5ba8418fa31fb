#include "penstock/ops/service_notifier.hpp"

#include <systemd/sd-daemon.h>

#include <string>

#include "penstock/core/text.hpp"

namespace penstock::ops {
namespace {

constexpr int keep_environment = 0;  // for the calls to come

void notify(const std::string& message) { ::sd_notify(keep_environment, message.c_str()); }

}  // namespace

void ServiceNotifier::ready() const { notify("READY=1"); }

void ServiceNotifier::status(std::string_view text) const { notify("STATUS=" + printable(text)); }

// The time is for Type=notify-reload, which systemd has from 253 on; others pass it over.
void ServiceNotifier::reloading(MonotonicTime since) const {
  const auto at = std::chrono::floor<std::chrono::microseconds>(since.time_since_epoch());
  notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(at.count()));
}

void ServiceNotifier::extend_timeout(Duration by) const {
  const auto time = std::chrono::microseconds(by);
  notify("EXTEND_TIMEOUT_USEC=" + std::to_string(time.count()));
}

void ServiceNotifier::stopping() const { notify("STOPPING=1"); }

void ServiceNotifier::watchdog() const { notify("WATCHDOG=1"); }

std::optional<Duration> ServiceNotifier::watchdog_interval() const {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(keep_environment, &microseconds) <= 0) {
    return std::nullopt;
  }
  return std::chrono::duration_cast<Duration>(std::chrono::microseconds(microseconds / 2));
}

}  // namespace penstock::ops
