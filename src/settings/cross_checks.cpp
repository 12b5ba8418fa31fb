#include "settings/cross_checks.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "penstock/core/limits.hpp"
#include "penstock/core/text.hpp"

namespace penstock::settings {
namespace {

using penstock::to_string;  // hidden by this room's own

constexpr std::array<std::string_view, 5> shared_topics{"jobs", "gaps", "status", "dead-letters",
                                                        "query"};

class CrossChecker {
 public:
  CrossChecker(const GivenMap& given, Findings& findings) : given_(given), findings_(findings) {
    for (const Finding& finding : findings) {
      if (!finding.path.empty()) {
        wrong_.push_back(finding.path);
      }
    }
  }

  void not_above(const std::string& low_path, Duration low, const std::string& high_path,
                 Duration high) {
    if (are_right({low_path, high_path}) && low > high) {
      report(given_.contains(low_path) ? low_path : high_path,
             low_path + " is " + shown(low_path, to_string(low)) + ", which is above " + high_path +
                 ", " + shown(high_path, to_string(high)));
    }
  }

  void journal(const Settings& settings) {
    if (!are_right({"events.max_size", "journal.max_size"})) {
      return;
    }
    // One segment fills while another waits for its commit.
    const Bytes segment{std::max(limits::segment_size.count,
                                 settings.events.max_size.count + limits::segment_slack.count)};
    const Bytes least{2 * segment.count};
    if (settings.journal.max_size < least) {
      const std::string of_events = "events.max_size";
      report("journal.max_size", "journal.max_size is below " + shown(of_events, to_string(least)) +
                                     ", the least for " + of_events + " " +
                                     shown(of_events, to_string(settings.events.max_size)));
    }
  }

  void admin(const Admin& admin) {
    if (are_right({"admin.key_file", "admin.cert_file"}) && admin.key_file && !admin.cert_file) {
      report("admin.key_file", "admin.key_file is set without admin.cert_file: there is no TLS");
    }
  }

  void topics(const Settings& settings, const std::set<std::string>& known_sources) {
    if (!are_right({"sources", "kafka.topic_prefix", "kafka.topics"})) {
      return;
    }
    std::vector<std::string_view> known(shared_topics.begin(), shared_topics.end());
    known.insert(known.end(), known_sources.begin(), known_sources.end());
    for (const auto& [name, topic] : settings.kafka.topics) {
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        report("kafka.topics." + name, "kafka.topics." + printable(name) +
                                           ": is neither a source nor a shared topic" +
                                           did_you_mean(nearest(name, known)));
      }
    }
    // Sources may share a topic; what penstock writes itself must stay apart.
    std::set<std::string> taken{state_topic_name(settings.kafka)};
    for (const Source& source : settings.sources) {
      const std::string topic = topic_name(settings.kafka, source.name.str());
      if (topic == state_topic_name(settings.kafka)) {
        report("kafka.topics." + source.name.str(),
               "the topic " + shown_topic(source.name.str(), topic) + " of " + source.name.str() +
                   " is penstock's own state topic");
      }
      taken.insert(topic);
    }
    for (const std::string_view name : shared_topics) {
      const std::string topic = topic_name(settings.kafka, name);
      if (!taken.insert(topic).second) {
        report("kafka.topics." + std::string(name), "the topic " + shown_topic(name, topic) +
                                                        " of " + std::string(name) +
                                                        " is another's too");
      }
    }
  }

 private:
  // Whether nothing is found yet of these keys, of the groups that they are in, or of their
  // entries.
  bool are_right(const std::vector<std::string>& paths) const {
    const auto holds = [](const std::string& group, const std::string& path) {
      return path == group || path.starts_with(group + ".");
    };
    return std::ranges::none_of(wrong_, [&](const std::string& wrong) {
      return std::ranges::any_of(
          paths, [&](const std::string& path) { return holds(wrong, path) || holds(path, wrong); });
    });
  }
  bool is_hidden(const std::string& path) const {
    const auto found = given_.find(path);
    return found != given_.end() && found->second.hidden;
  }
  std::string shown(const std::string& path, std::string text) const {
    return is_hidden(path) ? std::string(hidden_text) : std::move(text);
  }
  std::string shown_topic(std::string_view name, std::string topic) const {
    const std::string renamed = "kafka.topics." + std::string(name);
    return shown(given_.contains(renamed) ? renamed : "kafka.topic_prefix", std::move(topic));
  }

  void report(const std::string& path, std::string message) {
    const auto found = given_.find(path);
    findings_.push_back(
        finding_at(found == given_.end() ? Origin{} : found->second.origin, std::move(message)));
  }

  const GivenMap& given_;
  Findings& findings_;
  std::vector<std::string> wrong_;  // paths
};

}  // namespace

void cross_check(const Settings& settings, const std::set<std::string>& known_sources,
                 const GivenMap& given, Findings& findings) {
  CrossChecker check(given, findings);
  const Backoff& backoff = settings.api.backoff;
  check.not_above("api.backoff.network_step", backoff.network_step, "api.backoff.network_max",
                  backoff.network_max);
  check.not_above("api.backoff.http_first", backoff.http_first, "api.backoff.http_max",
                  backoff.http_max);
  check.not_above("api.backoff.throttled_first", backoff.throttled_first,
                  "api.backoff.throttled_max", backoff.throttled_max);
  check.journal(settings);
  check.admin(settings.admin);
  check.topics(settings, known_sources);
}

}  // namespace penstock::settings
