#include "penstock/app/commands/query.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>
#include <vector>

#include "app/commands/api_calls.hpp"
#include "app/commands/extract_block.hpp"
#include "app/commands/line_printer.hpp"
#include "app/commands/progress_line.hpp"
#include "app/composition.hpp"
#include "penstock/core/limits.hpp"
#include "penstock/core/system_clock.hpp"
#include "penstock/core/text.hpp"
#include "penstock/publish/command_producer.hpp"

namespace penstock::app {
namespace {

// What was found of an answer, on its way.
class Events {
 public:
  // A batch's events; its bytes stay until `take` is back. False: no more is wanted.
  using Take = std::function<bool(const Batch&)>;

  Events(Bytes max_event, QueryAnswer& answer, Take take)
      : lane_{.max_line = max_event}, answer_(answer), take_(std::move(take)) {}

  bool add(std::string_view value) {
    lines_.append(value) += '\n';
    return lines_.size() < limits::block_size.count || flush();
  }

  bool flush() {
    if (lines_.empty()) {
      return true;
    }
    const Batch batch = extract_lines(pool_, lane_, lines_, wall_now());
    for (const DeadLetter& letter : batch.dead_letters) {
      if (answer_.left_out++ == 0) {
        answer_.first_left_out =
            std::string(to_string(letter.reason)) + ", " + printable(letter.bytes, shown_value);
      }
    }
    const bool more = batch.events.empty() || take_(batch);
    lines_.clear();
    return more;
  }

 private:
  static constexpr std::size_t shown_value = 100;

  extract::Pool pool_{1};
  extract::LaneOptions lane_;
  QueryAnswer& answer_;
  Take take_;
  std::string lines_;
};

std::string asked_for(const QueryWanted& wanted) {
  std::string asked;
  const remote::RestRequest request = remote::query_request(wanted.kind, wanted.text);
  for (const std::string& segment : request.path) {
    asked += "/" + printable(segment);
  }
  return "GET " + asked;
}

// Asks, and takes what comes. Why it isn't whole; empty: it is, or no more was wanted.
std::string ask(ApiCalls& api, const settings::Loaded& loaded, const QueryWanted& wanted,
                Events& events) {
  const auto end = api.wait<void>([&](auto done) {
    remote::run_query(
        api.client(), remote::query_request(wanted.kind, wanted.text),
        loaded.settings.events.max_size, [&](std::string_view value) { return events.add(value); },
        std::move(done));
  });
  const bool wanted_no_more = !end && end.error().kind == remote::RestError::Kind::unwanted;
  if (!wanted_no_more) {
    events.flush();
  }
  return end || wanted_no_more ? "" : api_error(asked_for(wanted), end.error()).what;
}

}  // namespace

Result<QueryAnswer> print_query(const settings::Loaded& loaded, const settings::Inputs& inputs,
                                const QueryWanted& wanted) {
  std::signal(SIGPIPE, SIG_IGN);  // write() says it
  ApiCalls api(loaded, inputs);
  LinePrinter printer(STDOUT_FILENO, api.interrupt(), loaded.settings.events.max_size);
  QueryAnswer answer;
  Events events(loaded.settings.events.max_size, answer, [&](const Batch& batch) {
    std::string lines;
    for (const Event& event : batch.events) {
      lines.append(event.line) += '\n';
    }
    const bool more = printer.print(lines);
    answer.events = printer.lines();
    return more;
  });
  answer.failure = ask(api, loaded, wanted, events);
  if (printer.end() == LinePrinter::End::failed) {
    return make_error(Errc::io, printer.why());
  }
  return answer;
}

Result<QueryAnswer> publish_query(const settings::Loaded& loaded, const settings::Inputs& inputs,
                                  const QueryWanted& wanted) {
  const settings::Settings& settings = loaded.settings;
  ApiCalls api(loaded, inputs);  // before threads are made: it blocks signals
  NoLog log;
  const std::string topic = settings::topic_name(settings.kafka, "query");
  const auto producer = publish::CommandProducer::open(
      {.connection = kafka_connection(settings.kafka),
       .topics = {.events = topic},
       // One for each run, so that two at a time don't fence each other.
       .transactional_id = settings.kafka.transactional_id_prefix + ".query." + random_id(),
       .own_id = true,
       .max_event = settings.events.max_size,
       .command = "penstock query",
       .after_failure = "what was published stays, and the same command would publish it again",
       .in_doubt = "a reader of " + printable(topic) + " sees",
       .plan = topic_plan(settings)},
      log);
  if (!producer) {
    return producer.error();
  }
  const publish::Router router(router_options(settings, settings.api.url + "/v1/query"));
  QueryAnswer answer;
  std::string failed;
  ProgressLine progress;
  Events events(settings.events.max_size, answer, [&](const Batch& batch) {
    std::vector<publish::Outgoing> outgoing;
    for (std::uint32_t i = 0; i < batch.events.size(); ++i) {
      outgoing.push_back({.batch = &batch, .event = i, .router = &router, .topic = topic});
    }
    const auto done = (*producer)->publish(
        outgoing, wall_now(), [&](std::size_t index, const std::string& refused) {
          if (refused.empty()) {
            ++answer.events;
          } else if (answer.left_out++ == 0) {
            answer.first_left_out = "Kafka refuses it: " + refused + ", " +
                                    std::to_string(batch.events[index].line.size()) + " bytes";
          }
        });
    if (!done) {
      failed = done.error().what;
    }
    progress.show(monotonic_now(), [&] { return std::to_string(answer.events) + " published"; });
    return done.has_value();
  });
  answer.failure = ask(api, loaded, wanted, events);
  if (!failed.empty()) {
    answer.failure = failed;
  }
  return answer;
}

}  // namespace penstock::app
