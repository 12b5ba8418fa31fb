#include "penstock/settings/load.hpp"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"
#include "settings/apply.hpp"
#include "settings/cross_checks.hpp"
#include "settings/expand.hpp"
#include "settings/key_table.hpp"
#include "settings/variables.hpp"
#include "settings/yaml_file.hpp"

namespace penstock::settings {
namespace {

std::optional<std::string> variable(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() || found->second.empty() ? std::nullopt
                                                             : std::optional(found->second);
}

using Files = std::set<std::filesystem::path>;

// The file that was asked for, whether it exists or not, else the first that exists. Or none.
std::filesystem::path config_file(const Inputs& inputs, Files& looked_for,
                                  std::filesystem::path& passed) {
  if (inputs.config_file) {
    return *looked_for.insert(*inputs.config_file).first;
  }
  if (const auto named = variable(inputs.environment, "PENSTOCK_CONFIG")) {
    return *looked_for.insert(*named).first;
  }
  std::vector<std::filesystem::path> places;
  if (const auto home = variable(inputs.environment, "XDG_CONFIG_HOME")) {
    places.emplace_back(std::filesystem::path(*home) / "penstock/penstock.yaml");
  }
  places.emplace_back("/etc/penstock/penstock.yaml");
  for (const std::filesystem::path& place : places) {
    looked_for.insert(place);
    // What can't be looked at is taken as there, so that opening it says why it can't be read.
    std::error_code error;
    if (std::filesystem::status(place, error).type() == std::filesystem::file_type::not_found) {
      continue;
    }
    if (!inputs.passes_unreadable || access(place.c_str(), R_OK) == 0) {
      return place;
    }
    passed = place;
  }
  return {};
}

class Loader {
 public:
  Loader(const Inputs& inputs, Files& files) : inputs_(inputs), files_(files) {}

  LoadResult run() {
    gather();
    expand_all();
    for (const KeySpec& spec : key_table()) {
      if (std::holds_alternative<SourcesKind>(spec.kind)) {
        resolve_sources(spec);
      } else if (std::holds_alternative<MapKind>(spec.kind)) {
        resolve_map(spec);
      } else if (!is_source_key(spec)) {
        resolve(spec, Target{loaded_.settings}, std::string(spec.path));
      }
    }
    if (something_missing_ && loaded_.file.empty() && loaded_.passed.empty()) {
      say_where_a_file_would_be();
    }
    if (!file_unusable_) {
      cross_check(loaded_.settings, known_sources_, given_, findings_);
    }
    if (findings_.empty()) {
      return std::move(loaded_);
    }
    // Place by place; what is missing stands at the end.
    std::stable_sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
      return std::make_tuple(a.where.empty(), std::string_view(a.where), a.line, a.column) <
             std::make_tuple(b.where.empty(), std::string_view(b.where), b.line, b.column);
    });
    return findings_;
  }

 private:
  // Flag over environment over file, value by value; a map's entries are values of their own.
  void gather() {
    loaded_.file = config_file(inputs_, files_, loaded_.passed);
    places_ = files_;
    if (!loaded_.file.empty()) {
      GivenMap values = read_yaml_file(loaded_.file, findings_);
      file_unusable_ = values.empty() && !findings_.empty();
      layer(std::move(values));
    }
    if (const auto listed = given_.find("sources"); listed != given_.end()) {
      known_sources_.insert(listed->second.items.begin(), listed->second.items.end());
    }
    // Variables of a source may name what only a flag lists, so flags are read first.
    GivenMap flags = read_overrides(inputs_.overrides, known_sources_, findings_);
    layer(
        read_variables(inputs_.environment, known_sources_, loaded_.unknown_variables, findings_));
    layer(std::move(flags));
  }

  void layer(GivenMap values) {
    std::set<std::string> seen;
    for (auto& [path, value] : values) {
      std::string key = path;
      const auto found = find_key(path);
      if (const auto* map = std::get_if<MapKind>(&found->spec->kind)) {
        key = std::string(found->spec->path) + "." + std::string(map->canonical(found->entry));
      }
      if (!seen.insert(key).second) {
        report(value, path, "is there twice, as `" + printable(key) + "` too");
      }
      given_[key] = std::move(value);
    }
  }

  void expand_all() {
    for (auto& [path, value] : given_) {
      for (std::string& item : value.items) {
        const auto named = files_named_in(item);
        files_.insert(named.begin(), named.end());
        auto expanded = expand(item, inputs_.environment, is_secret(path));
        if (expanded) {
          item = std::move(expanded->text);
          value.hidden |= expanded->from_file;
        } else {
          report(value, path, expanded.error().what);
          broken_.insert(path);
        }
      }
    }
  }

  void resolve_sources(const KeySpec& list) {
    const auto given = given_.find(std::string(list.path));
    if (given == given_.end()) {
      missing(list);
      return;
    }
    const std::vector<std::string>& names = given->second.items;
    const auto quoted = [&](const std::string& name) {
      return given->second.hidden ? "a name from a file" : "`" + printable(name) + "`";
    };
    std::set<std::string> seen;
    std::string shown;
    for (const std::string& name : names) {
      if (const auto problem = check_source_name(name); !problem.empty()) {
        report(given->second, "sources", quoted(name) + " " + std::string(problem));
      } else if (!seen.insert(name).second) {
        report(given->second, "sources", quoted(name) + " is there twice");
      } else {
        loaded_.settings.sources.push_back({.name = SourceName(name)});
        shown += (shown.empty() ? "" : ", ") + name;
      }
    }
    if (names.empty()) {
      report(given->second, "sources", "at least one is required");
    } else if (names.size() > limits::max_sources) {
      report(given->second, "sources",
             "are more than " + std::to_string(limits::max_sources) +
                 "; run another penstock for the others");
      loaded_.settings.sources.clear();
    }
    loaded_.values.push_back({"sources", shown, to_string(given->second.origin)});
    for (Source& source : loaded_.settings.sources) {
      for (const KeySpec& spec : key_table()) {
        if (is_source_key(spec)) {
          resolve(spec, Target{loaded_.settings, &source}, source_path(spec, source.name.str()));
        }
      }
    }
  }

