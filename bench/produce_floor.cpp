// What publishing costs by itself: the lines of a file in memory go to rd_kafka_produceva(), in
// transactions as large as the daemon's, by the daemon's producer. Keys are found beforehand;
// values aren't copied.
//
//   produce_floor BROKERS TOPIC FILE ip|none NAME=VALUE…
//
// The rest are librdkafka's properties, as in kafka.properties.
//
// Prints seconds of CPU, user and system of all threads, and of the clock, from before there is a
// producer to when it is gone.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extract/line_parser.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "publish/producer.hpp"

namespace penstock::publish {
namespace {

constexpr Duration commit_interval{250};  // the daemon's default
constexpr Duration patience{30'000};      // a new broker's coordinator first makes its topic

struct Line {
  std::string_view value;
  std::optional<std::string_view> key;
};

int fail(std::string_view what) {
  std::fprintf(stderr, "produce_floor: %.*s\n", static_cast<int>(what.size()), what.data());
  return 1;
}

// For the life of the process, and in memory already.
std::string_view mapped(const char* path) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat about {};
  if (file < 0 || fstat(file, &about) != 0) {
    return {};
  }
  const auto size = static_cast<std::size_t>(about.st_size);
  void* const begin = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  close(file);
  return begin == MAP_FAILED ? std::string_view()
                             : std::string_view(static_cast<const char*>(begin), size);
}

std::vector<Line> lines_of(std::string_view text, bool has_key, std::deque<std::string>& decoded) {
  std::vector<Line> lines;
  extract::LineParser parser;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    Line line{.value = text.substr(0, end), .key = std::nullopt};
    Event event;
    if (has_key && !parser.parse(line.value, event, decoded) && event.has_ip) {
      line.key = event.ip;
    }
    lines.push_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

// All of `lines`, in transactions.
bool publish(const std::vector<Line>& lines, Producer& producer) {
  Record record;
  for (auto line = lines.begin(); line != lines.end();) {
    if (producer.begin().outcome != Outcome::ok) {
      return false;
    }
    const MonotonicTime tick = monotonic_now() + commit_interval;
    record.timestamp_ms = wall_now().time_since_epoch().count();
    std::size_t events = 0;
    Bytes bytes{};
    // The clock is looked at as rarely as the daemon does, which takes batches of a block.
    while (line != lines.end() && bytes < limits::transaction_bytes &&
           events < limits::transaction_events && monotonic_now() < tick) {
      const Bytes block{bytes.count + limits::block_size.count};
      for (; line != lines.end() && bytes < block; ++line, ++events) {
        record.key = line->key;
        record.value = line->value;
        if (producer.event(record, {}) != Produced::queued) {
          return false;
        }
        bytes.count += line->value.size();
      }
      producer.poll();
    }
    if (producer.commit().outcome != Outcome::ok) {
      return false;
    }
  }
  return true;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int run(const KafkaConnection& connection, const std::string& topic, const char* file,
        bool has_key) {
  const std::string_view text = mapped(file);
  std::deque<std::string> decoded;
  const std::vector<Line> lines = lines_of(text, has_key, decoded);
  const MonotonicTime begun = monotonic_now();
  const double cpu = cpu_seconds();
  NoLog log;
  {
    auto producer = Producer::open({.connection = connection,
                                    .transactional_id = topic,
                                    .topics = {topic, topic, topic, topic, topic, topic},
                                    .max_event = 16_MiB},
                                   log);
    if (!producer) {
      return fail(producer.error().what);
    }
    Call made{Outcome::retriable};
    while (made.outcome == Outcome::retriable && monotonic_now() < begun + patience) {
      made = (*producer)->init_transactions(patience);
    }
    if (made.outcome != Outcome::ok) {
      return fail(made.why);
    }
    if (!(*producer)->fetch_metadata(patience).why.empty() || !publish(lines, **producer)) {
      return fail("Kafka failed: " + (*producer)->failure().why);
    }
  }
  const std::chrono::duration<double> wall = monotonic_now() - begun;
  std::printf("%.3f %.3f\n", cpu_seconds() - cpu, wall.count());
  return 0;
}

}  // namespace
}  // namespace penstock::publish

int main(int argc, char** argv) {
  using namespace penstock::publish;
  if (argc < 5) {
    return fail("produce_floor BROKERS TOPIC FILE ip|none NAME=VALUE…");
  }
  KafkaConnection connection{.brokers = argv[1], .properties = {}};
  for (int i = 5; i < argc; ++i) {
    const std::string_view property = argv[i];
    const std::size_t equals = std::min(property.find('='), property.size() - 1);
    connection.properties.emplace(property.substr(0, equals), property.substr(equals + 1));
  }
  return run(connection, argv[2], argv[3], std::string_view(argv[4]) == "ip");
}
