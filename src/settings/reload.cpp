#include "penstock/settings/reload.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "penstock/core/text.hpp"
#include "settings/cross_checks.hpp"
#include "settings/key_table.hpp"
#include "settings/reload_rules.hpp"

namespace penstock::settings {
namespace {

using ByPath = std::map<std::string_view, const Value*>;

ByPath by_path(const Loaded& loaded) {
  ByPath found;
  for (const Value& value : loaded.values) {
    found.emplace(value.path, &value);
  }
  return found;
}

const Value* find(const ByPath& values, std::string_view path) {
  const auto found = values.find(path);
  return found == values.end() ? nullptr : found->second;
}

const Source* find_source(const Settings& settings, std::string_view name) {
  const auto found = std::ranges::find_if(
      settings.sources, [&](const Source& source) { return source.name.str() == name; });
  return found == settings.sources.end() ? nullptr : &*found;
}

class Planner {
 public:
  Planner(const Loaded& running, const Loaded& read)
      : running_(running), read_(read), before_(by_path(running)), after_(by_path(read)) {}

  PlanResult run() {
    plan_.effective.settings = running_.settings;
    plan_.effective.file = read_.file;
    find_held_back();
    if (!held_back_.contains(Peer::api)) {
      compare_sources();
    }
    for (const Value& value : read_.values) {
      take(value.path, find(before_, value.path), &value);
    }
    for (const Value& value : running_.values) {
      if (!after_.contains(value.path)) {
        take(value.path, &value, nullptr);
      }
    }
    check();
    if (!findings_.empty()) {
      return findings_;
    }
    return std::move(plan_);
  }

 private:
  static bool same(const Value* before, const Value* after) {
    return before != nullptr && after != nullptr && before->text == after->text &&
           before->hash == after->hash;
  }

  void find_held_back() {
    for (const ReloadRule& rule : reload_rules()) {
      if (rule.take == nullptr && rule.peer != Peer::none &&
          !same(find(before_, rule.path), find(after_, rule.path))) {
        held_back_.insert(rule.peer);
      }
    }
  }

  void compare_sources() {
    for (const Source& source : read_.settings.sources) {
      const Source* const was = find_source(running_.settings, source.name.str());
      if (was == nullptr) {
        plan_.added.push_back(source.name);
      } else if (was->path != source.path || was->jobs != source.jobs) {
        plan_.reopened.push_back(source.name);
      }
    }
    for (const Source& source : running_.settings.sources) {
      if (find_source(read_.settings, source.name.str()) == nullptr) {
        plan_.removed.push_back(source.name);
      }
    }
  }

  // Either value may be missing: an entry of a map, or a key of a source that came or went.
  void take(std::string_view path, const Value* before, const Value* after) {
    const bool stays = same(before, after);
    const FoundKey key = *find_key(path);
    const bool taken = stays || take_value(key);
    if (const Value* const holds = taken ? after : before) {
      plan_.effective.values.push_back(*holds);
    }
    const bool comes_or_goes = !key.source.empty() && (before == nullptr || after == nullptr);
    if (!stays && !comes_or_goes) {  // `sources` says that much
      const auto text = [](const Value* value) { return value != nullptr ? value->text : ""; };
      (taken ? plan_.applied : plan_.restart)
          .push_back({std::string(path), text(before), text(after)});
    }
  }

  bool take_value(const FoundKey& key) {
    if (key.spec->path == "kafka.topics" && is_not_running(key.entry)) {
      take_topic(std::string(key.entry));
      return true;
    }
    const ReloadRule* const rule = find_reload_rule(key.spec->path);
    if (rule == nullptr || rule->take == nullptr || held_back_.contains(rule->peer)) {
      return false;
    }
    rule->take(plan_.effective.settings, read_.settings);
    return true;
  }

  // A source that comes has its own topic from the beginning, and one that went has none.
  bool is_not_running(std::string_view source) const {
    const auto is = [&](const SourceName& name) { return name.str() == source; };
    return std::ranges::any_of(plan_.added, is) || std::ranges::any_of(plan_.removed, is);
  }
  void take_topic(const std::string& source) {
    auto& topics = plan_.effective.settings.kafka.topics;
    const auto& read = read_.settings.kafka.topics;
    if (const auto found = read.find(source); found != read.end()) {
      topics[source] = found->second;
    } else {
      topics.erase(source);
    }
  }

  // Each configuration was right by itself; what is in effect is a mixture of them.
  void check() {
    std::set<std::string> known;
    for (const Settings* settings : {&running_.settings, &read_.settings}) {
      for (const Source& source : settings->sources) {
        known.insert(source.name.str());
      }
      for (const auto& [name, topic] : settings->kafka.topics) {
        known.insert(name);  // the one that was checked knew it
      }
    }
    GivenMap given;  // without their places, of which there may be two
    for (const Value& value : plan_.effective.values) {
      given[value.path].hidden = value.text == hidden_text;
    }
    cross_check(plan_.effective.settings, known, given, findings_);
    for (Finding& finding : findings_) {
      finding.message += "; restart penstock to change all of it at once";
    }
  }

  const Loaded& running_;
  const Loaded& read_;
  ByPath before_, after_;
  std::set<Peer> held_back_;
  ReloadPlan plan_;
  Findings findings_;
};

}  // namespace

std::string to_string(const Change& change) {
  const auto shown = [](const std::string& text) { return "\"" + printable(text) + "\""; };
  return change.path + ": " + shown(change.before) + ", now " + shown(change.after);
}

PlanResult plan_reload(const Loaded& running, const Loaded& read) {
  return Planner(running, read).run();
}

}  // namespace penstock::settings
