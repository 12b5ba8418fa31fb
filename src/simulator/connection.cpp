#include "simulator/connection.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "penstock/core/system_clock.hpp"
#include "simulator/control.hpp"
#include "simulator/images.hpp"
#include "simulator/query.hpp"
#include "simulator/replay_script.hpp"
#include "simulator/sender.hpp"
#include "simulator/tasks.hpp"

namespace penstock::simulator {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t truth_chunk = 64 * 1024;

// Random numbers, apart from others.
constexpr std::uint64_t feed_stream = 0x40;  // and those behind it, by source
constexpr std::uint64_t replay_feed_stream = 0x48;
constexpr std::uint64_t query_feed_stream = 0x49;
constexpr std::uint64_t body_stream = 0x50;
constexpr std::uint64_t cut_stream = 0x52;

// Lines that are all there, and where their figures go.
struct Finite {
  Endpoint& endpoint;
  const Script& script;
  std::uint64_t size;  // lines
  std::uint64_t feed;  // its random numbers
  std::string_view content_type;
};

class Connection {
 public:
  Connection(State& state, asio::ip::tcp::socket socket, asio::ssl::context& context)
      : state_(state), wire_(std::move(socket), context) {}

  asio::awaitable<void> run();

 private:
  asio::awaitable<bool> serve_request();
  asio::awaitable<bool> send(const Answer& answer, bool keep_alive);
  asio::awaitable<bool> send(Endpoint& endpoint, const Answer& answer, bool keep_alive);
  asio::awaitable<bool> send_truth(SourceState& source, bool keep_alive);
  asio::awaitable<bool> serve_stream(SourceState& source, const HttpRequest& request);
  asio::awaitable<bool> serve_replay(std::string_view id, const HttpRequest& request);
  asio::awaitable<bool> serve_query(const ApiRequest& asked, const HttpRequest& request);
  asio::awaitable<bool> send_script(const Finite& finite, const std::optional<Fault>& fault);
  asio::awaitable<bool> serve_picture(const ApiRequest& asked, const HttpRequest& request);

