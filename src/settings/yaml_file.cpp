#include "settings/yaml_file.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <set>
#include <sstream>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"
#include "settings/key_table.hpp"
#include "settings/small_file.hpp"

namespace penstock::settings {
namespace {

class Reader {
 public:
  Reader(std::string name, Findings& findings) : name_(std::move(name)), findings_(findings) {}

  GivenMap read(const YAML::Node& root) {
    if (!root.IsNull()) {
      read_group(root, "");
    }
    return std::move(given_);
  }

 private:
  void read_group(const YAML::Node& node, const std::string& path) {
    for_each_entry(
        node, path, [&](const std::string& child, const YAML::Node& key, const YAML::Node& value) {
          const auto found = find_key(child);
          const bool known = found || is_group(child);
          if (known && key.Scalar().find('.') != std::string::npos) {
            report(key, child, "is a path; in the file it is written as `api: {url: …}`");
          } else if (found && std::holds_alternative<SourcesKind>(found->spec->kind)) {
            read_sources(value, child);
          } else if (found && std::holds_alternative<MapKind>(found->spec->kind)) {
            read_map(value, child);
          } else if (found) {
            read_value(*found->spec, value, child);
          } else if (known) {
            read_group(value, child);
          } else {
            report(key, child, "unknown key" + did_you_mean(nearest_key(child)));
          }
        });
  }

  void read_sources(const YAML::Node& node, const std::string& path) {
    Given names{{}, origin(node)};
    for_each_entry(node, path,
                   [&](const std::string& child, const YAML::Node& key, const YAML::Node& value) {
                     if (const auto problem = check_source_name(key.Scalar()); !problem.empty()) {
                       report(key, child, std::string(problem));
                       return;
                     }
                     names.items.push_back(key.Scalar());
                     read_group(value, child);
                   });
    given_.emplace(path, std::move(names));
  }

  void read_map(const YAML::Node& node, const std::string& path) {
    for_each_entry(node, path,
                   [&](const std::string& child, const YAML::Node&, const YAML::Node& value) {
                     if (value.IsScalar()) {
                       given_[child] = {{value.Scalar()}, origin(value)};
                     } else {
                       report(value, child,
                              "must have a single value; names with dots are written as one key");
                     }
                   });
  }

  void read_value(const KeySpec& spec, const YAML::Node& node, const std::string& path) {
    const bool wants_list = std::holds_alternative<ListKind>(spec.kind);
    if (node.IsNull()) {
      report(node, path, "has no value; without the key its default holds");
    } else if (node.IsScalar() && !wants_list) {
      given_[path] = {{node.Scalar()}, origin(node)};
    } else if (node.IsSequence() && wants_list) {
      Given list{{}, origin(node)};
      for (const YAML::Node& item : node) {
        if (!item.IsScalar()) {
          report(item, path, "must be a list of single values");
          return;
        }
        list.items.push_back(item.Scalar());
      }
      given_[path] = std::move(list);
    } else {
      report(node, path, wants_list ? "must be a list: [a, b]" : "must be a single value");
    }
  }

  // Calls `entry(path of the child, key, value)`. A group without anything in it is an empty one.
  template <class F>
  void for_each_entry(const YAML::Node& node, const std::string& path, F entry) {
    if (node.IsNull()) {
      return;
    }
    if (!node.IsMap()) {
      report(node, path.empty() ? "the file" : path, "must be a mapping of keys to values");
      return;
    }
    std::set<std::string> seen;
    for (const auto& pair : node) {
      if (!pair.first.IsScalar() || pair.first.Scalar().empty()) {
        report(pair.first, path.empty() ? "the file" : path, "has a key that is not a word");
        continue;
      }
      const std::string& name = pair.first.Scalar();
      const std::string child = path.empty() ? name : path + "." + name;
      if (seen.insert(name).second) {
        entry(child, pair.first, pair.second);
      } else {
        report(pair.first, child, "is there twice");
      }
    }
  }

  Origin origin(const YAML::Node& node) const {
    const YAML::Mark mark = node.Mark();
    return {Origin::Level::file, name_, mark.line + 1, mark.column + 1};
  }

  void report(const YAML::Node& node, const std::string& path, const std::string& what) {
    findings_.push_back(finding_at(origin(node), path, what));
  }

  std::string name_;
  Findings& findings_;
  GivenMap given_;
};

// Refuses a second document where it begins. What stands behind the end of the first counts as one:
// yaml-cpp's LoadAll takes a comma there for empty documents without end.
class OneDocument : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (begun_) {
      throw YAML::ParserException(mark, "a second YAML document begins; there must be one");
    }
    begun_ = true;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  bool begun_ = false;
};

YAML::Node only_document(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  OneDocument handler;
  while (parser.HandleNextDocument(handler)) {
  }
  return YAML::Load(text);
}

}  // namespace

GivenMap read_yaml(const std::string& text, const std::string& name, Findings& findings) {
  try {
    return Reader(name, findings).read(only_document(text));
  } catch (const YAML::Exception& error) {
    findings.push_back({name, error.mark.line + 1, error.mark.column + 1, printable(error.msg)});
    return {};
  }
}

GivenMap read_yaml_file(const std::filesystem::path& file, Findings& findings) {
  const auto text = read_small_file(file, limits::config_file);
  if (!text) {
    findings.push_back({file.string(), 0, 0, "can't read it: " + text.error().what});
    return {};
  }
  return read_yaml(*text, file.string(), findings);
}

}  // namespace penstock::settings
