#include "settings/markdown.hpp"

#include "settings/apply.hpp"
#include "settings/key_table.hpp"
#include "settings/reload_rules.hpp"

namespace penstock::settings {
namespace {

constexpr std::string_view introduction =
    R"(# Configuration

Generated from `src/settings/key_table.cpp`: change it there, then build the target `configuration_doc`.

The file is YAML. It is the one of `-c`, else of `PENSTOCK_CONFIG`, else `$XDG_CONFIG_HOME/penstock/penstock.yaml`, else
`/etc/penstock/penstock.yaml`. None is needed where the environment says enough: every key has a variable. A flag
(`--set key=value`) goes over the environment, that over the file, that over the default; `penstock config` shows the
outcome and where each value comes from.

* Durations: `250ms`, `5s`, `15m`, `1h`, `2d`. Sizes: `64MiB`, `1GB`. Paths are absolute. URLs are `https://`, without
  credentials, query and fragment.
* In a variable, lists are `a,b` and mappings `a=b,c=d`; a comma within a value is `\,`. The entries of a mapping are
  values of their own: one that is set leaves the others as they are.
* In values, `${NAME}` is replaced by that variable (not set is an error), `${NAME:-default}` by it or the default,
  `${file:/path}` by what the file holds. What comes from a file isn't shown. What is put in is taken as it is: a value
  with `${` in it stands in a variable or a file.
* What is unknown in the file is an error. So is a variable that looks like a key's; others that begin with `PENSTOCK_`
  are warned of and left out. Two that are read are no keys: `PENSTOCK_CONFIG` and `PENSTOCK_API_TOKEN`.
* Passed over, without a word: `PENSTOCK_SIM_TOKEN`, which is `penstock-sim`'s; and what Kubernetes sets in pods beside a
  Service whose name begins with `penstock`, such as `PENSTOCK_SERVICE_HOST` and `PENSTOCK_PORT_9469_TCP_ADDR`.
* `reload` in the column `change`: a running daemon takes a new value when it [reads its configuration
  again](operations.md#a-change-of-the-configuration). All others need a restart.
)";

std::string group_of(std::string_view path) { return std::string(path.substr(0, path.find('.'))); }

std::string default_of(const KeySpec& spec) {
  if (spec.required) {
    return "required";
  }
  if (spec.fallback.computed != nullptr) {
    return std::string(spec.fallback.described);
  }
  return spec.fallback.text.empty() ? "none" : "`" + std::string(spec.fallback.text) + "`";
}

// `<NAME>` stands for the name of a source.
std::string variable_text(const KeySpec& spec) {
  std::string variable = variable_of(spec.path);
  if (const std::size_t star = variable.find('*'); star != std::string::npos) {
    variable.replace(star, 1, "<NAME>");
  }
  return variable;
}

std::string row(const KeySpec& spec) {
  std::string path(spec.path);
  if (const std::size_t star = path.find('*'); star != std::string::npos) {
    path.replace(star, 1, "<name>");
  }
  const std::string bounds = bounds_of(spec.kind);
  const ReloadRule* const rule = find_reload_rule(spec.path);
  const std::string reload = rule != nullptr && rule->take != nullptr ? "reload" : "";
  return "| `" + path + "` | " + default_of(spec) + " | `" + variable_text(spec) + "` | " + reload +
         " | " + std::string(spec.doc) + (bounds.empty() ? "" : " (" + bounds + ")") + " |\n";
}

}  // namespace

std::string configuration_markdown() {
  std::string out(introduction);
  std::string group;
  for (const KeySpec& spec : key_table()) {
    if (group_of(spec.path) != group) {
      group = group_of(spec.path);
      out += "\n## " + group +
             "\n\n| key | default | variable | change | meaning |\n|---|---|---|---|---|\n";
    }
    out += row(spec);
  }
  return out;
}

}  // namespace penstock::settings
