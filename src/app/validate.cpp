#include "penstock/app/validate.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdlib>
#include <filesystem>

#include "app/admin_access.hpp"
#include "app/composition.hpp"
#include "app/source_filter.hpp"
#include "app/topic_findings.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/journal/inspection.hpp"
#include "penstock/journal/ring.hpp"
#include "penstock/ops/admin_server.hpp"
#include "penstock/publish/kafka_check.hpp"
#include "penstock/settings/secret.hpp"

namespace penstock::app {
namespace {

using Level = Finding::Level;

// A probe makes one attempt.
std::string_view without_next_attempt(std::string_view detail) {
  return detail.substr(0, detail.find("; next attempt in "));
}

// Opens one session to a URL and remembers how that went.
class Probe final : private ByteSink, private remote::SessionListener {
 public:
  Probe(remote::SessionOptions options, Duration timeout)
      : timer_(io_), session_(io_, std::move(options), *this, *this, counters_, log_) {
    timer_.expires_after(timeout);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) {
        stop();
      }
    });
  }

  // True where a response came that shows that the token is accepted; why() says what came.
  bool run() {
    session_.start();
    io_.run();
    return reached_;
  }
  const std::string& why() const { return why_; }

 private:
  std::span<char> writable() override { return scratch_; }
  void received(std::size_t) override {}
  void session_opened(SessionId) override {
    reached_ = true;
    stop();
  }
  void session_closed(SessionId, DisconnectCause) override {}
  void attempt_failed(DisconnectCause) override {}
  void notice(SourceEvent event, std::string_view detail) override {
    if (event == SourceEvent::connected) {
      return;
    }
    why_ = std::string(to_string(event)) + ": " + std::string(without_next_attempt(detail));
    // The stream host needn't have this path: it was reached, its certificate is good.
    reached_ = reached_ || event == SourceEvent::not_found;
    stop();
  }
  void stop() {
    if (!stopping_) {
      stopping_ = true;
      timer_.cancel();
      session_.stop([] {});
    }
  }

  boost::asio::io_context io_;
  boost::asio::steady_timer timer_;
  SourceCounters counters_;
  NoLog log_;
  std::array<char, 4096> scratch_{};
  bool reached_ = false;
  bool stopping_ = false;
  std::string why_ = "no answer in time";
  remote::Session session_;
};

// systemd (252, Debian 12's) names the directory of the credentials to ExecReload= as well, but
// shows it to ExecStart= alone.
bool credentials_are_hidden(const settings::Environment& environment) {
  const auto directory = environment.find("CREDENTIALS_DIRECTORY");
  std::error_code error;
  return directory != environment.end() && !std::filesystem::is_directory(directory->second, error);
}

Finding check_token(const settings::Loaded& loaded, const settings::Inputs& inputs) {
  const settings::Api& api = loaded.settings.api;
  const auto token = settings::read_token(api, inputs.environment);
  if (!token && !api.token_file && credentials_are_hidden(inputs.environment)) {
    return {Level::warning, "token",
            "not checked: systemd shows its credential to the daemon alone"};
  }
  return token ? Finding{Level::ok, "token", "readable"}
               : Finding{Level::failed, "token", token.error().what};
}

// What the sources' journals may yet take of the disk, beside what their files have.
Bytes room_needed(const settings::Settings& settings) {
  namespace fs = std::filesystem;
  std::uint64_t needed = 0;
  for (const settings::Source& source : settings.sources) {
    std::uint64_t held = 0;
    std::error_code error;
    for (fs::directory_iterator file(journal_options(settings, source.name).path, error), end;
         !error && file != end; file.increment(error)) {
      std::error_code gone;
      const auto size = file->path().extension() == ".segment" ? file->file_size(gone) : 0;
      held += gone ? 0 : size;
    }
    needed += settings.journal.max_size.count - std::min(settings.journal.max_size.count, held);
  }
  return Bytes{needed};
}

// Tries it, as rights alone don't tell: none is made below /proc. Removes it again.
bool can_make_directory(const std::filesystem::path& parent) {
  std::string name = parent / ".penstock-XXXXXX";
  return ::mkdtemp(name.data()) != nullptr && ::rmdir(name.c_str()) == 0;
}

Finding check_journal(const settings::Settings& settings) {
  std::error_code error;
  const std::filesystem::path& directory = settings.journal.directory;
  std::filesystem::path there = directory;
  // The daemon makes the rest, but not what a link leads to.
  while (!exists(std::filesystem::symlink_status(there, error)) && there.has_relative_path()) {
    there = there.parent_path();
  }
  if (!std::filesystem::is_directory(there, error)) {
    return {Level::failed, "journal", there.string() + " is no directory: set journal.directory"};
  }
  if (access(there.c_str(), W_OK) != 0 || (there != directory && !can_make_directory(there))) {
    return {Level::failed, "journal",
            there.string() + " can't be written: set journal.directory, or its owner"};
  }
  if (!journal::can_reserve_room(there)) {
    return {Level::warning, "journal",
            "the file system of " + there.string() +
                " can't reserve room: a full disk ends the daemon. Use ext4, XFS or btrfs"};
  }
  const auto space = std::filesystem::space(there, error);
  const Bytes needed = room_needed(settings);
  if (!error && space.available < needed.count) {
    return {Level::warning, "journal",
            there.string() + " has " + to_string(Bytes{space.available}) + " free, and " +
                to_string(needed) + " may be needed: reading stops when it is full"};
  }
  return {Level::ok, "journal",
          settings.journal.directory.string() + ", up to " + to_string(settings.journal.max_size) +
              " for each source"};
}

