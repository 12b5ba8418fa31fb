#include "cli/demo_account.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "penstock/core/thread_name.hpp"
#include "penstock/publish/topic_reader.hpp"

namespace penstock::cli {
namespace {

constexpr Duration poll{100};

std::uint64_t hash_of(std::string_view bytes) { return std::hash<std::string_view>{}(bytes); }

}  // namespace

DemoAccount::DemoAccount(const settings::Kafka& kafka, Log& log) : kafka_(kafka), log_(log) {}

void DemoAccount::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    name_this_thread("consumer");
    read(stop);
  });
}

void DemoAccount::read(const std::stop_token& stop) {
  std::map<std::string, std::size_t> sources;
  std::vector<std::string> topics;
  for (std::size_t i = 0; i < simulator::all_sources.size(); ++i) {
    topics.push_back(settings::topic_name(kafka_, to_string(simulator::all_sources[i])));
    sources[topics.back()] = i;
  }
  auto reader = publish::TopicReader::open({kafka_.brokers, kafka_.properties}, topics, log_);
  if (!reader) {
    log_.error(reader.error().what);
    return;
  }
  while (!stop.stop_requested()) {
    const auto record = (*reader)->next(poll);
    if (record && *record) {
      ++read_[sources[(*record)->topic]][hash_of((*record)->value)];
      {
        const std::lock_guard lock(mutex_);
        ++consumed_;
      }
      progress_.notify_one();
    }
  }
}

void DemoAccount::finish(const simulator::Simulator& remote, Duration patience) {
  std::array<Tally, simulator::all_sources.size()> sent;
  std::array<Tally, simulator::all_sources.size()> cut;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    remote.for_each_sent(simulator::all_sources[i], [&](const simulator::SentLine& line) {
      if (line.bad || (line.whole && line.bytes.size() > max_event.count)) {
        ++bad_;
      } else if (line.whole) {
        ++sent[i][hash_of(line.bytes)];
        ++sent_;
      } else {
        // Cut right before its line end, an event is whole all the same.
        ++cut[i][hash_of(line.bytes)];
        ++cut_;
      }
    });
  }
  {
    std::unique_lock lock(mutex_);
    progress_.wait_for(lock, patience, [&] { return consumed() >= sent_; });
  }
  thread_.request_stop();
  if (thread_.joinable()) {
    thread_.join();
  }
  for (std::size_t i = 0; i < sent.size(); ++i) {
    for (const auto& [hash, count] : read_[i]) {
      sent[i][hash] -= count;
    }
    for (auto& [hash, difference] : sent[i]) {
      if (difference < 0 && cut[i].contains(hash)) {
        difference = std::min<std::int64_t>(difference + cut[i][hash], 0);
      }
      (difference > 0 ? lost_ : doubled_) +=
          static_cast<std::uint64_t>(difference > 0 ? difference : -difference);
    }
  }
}

void DemoAccount::print() const {
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "\n"
      "  sent whole and valid   %10llu events\n"
      "  in Kafka               %10llu\n"
      "  lost                   %10llu\n"
      "  doubled or changed     %10llu\n"
      "  bad lines, set aside   %10llu\n"
      "  lines cut by faults    %10llu\n",
      number(sent_), number(consumed()), number(lost_), number(doubled_), number(bad_),
      number(cut_));
}

}  // namespace penstock::cli
