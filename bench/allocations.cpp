// Counts the allocations that an event costs on its way from the socket to rd_kafka_produce: the
// daemon's own parts, one thread each for I/O, extraction and publishing, fed by the simulator over
// TLS, with the journal on disk. In place of librdkafka stands something that takes each record.
//
// The events are small, so that an allocation for each would show beside what there is for each TLS
// record of 16 kB, by OpenSSL, for each block and for each commit.
//
//   allocations [EVENTS]    exit status 1 where there is one for every ten events, or more
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "app/channel_feed.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/jobs/jobs.hpp"
#include "penstock/journal/directory.hpp"
#include "penstock/remote/session.hpp"
#include "penstock/simulator/simulator.hpp"
#include "publish/mailbox.hpp"
#include "publish/transactor.hpp"
#include "taking_kafka.hpp"

namespace {

// Of the threads that say so, while it is asked for.
thread_local bool is_counted = false;
std::atomic<bool> counting{false};
std::atomic<std::uint64_t> allocations{0};

void count() noexcept {
  if (is_counted && counting.load(std::memory_order_relaxed)) {
    allocations.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace

// OpenSSL's and Beast's as well: all of the process go through these.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* malloc(std::size_t size) {
  count();
  return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) {
  count();
  return __libc_calloc(number, size);
}
void* realloc(void* old, std::size_t size) {
  count();
  return __libc_realloc(old, size);
}
}

namespace penstock {
namespace {

constexpr double most_per_event = 0.1;

// What is committed of the state topic can be read.
class CountingKafka final : public TakingKafka {
 public:
  Produced event(const publish::Record&, publish::RecordId) override {
    events.fetch_add(1, std::memory_order_relaxed);
    events.notify_one();
    return Produced::queued;
  }
  Produced side(const SideRecord& record) override {
    if (!loaded_) {
      state_.push_back(record);
    }
    return Produced::queued;
  }
  Result<bool> read_state(const Apply& apply, const std::function<bool()>& done,
                          Duration) override {
    for (const SideRecord& record : state_) {
      if (auto applied = apply(record.key, record.value); !applied) {
        return applied.error();
      }
    }
    loaded_ = true;
    return done();
  }

  std::atomic<std::uint64_t> events{0};

