#include "penstock/simulator/event_generator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "penstock/core/limits.hpp"
#include "penstock/core/utf8.hpp"
#include "unit/simulator/json_check.hpp"

namespace penstock::simulator {
namespace {

using test::check_json;
using testing::HasSubstr;

constexpr std::uint64_t sample = 20'000;

std::string line(const EventGenerator& generator, Source source, std::uint64_t n) {
  std::string text;
  generator.append(text, source, n);
  return text;
}

// The value of "type" in origin; origin is the only member with a module or a job_status.
std::string type_of(const std::string& event) {
  const std::size_t origin = event.find("\"origin\":{");
  const std::size_t type = event.find("\"type\":\"", origin) + 8;
  return event.substr(type, event.find('"', type) - type);
}

TEST(EventGenerator, GivesTheSameEventsForTheSameSeed) {
  const EventGenerator a(7), b(7), other(8);
  std::size_t equal = 0;
  for (const Source source : all_sources) {
    for (std::uint64_t n = 0; n < 500; ++n) {
      ASSERT_EQ(line(a, source, n), line(b, source, n));
      equal += line(a, source, n) == line(other, source, n);
    }
  }
  EXPECT_EQ(equal, 0u);
}

TEST(EventGenerator, AppendsToWhatIsThere) {
  const EventGenerator generator(1);
  std::string text = "kept\n";
  generator.append(text, Source::firehose, 3);
  EXPECT_EQ(text, "kept\n" + line(generator, Source::firehose, 3));
}

TEST(EventGenerator, MakesOnlyValidObjectsInUtf8WithoutLineEnds) {
  const EventGenerator generator(1);
  for (const Source source : all_sources) {
    for (std::uint64_t n = 0; n < sample; ++n) {
      const std::string event = line(generator, source, n);
      const test::JsonCheck check = check_json(event);
      ASSERT_TRUE(check.valid && check.object) << to_string(source) << ' ' << n << ' ' << event;
      ASSERT_LE(check.depth, limits::max_depth);
      ASSERT_TRUE(is_utf8(event)) << event;
      ASSERT_EQ(event.find('\n'), std::string::npos) << event;
    }
  }
}

TEST(EventGenerator, NeverRepeatsAnEvent) {
  const EventGenerator generator(1);
  for (const Source source : all_sources) {
    std::set<std::string> seen;
    for (std::uint64_t n = 0; n < 2'000; ++n) {
      ASSERT_TRUE(seen.insert(line(generator, source, n)).second) << n;
    }
  }
}

TEST(EventGenerator, MixesTypesAndSizesAsTheScannerDoes) {
  const EventGenerator generator(1);
  std::map<std::string, std::uint64_t> counts, bytes;
  std::uint64_t total = 0, not_ascii = 0;
  for (std::uint64_t n = 0; n < sample; ++n) {
    const std::string event = line(generator, Source::firehose, n);
    ++counts[type_of(event)];
    bytes[type_of(event)] += event.size();
    total += event.size();
    not_ascii += !is_ascii(event);
  }
  for (const char* type :
       {"port", "service-simple", "service", "ssh", "http", "https", "web", "ssl", "telnet", "rdp",
        "vnc", "x11", "redis", "memcached", "mongodb", "elasticsearch", "mqtt"}) {
    EXPECT_GT(counts[type], 0u) << type;
  }
  EXPECT_GT(counts["port"], sample / 2);
  EXPECT_GT(bytes["ssl"] / counts["ssl"], 50'000u);
  EXPECT_LT(bytes["ssl"] / counts["ssl"], 100'000u);
  EXPECT_GT(total / sample, 1'700u);
  EXPECT_LT(total / sample, 2'700u);
  EXPECT_GT(not_ascii, sample * 3 / 100);
  EXPECT_LT(not_ascii, sample * 7 / 100);
}

TEST(EventGenerator, MakesPortEventsAloneForBenchmarks) {
  const EventGenerator generator(1, Mix::port);
  std::uint64_t total = 0;
  for (std::uint64_t n = 0; n < sample; ++n) {
    const std::string event = line(generator, Source::firehose, n);
    ASSERT_EQ(type_of(event), "port");
    total += event.size();
  }
  EXPECT_GT(total / sample, 260u);
  EXPECT_LT(total / sample, 300u);
}

TEST(EventGenerator, HasWhatStrictReadersTripOver) {
  const EventGenerator generator(1);
  std::set<std::string> missing{"1e400", "\\ud800 and", "\"port\":\"23\"", "2001:", "\t "};
  std::size_t deepest = 0;
  for (std::uint64_t n = 0; n < sample; ++n) {
    const std::string event = line(generator, Source::firehose, n);
    std::erase_if(missing,
                  [&](const std::string& text) { return event.find(text) != std::string::npos; });
    deepest = std::max(deepest, check_json(event).depth);
  }
  EXPECT_TRUE(missing.empty()) << *missing.begin();
  EXPECT_EQ(deepest, limits::max_depth);
}

TEST(EventGenerator, PutsTheSinkholesOriginLast) {
  const EventGenerator generator(1);
  const std::string event = line(generator, Source::sinkhole, 5);
  EXPECT_TRUE(event.starts_with("{\"target\":{"));
  EXPECT_GT(event.find("\"origin\":"), event.find("\"data\":"));
  EXPECT_THAT(event, HasSubstr("\"ts\":1700000000005}}"));
}

TEST(EventGenerator, RunsJobsFromCreatedToCompleted) {
  const EventGenerator generator(1);
  const StreamJob job = generator.job_at(0);
  EXPECT_EQ(job.first, 0u);
  std::uint64_t statuses = 0, events = 0;
  for (std::uint64_t n = job.first; n <= job.last; ++n) {
    if (generator.job_at(n).id != job.id) {
      continue;
    }
    const std::string event = line(generator, Source::stream, n);
    ASSERT_THAT(event, HasSubstr("\"job_id\":\"client-" + job.id + "\""));
    ++(type_of(event) == "job_status" ? statuses : events);
  }
  EXPECT_EQ(statuses, 3u);
  EXPECT_GT(events, 100u);
  EXPECT_THAT(line(generator, Source::stream, job.first), HasSubstr("\"started\":null"));
  EXPECT_THAT(line(generator, Source::stream, job.last), HasSubstr("\"completed\":true"));
  EXPECT_NE(generator.job_at(1).id, job.id);
}

TEST(EventGenerator, ListsTheYoungestJobsFirst) {
  const EventGenerator generator(1);
  EXPECT_TRUE(generator.jobs_before(0, 50).empty());
  ASSERT_EQ(generator.jobs_before(1, 50).size(), 1u);
  EXPECT_EQ(generator.jobs_before(1, 50)[0].id, generator.job_at(0).id);
  const std::vector<StreamJob> jobs = generator.jobs_before(1'000'000, 50);
  ASSERT_EQ(jobs.size(), 50u);
  for (std::size_t i = 1; i < jobs.size(); ++i) {
    EXPECT_GT(jobs[i - 1].first, jobs[i].first);
  }
  EXPECT_GE(jobs[0].last, 999'999u);
}

}  // namespace
}  // namespace penstock::simulator
