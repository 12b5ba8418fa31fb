#include <malloc.h>

#include "app/composition.hpp"
#include "penstock/app/daemon.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/journal/bus_error.hpp"
#include "penstock/ops/logging.hpp"

namespace penstock::app {
namespace {

// By default glibc raises the last two bounds to what was ever freed, up to 32 and 64 MiB: one
// large event would cost its memory for ever, in each arena.
void give_memory_back() {
  mallopt(M_ARENA_MAX, limits::malloc_arenas);
  mallopt(M_MMAP_THRESHOLD, static_cast<int>(limits::returned_at_once.count));
  mallopt(M_TRIM_THRESHOLD, static_cast<int>(limits::kept_free.count));
}

}  // namespace

int run_daemon(const settings::Loaded& loaded, const settings::Inputs& inputs, bool watch) {
  const auto& log_settings = loaded.settings.log;
  const auto log = ops::make_log(
      log_settings.level, log_settings.format == settings::LogFormat::json ? ops::LogFormat::json
                                                                           : ops::LogFormat::text);
  give_memory_back();
  journal::end_at_bus_errors();
  Daemon daemon(
      {.configuration = loaded,
       .read_token = token_reader(loaded.settings.api, inputs.environment),
       .environment = inputs.environment,
       .reload =
           [inputs](std::set<std::filesystem::path>& files) {
             return settings::load(inputs, files);
           },
       .watch = watch},
      [&log](LogLevel level) { log->set_level(level); }, *log);
  return daemon.run();
}

}  // namespace penstock::app
