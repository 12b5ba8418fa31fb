#include <csignal>

#include "app/composition.hpp"
#include "app/kept_memory.hpp"
#include "penstock/app/daemon.hpp"
#include "penstock/journal/bus_error.hpp"
#include "penstock/ops/logging.hpp"

namespace penstock::app {

int run_daemon(const settings::Loaded& loaded, const settings::Inputs& inputs, bool watch) {
  const auto& log_settings = loaded.settings.log;
  const auto log = ops::make_log(
      log_settings.level, log_settings.format == settings::LogFormat::json ? ops::LogFormat::json
                                                                           : ops::LogFormat::text);
  std::signal(SIGPIPE, SIG_IGN);  // whoever reads the log may go
  for (const std::string& name : loaded.unknown_variables) {
    log->warning("unknown variable, left out", {{"variable", name}});
  }
  bound_kept_memory();
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
