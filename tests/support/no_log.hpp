// A log for tests that don't look at it.
#pragma once

#include "penstock/core/log.hpp"

namespace penstock {

class NoLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace penstock
