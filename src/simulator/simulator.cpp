#include "penstock/simulator/simulator.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <mutex>
#include <thread>

#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "penstock/core/thread_name.hpp"
#include "simulator/certificates.hpp"
#include "simulator/connection.hpp"

namespace penstock::simulator {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

// What a source's packed archives may take of the disk: tens of millions of events.
constexpr Bytes most_unpacked = 16_GiB;

constexpr milliseconds stop_timeout{1000};
constexpr milliseconds stop_poll{5};
constexpr milliseconds accept_pause{100};  // when there are no file descriptors left

}  // namespace

struct Simulator::Impl {
  explicit Impl(Options options)
      : state(std::move(options)), tls(asio::ssl::context::tls_server), acceptor(io) {}

  error_code listen(const tcp::endpoint& endpoint);
  asio::awaitable<void> accept();
  asio::awaitable<void> end_sessions();

  // Calls `what` where the state may be touched: on the I/O thread while that runs. Time stands
  // still while it doesn't.
  template <class What>
  auto with_state(What what) {
    const std::lock_guard lock(life);
    if (!thread.joinable()) {
      return what(state);
    }
    std::packaged_task<decltype(what(state))()> task([&] {
      state.advance(monotonic_now());
      return what(state);
    });
    auto result = task.get_future();
    asio::post(io, [&] { task(); });
    return result.get();
  }

  std::mutex life;  // start, stop, and calls into the I/O thread
  State state;
  asio::ssl::context tls;
  // Destroyed before what the coroutines that it holds refer to.
  asio::io_context io{1};
  tcp::acceptor acceptor;
  std::uint16_t port = 0;
  std::thread thread;
};

error_code Simulator::Impl::listen(const tcp::endpoint& endpoint) {
  try {
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
  } catch (const boost::system::system_error& error) {
    return error.code();
  }
  return {};
}

asio::awaitable<void> Simulator::Impl::accept() {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (!acceptor.is_open()) {
      co_return;
    }
    if (error) {
      asio::steady_timer pause(io, accept_pause);
      co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    asio::co_spawn(io, serve(state, std::move(socket), tls), asio::detached);
  }
}

asio::awaitable<void> Simulator::Impl::end_sessions() {
  state.stopping = true;
  error_code ignored;
  acceptor.close(ignored);
  asio::steady_timer timer(io);
  for (milliseconds waited{0}; state.streaming > 0 && waited < stop_timeout; waited += stop_poll) {
    timer.expires_after(stop_poll);
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  io.stop();
}

Simulator::Simulator(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Simulator::~Simulator() { stop(); }

Result<void> Simulator::start() {
  const std::lock_guard lock(impl_->life);
  const Options& options = impl_->state.options;
  if (Result<void> opened = impl_->state.open_archives(most_unpacked); !opened) {
    return opened;
  }
  impl_->tls.set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
  if (Result<void> made = make_certificates(impl_->tls.native_handle(), options.certificate,
                                            options.hosts, options.cert_dir / "ca.pem");
      !made) {
    return made;
  }
  error_code error;
  const asio::ip::address address = asio::ip::make_address(options.address, error);
  if (!error) {
    error = impl_->listen({address, options.port});
  }
  if (error) {
    return make_error(Errc::network, "can't listen on " + printable(options.address) + " port " +
                                         std::to_string(options.port) + ": " + error.message());
  }
  impl_->port = impl_->acceptor.local_endpoint().port();
  impl_->state.begin(monotonic_now(), wall_now());
  asio::co_spawn(impl_->io, impl_->accept(), asio::detached);
  impl_->thread = std::thread([this] {
    name_this_thread("simulator");
    impl_->io.run();
  });
  return {};
}

void Simulator::stop() {
  const std::lock_guard lock(impl_->life);
  if (!impl_->thread.joinable()) {
    return;
  }
  asio::co_spawn(impl_->io, impl_->end_sessions(), asio::detached);
  impl_->thread.join();
}

std::uint16_t Simulator::port() const { return impl_->port; }

std::filesystem::path Simulator::ca_file() const {
  return impl_->state.options.cert_dir / "ca.pem";
}

void Simulator::inject(const Fault& fault, std::optional<Source> source) {
  impl_->with_state([&](State& state) { state.inject(fault, source); });
}

void Simulator::inject(const Fault& fault, FaultPlace place) {
  impl_->with_state([&](State& state) { state.inject(fault, place); });
}

SourceStats Simulator::stats(Source source) const {
  return impl_->with_state([&](State& state) { return state.stats(state.of(source)); });
}

SourceStats Simulator::stats(FaultPlace place) const {
  return impl_->with_state([&](State& state) { return state.stats(state.of(place)); });
}

void Simulator::for_each_sent(Source source,
                              const std::function<void(const SentLine&)>& look) const {
  impl_->with_state([&](State& state) {
    const SourceState& from = state.of(source);
    TruthReader reader(from.truth, from.script, from.decided());
    while (const auto record = reader.next()) {
      if (!record->ended && record->session > 0) {
        look({record->session, record->whole, record->bad, record->job, record->bytes});
      }
    }
    return true;
  });
}

std::string Simulator::create_job(const JobPlan& plan) {
  return impl_->with_state([&](State& state) { return state.create_job(plan, {}).id; });
}

std::vector<JobSummary> Simulator::jobs() const {
  return impl_->with_state([](State& state) {
    std::vector<JobSummary> all;
    for (const Job& job : state.book.jobs()) {
      all.push_back(state.job_lines.summary(job));
    }
    return all;
  });
}

void Simulator::for_each_job_line(const std::function<void(const JobLine&)>& look) const {
  impl_->with_state([&](State& state) {
    std::string line;
    for (const JobBook::Happening& happening : state.book.happenings()) {
      const Job& job = state.book.jobs()[happening.job];
      line.clear();
      state.job_lines.append(line, job, happening.moment);
      const bool result = job.life.moment(happening.moment).what == JobLife::What::result;
      look({wire_id(job), !result, line});
    }
    return true;
  });
}

}  // namespace penstock::simulator
