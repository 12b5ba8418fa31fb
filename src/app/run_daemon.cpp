#include "penstock/app/daemon.hpp"
#include "penstock/journal/bus_error.hpp"
#include "penstock/ops/logging.hpp"
#include "penstock/settings/secret.hpp"

namespace penstock::app {

int run_daemon(const settings::Loaded& loaded, const settings::Inputs& inputs) {
  const auto& log_settings = loaded.settings.log;
  const auto log = ops::make_log(
      log_settings.level, log_settings.format == settings::LogFormat::json ? ops::LogFormat::json
                                                                           : ops::LogFormat::text);
  const settings::Api api = loaded.settings.api;
  journal::end_at_bus_errors();
  Daemon daemon(
      {.settings = loaded.settings,
       .read_token = [api, environment = inputs.environment]() -> Result<std::string> {
         auto token = settings::read_token(api, environment);
         if (!token) {
           return token.error();
         }
         return token->reveal();
       },
       .environment = inputs.environment,
       .reload = [inputs] { return settings::load(inputs); }},
      [&log](LogLevel level) { log->set_level(level); }, *log);
  return daemon.run();
}

}  // namespace penstock::app