  void resolve_map(const KeySpec& spec) {
    const auto& kind = std::get<MapKind>(spec.kind);
    const std::string prefix = std::string(spec.path) + ".";
    GivenMap entries;
    const auto defaults = split_map(spec.fallback.text);
    for (const auto& [name, text] : defaults.value()) {
      entries[name] = {{text}, {}};
    }
    for (auto it = given_.lower_bound(prefix); it != given_.end(); ++it) {
      if (!it->first.starts_with(prefix)) {
        break;
      }
      entries[it->first.substr(prefix.size())] = it->second;
    }
    for (const auto& [name, value] : entries) {
      const std::string path = prefix + name;
      const std::string& text = value.items.front();
      if (broken_.contains(path)) {
        continue;
      }
      if (const auto why = kind.refuse(name); !why.empty()) {
        report(value, path, std::string(why));
      } else if (const auto problem = kind.check(text); !problem.empty()) {
        report(value, path, std::string(problem));
      } else {
        kind.set(Target{loaded_.settings}, name, text);
        show(value, path, text, kind.secret(name));
      }
    }
  }

  void resolve(const KeySpec& spec, Target target, const std::string& path) {
    if (broken_.contains(path)) {
      return;
    }
    const auto given = given_.find(path);
    if (given == given_.end()) {
      resolve_default(spec, target, path);
      return;
    }
    const Given& value = given->second;
    const auto shown = apply(spec, target, value.items);
    if (!shown) {
      report_unusable(value, path, shown.error());
      return;
    }
    show(value, path, *shown);
  }

  void resolve_default(const KeySpec& spec, Target target, const std::string& path) {
    if (spec.required) {
      missing(spec);
      return;
    }
    const Context context{loaded_.settings, target.source, inputs_.environment};
    Given value;
    value.hidden = is_hidden(spec.fallback.made_of, target);
    const std::string text = spec.fallback.computed != nullptr ? spec.fallback.computed(context)
                                                               : std::string(spec.fallback.text);
    if (text.empty() && inputs_.not_needed.contains(std::string(spec.path))) {
      return;  // it is made of what may be missing, and is missing
    }
    value.items = std::holds_alternative<ListKind>(spec.kind) ? split_list(text)
                                                              : std::vector<std::string>{text};
    const auto shown = apply(spec, target, value.items);
    if (shown) {
      show(value, path, *shown);
    } else if (findings_.empty()) {  // else it is most likely wrong for what is reported already
      report_unusable(value, path, shown.error());
    }
  }

  bool is_hidden(std::string_view key, const Target& target) const {
    std::string path(key);
    if (target.source != nullptr && path.starts_with("sources.*.")) {
      path.replace(path.find('*'), 1, target.source->name.str());
    }
    const auto given = given_.find(path);
    return given != given_.end() && given->second.hidden;
  }

  void missing(const KeySpec& spec) {
    if (inputs_.not_needed.contains(std::string(spec.path)) || file_unusable_) {
      return;
    }
    something_missing_ = true;
    const std::string path(spec.path);
    findings_.push_back(
        finding_at({}, path, "is required; set it in the file or as " + variable_of(path)));
  }

  // Before what is missing.
  void say_where_a_file_would_be() {
    std::string places;
    for (const std::filesystem::path& place : places_) {
      places += (places.empty() ? "" : " or ") + printable(place.string());
    }
    findings_.insert(findings_.begin(),
                     {{}, 0, 0, "there is no file " + places + ": name one by -c"});
  }

  void report(const Given& value, const std::string& path, const std::string& what) {
    findings_.push_back(finding_at(value.origin, path, what));
  }

  void report_unusable(const Given& value, const std::string& path, const Error& error) {
    report(value, path, value.hidden ? "has a value from a file that can't be used" : error.what);
  }

  void show(const Given& value, const std::string& path, const std::string& text,
            bool secret = false) {
    const bool hidden = secret || value.hidden;
    loaded_.values.push_back({path, hidden ? std::string(hidden_text) : text,
                              to_string(value.origin),
                              hidden ? std::hash<std::string>{}(text) : 0});
  }

  const Inputs& inputs_;
  Files& files_;
  GivenMap given_;
  std::set<std::string> broken_;  // paths whose value is reported already
  std::set<std::string> known_sources_;
  Files places_;                // of the configuration file
  bool file_unusable_ = false;  // it is reported; what it would hold isn't known
  bool something_missing_ = false;
  Findings findings_;
  Loaded loaded_;
};

}  // namespace

LoadResult load(const Inputs& inputs) {
  Files files;
  return load(inputs, files);
}

LoadResult load(const Inputs& inputs, std::set<std::filesystem::path>& files) {
  return Loader(inputs, files).run();
}

}  // namespace penstock::settings
