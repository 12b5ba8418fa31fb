#include "penstock/ops/logging.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <mutex>
#include <vector>

#include "ops/log_line.hpp"
#include "ops/repeat_filter.hpp"
#include "penstock/core/system_clock.hpp"

namespace penstock::ops {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::trace:
      return spdlog::level::trace;
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::off;
}

// Locks spdlog's console mutex, so that lines never mix.
using FileSink = spdlog::sinks::stdout_sink_base<spdlog::details::console_mutex>;

class SpdlogLog final : public LeveledLog {
 public:
  SpdlogLog(LogLevel level, LogFormat format, std::FILE* out)
      : format_(format),
        // shared: spdlog takes sinks in no other way
        logger_("penstock", std::make_shared<FileSink>(out)) {
    logger_.set_pattern("%v");  // log_line makes the whole line
    logger_.set_level(to_spdlog(level));
  }

  void set_level(LogLevel level) override { logger_.set_level(to_spdlog(level)); }

  ~SpdlogLog() override { tell(repeats_.rest(monotonic_now())); }

  void write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields) override {
    if (!logger_.should_log(to_spdlog(level))) {
      return;
    }
    const std::lock_guard lock(mutex_);
    std::vector<LeftOut> left_out;
    const bool passes = repeats_.passes(level, event, fields, monotonic_now(), left_out);
    tell(left_out);
    if (passes) {
      put(level, event, fields);
    }
  }

  void tell_repeats() override {
    const std::lock_guard lock(mutex_);
    tell(repeats_.due(monotonic_now()));
  }

 private:
  void tell(const std::vector<LeftOut>& all) {
    for (const LeftOut& one : all) {
      const auto seconds = std::chrono::round<std::chrono::seconds>(one.within).count();
      put(one.level, "repeated",
          {{"what", one.event},
           {"of", one.whose},
           {"times", one.times},
           {"seconds", std::int64_t{seconds}}});
    }
  }

  void put(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    const std::string line = log_line(format_, wall_now(), level, event, fields);
    logger_.log(to_spdlog(level), spdlog::string_view_t(line));  // no format string
  }

  LogFormat format_;
  std::mutex mutex_;
  RepeatFilter repeats_;
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<LeveledLog> make_log(LogLevel level, LogFormat format, std::FILE* out) {
  return std::make_unique<SpdlogLog>(level, format, out);
}

}  // namespace penstock::ops
