// A log for tests that don't look at it: NoLog.
#pragma once

#include "penstock/core/log.hpp"
