#include "app/reload.hpp"

#include <algorithm>
#include <utility>

#include "app/admin_access.hpp"
#include "app/composition.hpp"
#include "penstock/core/json_writer.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "penstock/remote/access.hpp"

namespace penstock::app {
namespace {

template <class Item>
std::vector<std::string> lines_of(const std::vector<Item>& items) {
  std::vector<std::string> lines;
  for (const Item& item : items) {
    lines.push_back(settings::to_string(item));
  }
  return lines;
}

void add_files(const settings::Settings& settings, const settings::Environment& environment,
               Files& files) {
  if (settings.api.token_file) {
    files.insert(*settings.api.token_file);
  } else if (const auto directory = environment.find("CREDENTIALS_DIRECTORY");
             directory != environment.end()) {
    files.insert(std::filesystem::path(directory->second) / "token");
  }
  for (const auto* const file : {&settings.api.ca_file, &settings.admin.cert_file,
                                 &settings.admin.key_file, &settings.admin.password_file}) {
    if (*file) {
      files.insert(**file);
    }
  }
  for (const settings::Source& source : settings.sources) {
    if (source.filter.networks_file) {
      files.insert(*source.filter.networks_file);
    }
  }
}

void write_changes(JsonWriter& json, std::string_view key,
                   const std::vector<settings::Change>& changes) {
  json.key(key).begin_array();
  for (const settings::Change& change : changes) {
    json.begin_object().field("key", change.path).field("before", change.before);
    json.field("after", change.after).end_object();
  }
  json.end_array();
}

}  // namespace

std::string first_of(std::span<const std::string> lines) {
  std::string text;
  for (const std::string& line : lines.first(std::min(lines.size(), limits::reload_findings))) {
    const std::string shown = printable(line);
    text += (text.empty() ? "" : "; ") + shown.substr(0, limits::reload_finding) +
            (shown.size() > limits::reload_finding ? "…" : "");
  }
  const std::size_t more = lines.size() - std::min(lines.size(), limits::reload_findings);
  return more == 0 ? text : text + "; and " + std::to_string(more) + " more";
}

ops::Response accepted_reload(const settings::ReloadPlan& plan) {
  JsonWriter json;
  json.begin_object().field("accepted", true);
  write_changes(json, "applied", plan.applied);
  write_changes(json, "needs_restart", plan.restart);
  json.end_object();
  return {202, "application/json", std::move(json).str()};
}

ops::Response refused_reload(std::span<const std::string> findings) {
  std::string all;
  for (const std::string& finding : findings) {
    all += (all.empty() ? "the old configuration holds: " : "; ") + printable(finding);
  }
  JsonWriter json;
  json.begin_object().field("error", all).end_object();
  return {409, "application/json", std::move(json).str()};
}

Reload::Reload(settings::Loaded running, ReadConfiguration read, settings::Environment environment,
               Parts parts)
    : running_(std::move(running)),
      read_(std::move(read)),
      environment_(std::move(environment)),
      parts_(std::move(parts)),
      wanted_(running_.settings) {
  if (!running_.file.empty()) {
    read_files_.insert(running_.file);
  }
  parts_.metrics.config_loaded(wall_now());
}

void Reload::begin(publish::StatusTopic& status) {
  status_ = &status;
  next();
}

void Reload::run(ops::Answer answer) {
  if (!read_) {
    answer(refused_reload(std::vector<std::string>{"there is none that could be read again"}));
    return;
  }
  asked_.push_back(std::move(answer));
  next();
}

void Reload::next() {
  if (asked_.empty() || !under_way_.empty() || status_ == nullptr) {
    return;
  }
  under_way_ = std::exchange(asked_, {});
  auto ready = prepare();
  parts_.watch.watch(files());
  if (!ready) {
    answer(reject(ready.error()));
    return;
  }
  ready_ = std::move(*ready);
  parts_.sources.open_journals(
      ready_->plan.effective.settings,
      [this](Result<Sources::Journals> journals) { go_on(std::move(journals)); });
}

void Reload::go_on(Result<Sources::Journals> journals) {
  Ready ready = *std::exchange(ready_, std::nullopt);
  if (!journals && parts_.stage.draining) {
    parts_.log.info("configuration not reloaded", {{"why", "the daemon is stopping"}});
    return;  // drain() has answered
  }
  if (!journals) {
    answer(reject({journals.error().what}));
    return;
  }
  const ops::Response accepted = accepted_reload(ready.plan);
  apply(std::move(ready), std::move(*journals));
  answer(accepted);
}

ops::Response Reload::reject(const std::vector<std::string>& findings) {
  for (const std::string& finding : findings) {
    parts_.log.error("configuration not reloaded", {{"error", finding}});
  }
  parts_.stage.reload_rejected = first_of(findings);
  parts_.metrics.config_rejected();
  return refused_reload(findings);
}

void Reload::answer(const ops::Response& response) {
  for (const ops::Answer& owed : std::exchange(under_way_, {})) {
    owed(response);
  }
  next();
}

void Reload::drain() {
  const ops::Response stopping = refused_reload(std::vector<std::string>{"the daemon is stopping"});
  for (auto* const owed : {&under_way_, &asked_}) {
    for (const ops::Answer& answer : std::exchange(*owed, {})) {
      answer(stopping);
    }
  }
}

boost::system::result<Reload::Ready, std::vector<std::string>> Reload::prepare() {
  read_files_.clear();
  const auto loaded = read_(read_files_);
  if (!loaded) {
    return lines_of(loaded.error());
  }
  wanted_ = loaded->settings;
  auto plan = settings::plan_reload(running_, *loaded);
  if (!plan) {
    return lines_of(plan.error());
  }
  // What stands in other files has to be right, too.
  const settings::Settings& settings = plan->effective.settings;
  std::vector<std::string> findings;
  if (const auto token = token_reader(settings.api, environment_)(); !token) {
    findings.push_back(token.error().what);
  }
  if (const auto trust = remote::check_trust(settings.api.ca_file); !trust) {
    findings.push_back(trust.error().what);
  }
  auto admin = admin_access(settings.admin, parts_.log);
  if (!admin) {
    findings.push_back(admin.error().what);
  }
  auto filters = parts_.sources.read_filters(settings);
  if (!filters) {
    findings.push_back(filters.error().what);
  }
  if (!findings.empty()) {
    return findings;
  }
  return Ready{std::move(*plan), std::move(*filters), std::move(*admin)};
}

void Reload::apply(Ready ready, Sources::Journals journals) {
  const settings::ReloadPlan& plan = ready.plan;
  const settings::Settings& settings = plan.effective.settings;
  parts_.set_log_level(settings.log.level);
  parts_.secure_admin(std::move(ready.admin));
  parts_.sources.apply(settings, token_reader(settings.api, environment_), std::move(ready.filters),
                       std::move(journals), plan.reopened, *status_);
  for (const settings::Change& change : plan.applied) {
    parts_.log.info("setting changed",
                    {{"key", change.path}, {"before", change.before}, {"after", change.after}});
  }
  for (const settings::Change& change : plan.restart) {
    parts_.log.warning(
        "a changed setting needs a restart",
        {{"key", change.path}, {"running", change.before}, {"configured", change.after}});
  }
  parts_.log.info("configuration reloaded",
                  {{"applied", std::uint64_t{plan.applied.size()}},
                   {"needs_restart", std::uint64_t{plan.restart.size()}}});
  parts_.stage.reload_rejected.clear();
  parts_.stage.restart_needed = first_of(lines_of(plan.restart));
  parts_.metrics.config_loaded(wall_now());
  running_ = std::move(ready.plan.effective);
}

Files Reload::files() const {
  Files all = read_files_;
  add_files(running_.settings, environment_, all);
  add_files(wanted_, environment_, all);
  return all;
}

}  // namespace penstock::app