 private:
  std::vector<SideRecord> state_;
  bool loaded_ = false;
};

class Path final : private remote::SessionListener, private publish::PublisherListener {
 public:
  Path(boost::asio::io_context& io, extract::Pool& pool,
       std::unique_ptr<journal::SegmentStore> segments, const simulator::Simulator& remote)
      : io_(io),
        jobs_({.source = source_, .has_jobs = false, .id_seed = {}}),
        transactor_({.source = source_,
                     .connection = {},
                     .topics = {},
                     .plan = {},
                     .transactional_id = {},
                     .router = {.key = publish::KeyField::ip},
                     .beat = beat_,
                     .instance = "1",
                     .host = "here",
                     .started_at = wall_now(),
                     .journal = "1"},
                    kafka_, jobs_, *this, counters_, clock_, log_),
        feed_(
            io, pool,
            {.ring = {.max_size = 1'024_MiB,
                      .max_line = 16_MiB,
                      .segment_size = journal::segment_size_for(16_MiB),
                      .sync_interval = Duration{1'000}},
             .beat = beat_,
             .segments = std::move(segments),
             .max_lines = limits::max_extracted_events,
             .max_bytes = limits::max_extracted_bytes,
             .flush_failed = [](const Error& error) { std::puts(error.what.c_str()); }},
            [this](Batch&& batch) {
              is_counted = true;  // this worker
              mailbox_.put(std::move(batch));
            },
            [this] { moved(); }),
        session_(io,
                 {.source = source_,
                  .url = "https://127.0.0.1:" + std::to_string(remote.port()) + "/v1/firehose",
                  .token_header = "X-Token",
                  .read_token = [] { return Result<std::string>("t"); },
                  .ca_file = remote.ca_file(),
                  .connect_timeout = Duration{10'000},
                  .stall_timeout = Duration{60'000},
                  .backoff = {},
                  .user_agent = "allocations",
                  .proxy = {}},
                 feed_, *this, counters_, log_) {}

  void run() {
    std::jthread publisher([this] { publish(); });
    feed_.begin();
    session_.start();
    is_counted = true;
    io_.run();
    mailbox_.close();
  }
  void stop() {
    boost::asio::post(io_, [this] {
      session_.stop([this] {
        feed_.end_flushing();
        io_.stop();
      });
    });
  }
  std::uint64_t events() const { return kafka_.events.load(); }
  void wait_for(std::uint64_t events) const {
    for (std::uint64_t now = 0; (now = kafka_.events.load()) < events;) {
      kafka_.events.wait(now);
    }
  }

 private:
  void session_opened(SessionId session) override { feed_.open(ChannelId{1}, session); }
  void session_closed(SessionId, DisconnectCause cause) override { feed_.close(cause); }
  void attempt_failed(DisconnectCause) override {}
  void notice(SourceEvent, std::string_view) override {}
  void ready_to_publish() override {}
  void released(const Batch& batch, std::size_t lines) override {
    released_.up_to = batch.block.sequence;
    ++released_.blocks;
    released_.lines += lines;
    released_.bytes += batch.block.bytes.size();
  }
  void committed() override {
    boost::asio::post(io_, [this, all = std::exchange(released_, {})] { feed_.released(all); });
  }
  void ended(publish::PublisherEnd) override {}

  void moved() {
    if (feed_.has_room()) {
      session_.resume();
    }
  }
  void publish() {
    using Need = publish::Transactor::Need;
    is_counted = true;
    for (Need need = transactor_.need(); need != Need::nothing; need = transactor_.need()) {
      if (need == Need::step) {
        transactor_.step();
        continue;
      }
      const auto until = transactor_.until();
      auto taken = mailbox_.take(until.value_or(clock_.monotonic() + std::chrono::seconds(1)));
      if (taken.item) {
        transactor_.take(std::move(*taken.item));
      } else if (taken.closed) {
        transactor_.drained();
      } else if (until) {
        transactor_.tick();
      }
    }
  }

  boost::asio::io_context& io_;
  SourceName source_{"firehose"};
  CommitBeat beat_{Duration{250}};
  NoLog log_;
  SystemClock clock_;
  SourceCounters counters_;
  CountingKafka kafka_;
  jobs::Jobs jobs_;
  publish::Mailbox mailbox_;
  publish::Transactor transactor_;
  app::Released released_;  // of the commit under way
  app::ChannelFeed feed_;
  remote::Session session_;
};

int run(std::uint64_t wanted) {
  std::string folder = (std::filesystem::temp_directory_path() / "allocations-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    std::perror("no directory");
    return 1;
  }
  simulator::Options options;
  options.cert_dir = folder;
  options.rate = std::nullopt;
  options.mix = simulator::Mix::port;
  simulator::Simulator remote(std::move(options));
  NoLog log;
  auto journal = journal::Directory::open({.path = folder + "/journal",
                                           .source = SourceName("firehose"),
                                           .segment_size = journal::segment_size_for(16_MiB)},
                                          log);
  if (const auto started = remote.start(); !started || !journal) {
    std::puts(started ? journal.error().what.c_str() : started.error().what.c_str());
    return 1;
  }
  boost::asio::io_context io(1);
  extract::Pool pool(1);
  Path path(io, pool, std::move(*journal), remote);
  std::uint64_t counted = 0;
  std::jthread watch([&] {
    path.wait_for(wanted);  // buffers have their sizes by then
    counting = true;
    const std::uint64_t before = path.events();
    path.wait_for(before + wanted);
    counting = false;
    counted = path.events() - before;
    path.stop();
  });
  path.run();
  watch.join();
  remote.stop();
  std::filesystem::remove_all(folder);
  const double each = static_cast<double>(allocations.load()) / static_cast<double>(counted);
  std::printf("%llu events, %llu allocations: %.4f an event\n",
              static_cast<unsigned long long>(counted),
              static_cast<unsigned long long>(allocations.load()), each);
  return each < most_per_event ? 0 : 1;
}

}  // namespace
}  // namespace penstock

int main(int argc, char** argv) {
  return penstock::run(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000);
}
