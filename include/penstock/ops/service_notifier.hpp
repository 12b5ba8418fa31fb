// Tells systemd how the daemon is. Source of the protocol: sd_notify(3).
//
// Does nothing where the environment has no NOTIFY_SOCKET. A message that can't be sent is given
// up: systemd finds a silent service by its own time-outs. From any thread.
#pragma once

#include <optional>
#include <string_view>

#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"

namespace penstock::ops {

class ServiceNotifier {
 public:
  void ready() const;
  void status(std::string_view text) const;   // one line, as `systemctl status` shows it
  void reloading(MonotonicTime since) const;  // ready() ends it
  // A start may take that much longer from here on, even if its time-out is over then.
  void extend_timeout(Duration by) const;
  void stopping() const;
  void watchdog() const;
  // How often watchdog() has to be called: half of WatchdogSec. None: systemd doesn't watch.
  std::optional<Duration> watchdog_interval() const;
};

}  // namespace penstock::ops