  State& state_;
  Wire wire_;
};

asio::awaitable<void> Connection::run() {
  // Not as a condition: g++ 12.2 makes a broken coroutine of a void one that begins with
  // `if (!co_await …)`.
  bool usable = co_await wire_.handshake();
  while (usable) {
    usable = co_await serve_request();
  }
  if (wire_.is_open()) {
    co_await wire_.close();
  }
}

// False: the connection is not to be used any more.
asio::awaitable<bool> Connection::serve_request() {
  const std::optional<HttpRequest> request = co_await wire_.read_request();
  if (!request) {
    co_return false;
  }
  state_.advance(monotonic_now());
  const std::string_view target = request->target();
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string_view query = target.substr(std::min(path.size() + 1, target.size()));
  const std::string_view method = request->method_string();
  const Options& options = state_.options;
  const bool authorised =
      options.token.empty() || (*request)[options.token_header] == options.token;
  const auto below = [&](std::string_view folder) {
    return method == "GET" && path.starts_with(folder) ? path.substr(folder.size())
                                                       : std::string_view{};
  };
  if (const auto source = source_named(below("/_sim/truth/"))) {
    co_return co_await send_truth(state_.of(*source), request->keep_alive());
  }
  const auto source = source_named(below("/v1/"));
  if (source && authorised) {
    co_return co_await serve_stream(state_.of(*source), *request);
  }
  const std::string_view replayed = below("/v1/replay/");
  if (!replayed.empty() && authorised) {
    co_return co_await serve_replay(replayed, *request);
  }
  const ApiRequest asked{method,     path, request->body(), (*request)[http::field::host],
                         authorised, query};
  if (method == "GET" && is_of_pictures(path)) {
    co_return co_await serve_picture(asked, *request);
  }
  if (method == "GET" && is_of_queries(path) && authorised) {
    co_return co_await serve_query(asked, *request);
  }
  const Answer made = answer(state_, asked);
  ++(source                ? state_.of(*source).responses
     : !replayed.empty()   ? state_.of(FaultPlace::replay).responses
     : is_of_tasks(path)   ? state_.of(FaultPlace::tasks).responses
     : is_of_queries(path) ? state_.of(FaultPlace::query).responses
                           : state_.other_responses)[made.status];
  co_return co_await send(made, request->keep_alive());
}

asio::awaitable<bool> Connection::send(const Answer& answer, bool keep_alive) {
  return send_answer(wire_, answer, keep_alive);
}

// Where faults strike in the middle of a body.
asio::awaitable<bool> Connection::send(Endpoint& endpoint, const Answer& answer, bool keep_alive) {
  ++endpoint.responses[answer.status];
  const std::size_t size = answer.body.size();
  const auto fault = size > 1 ? endpoint.faults.take(FaultGroup::ending) : std::nullopt;
  if (!fault) {
    endpoint.bytes += size;
    return send_answer(wire_, answer, keep_alive);
  }
  SplitMix64 random(state_.options.seed, cut_stream, endpoint.bytes);
  const std::size_t cut = random.between(1, size - 1);
  endpoint.bytes += cut;
  return send_cut_answer(wire_, state_, answer, cut, *fault);
}

asio::awaitable<bool> Connection::send_truth(SourceState& source, bool keep_alive) {
  TruthReader reader(source.truth, source.script, source.decided());
  ++state_.other_responses[200];
  std::string chunk =
      "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n";
  chunk.append(keep_alive ? "" : "Connection: close\r\n").append("\r\n");
  std::string records;
  bool more = true;
  while (more) {
    records.clear();
    while (more && records.size() < truth_chunk) {
      const auto record = reader.next();
      more = record.has_value();
      if (record) {
        append_json(records, *record);
      }
    }
    if (!records.empty()) {
      char digits[16];
      chunk.append(digits, std::to_chars(digits, digits + sizeof digits, records.size(), 16).ptr);
      chunk.append("\r\n").append(records).append("\r\n");
    }
    chunk.append(more ? "" : "0\r\n\r\n");
    if (!co_await wire_.write(chunk)) {
      co_return false;
    }
    chunk.clear();
  }
  co_return keep_alive;
}

// The fault that a request meets.
std::optional<Fault> fault_of_request(Endpoint& endpoint) {
  endpoint.faults.advance(monotonic_now());
  endpoint.faults.on_request();
  return endpoint.faults.take(FaultGroup::connection);
}

std::optional<Answer> refusal(const std::optional<Fault>& fault, const HttpRequest& request) {
  return fault ? fault_answer(*fault, request[http::field::host], request.target()) : std::nullopt;
}

asio::awaitable<bool> Connection::serve_stream(SourceState& source, const HttpRequest& request) {
  const std::optional<Fault> fault = fault_of_request(source);
  const auto refused = refusal(fault, request);
  ++source.responses[refused ? refused->status : 200];
  if (refused) {
    co_return co_await send(*refused, request.keep_alive());
  }
  if (source.connected == 0) {
    source.pace.restart(monotonic_now());
  }
  const std::optional<std::uint64_t> jobs_from = source.script.jobs_from();
  std::uint64_t cursor = jobs_from ? source.script.happened() : source.next;
  const std::uint64_t allowance = state_.allowance(source, cursor);
  SessionFeed::Shape shape{framing_of(fault)};
  SplitMix64 random(state_.options.seed, body_stream, source.sessions);
  if (fault && fault->kind == FaultKind::content_length) {
    // What is still to happen, and what an archive doesn't hold, can't be sent; nor what is new to
    // who was promised quiet.
    const std::uint64_t there =
        jobs_from || source.quiet ? allowance : source.script.size() - cursor;
    shape.max_lines = std::min(random.between(20, 200), there);
  } else if (fault && fault->kind == FaultKind::until_close) {
    shape.max_lines = random.between(50, 500);
  }
  SessionFeed feed({source.script, cursor, source, source.truth}, shape, state_.options.seed,
                   feed_stream + static_cast<std::uint64_t>(source.source));
  const Sending sending{state_, source, feed, source.truth, cursor, &source, fault};
  co_await send_body(wire_, sending);
  co_return false;
}

asio::awaitable<bool> Connection::serve_replay(std::string_view id, const HttpRequest& request) {
  Endpoint& replays = state_.of(FaultPlace::replay);
  const std::optional<Fault> fault = fault_of_request(replays);
  const Job* job = state_.replayable(id);
  auto refused = refusal(fault, request);
  if (!refused && job == nullptr) {
    refused = error_answer(404, "No such job.");
  }
  ++replays.responses[refused ? refused->status : 200];
  if (refused) {
    co_return co_await send(*refused, request.keep_alive());
  }
  ReplayForm form;
  while (const auto demanded = replays.faults.take(FaultGroup::replay)) {
    demand(form, *demanded);
  }
  const ReplayScript script(state_.job_lines, *job, form, state_.options.seed, replays.sessions,
                            state_.options.max_event);
  co_return co_await send_script(
      {replays, script, script.size(), replay_feed_stream, "application/json"}, fault);
}

asio::awaitable<bool> Connection::send_script(const Finite& finite,
                                              const std::optional<Fault>& fault) {
  const std::uint64_t seed = state_.options.seed;
  SplitMix64 random(seed, body_stream + 1, finite.endpoint.sessions);
  // So that it breaks anywhere, and not near its begin alone.
  const std::uint64_t breaks_from = finite.size > 0 ? random.below(finite.size) : 0;
  std::uint64_t cursor = 0;
  Truth truth;
  SessionFeed feed({finite.script, cursor, finite.endpoint, truth},
                   {framing_of(fault), finite.size, breaks_from}, seed, finite.feed);
  const Sending sending{state_, finite.endpoint, feed,  truth,
                        cursor, nullptr,         fault, finite.content_type};
  co_await send_body(wire_, sending);
  co_return false;
}

asio::awaitable<bool> Connection::serve_query(const ApiRequest& asked, const HttpRequest& request) {
  Endpoint& queries = state_.of(FaultPlace::query);
  if (const auto refused = refusal(fault_of_request(queries), request)) {
    ++queries.responses[refused->status];
    co_return co_await send(*refused, request.keep_alive());
  }
  if (is_of_images(asked.path)) {
    const Answer made = answer_of_images(state_, asked);
    co_return co_await send(queries, made, request.keep_alive());
  }
  auto found = find_events(state_, asked);
  if (const Answer* refused = std::get_if<Answer>(&found)) {
    co_return co_await send(queries, *refused, request.keep_alive());
  }
  ++queries.responses[200];
  const FoundScript script(state_.events, std::move(std::get<std::vector<StoredEvent>>(found)));
  co_return co_await send_script(
      {queries, script, script.size(), query_feed_stream, "application/x-ndjson"}, std::nullopt);
}

asio::awaitable<bool> Connection::serve_picture(const ApiRequest& asked,
                                                const HttpRequest& request) {
  Endpoint& pictures = state_.of(FaultPlace::pictures);
  std::optional<Answer> made;
  if (request.count(state_.options.token_header) > 0) {
    made = error_answer(400, "A token has no place here.");
  } else {
    made = refusal(fault_of_request(pictures), request);
  }
  if (made) {
    ++pictures.responses[made->status];
    co_return co_await send(*made, request.keep_alive());
  }
  made = answer_of_pictures(state_, asked);
  co_return co_await send(pictures, *made, request.keep_alive());
}

}  // namespace

asio::awaitable<void> serve(State& state, asio::ip::tcp::socket socket,
                            asio::ssl::context& context) {
  Connection connection(state, std::move(socket), context);
  co_await connection.run();
}

}  // namespace penstock::simulator