// What a start would find in them. One that isn't there yet is made then.
void check_journals(const settings::Settings& settings, std::vector<Finding>& findings) {
  for (const settings::Source& source : settings.sources) {
    const journal::DirectoryOptions options = journal_options(settings, source.name);
    const std::string subject = "journal of " + source.name.str();
    std::error_code error;
    if (!std::filesystem::exists(options.path, error)) {
      if (error) {
        findings.push_back({Level::failed, subject, options.path + ": " + error.message()});
      }
      continue;
    }
    const auto found = journal::inspect(options.path);
    if (!found) {
      if (found.error().code != Errc::not_found) {
        const bool corrupt = found.error().code == Errc::corrupt;
        findings.push_back(
            {corrupt ? Level::misconfigured : Level::failed, subject, found.error().what});
      }
      continue;
    }
    if (found->source != source.name.str()) {
      findings.push_back({Level::misconfigured, subject,
                          options.path + " is of the source " + found->source +
                              ": set another journal.directory"});
      continue;
    }
    findings.push_back({Level::ok, subject, summary(*found)});
    for (const std::string& damage : found->damages) {
      findings.push_back({Level::warning, subject, damage + "; the rest will be published"});
    }
  }
}

Finding check_admin(const settings::Admin& admin) {
  const auto access = admin_access(admin);
  if (!access) {
    return {Level::misconfigured, "admin", access.error().what};
  }
  if (const auto usable = ops::check_socket_path(admin.socket); !usable) {
    return {Level::misconfigured, "admin", usable.error().what};
  }
  const std::string_view exposed = exposure(admin);
  return {exposed.empty() ? Level::ok : Level::warning, "admin",
          listen_text(admin.listen) + ", " + access->summary +
              (exposed.empty() ? "" : "; " + std::string(exposed))};
}

void check_filters(const settings::Settings& settings, std::vector<Finding>& findings) {
  for (const settings::Source& source : settings.sources) {
    if (const auto filter = make_filter(source); !filter) {
      findings.push_back(
          {Level::misconfigured, "filter of " + source.name.str(), filter.error().what});
    }
  }
}

Finding check_properties(const settings::Settings& settings) {
  NoLog log;
  const auto checked = publish::check_properties(kafka_connection(settings.kafka), log);
  return checked ? Finding{Level::ok, "properties", "librdkafka takes them"}
                 : Finding{Level::misconfigured, "properties", checked.error().what};
}

void check_api(const settings::Loaded& loaded, const settings::Inputs& inputs,
               std::vector<Finding>& findings) {
  const settings::Api& api = loaded.settings.api;
  std::vector<std::string> urls{api.url};
  if (api.stream_url != api.url) {
    urls.push_back(api.stream_url);
  }
  for (const std::string& url : urls) {
    remote::SessionOptions options =
        session_options(loaded.settings, inputs.environment, token_reader(api, inputs.environment));
    options.url = url + "/v1/tasks";
    options.stall_timeout = api.connect_timeout;
    Probe probe(std::move(options), 2 * api.connect_timeout);
    findings.push_back(probe.run() ? Finding{Level::ok, "api", url + " answers"}
                                   : Finding{Level::failed, "api", url + ": " + probe.why()});
  }
}

void check_kafka(const settings::Settings& settings, std::vector<Finding>& findings) {
  NoLog log;
  constexpr Duration timeout{10'000};
  const auto facts = publish::inspect_kafka(kafka_connection(settings.kafka),
                                            topics_to_look_at(settings), timeout, log);
  if (!facts) {
    findings.push_back({Level::failed, "kafka", facts.error().what});
    return;
  }
  findings.push_back({Level::ok, "kafka", std::to_string(facts->brokers) + " broker(s) answer"});
  const auto topics = topic_findings(*facts, settings);
  findings.insert(findings.end(), topics.begin(), topics.end());
}

}  // namespace

std::vector<Finding> validate(const settings::Loaded& loaded, const settings::Inputs& inputs,
                              bool offline) {
  std::vector<Finding> findings;
  findings.push_back(check_token(loaded, inputs));
  findings.push_back(check_journal(loaded.settings));
  check_journals(loaded.settings, findings);
  check_filters(loaded.settings, findings);
  findings.push_back(check_admin(loaded.settings.admin));
  findings.push_back(check_properties(loaded.settings));
  if (!offline) {
    check_api(loaded, inputs, findings);
    check_kafka(loaded.settings, findings);
  }
  return findings;
}

}  // namespace penstock::app
