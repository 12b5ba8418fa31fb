#include "ops/admin_routes.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <optional>

#include "ops/status_page.hpp"
#include "penstock/core/json_writer.hpp"
#include "penstock/core/text.hpp"

namespace penstock::ops {
namespace {

// What stands before `separator`, trimmed; it is cut off the front of `text`.
std::string_view take_part(std::string_view& text, char separator) {
  const auto part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  const auto begin = part.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return part.substr(begin, part.find_last_not_of(" \t") - begin + 1);
}

// Whoever lists OpenMetrics gets it, unless with a weight of 0, which refuses (RFC 9110 section
// 12.4.2): Prometheus prefers it over all else that it lists.
bool wants_open_metrics(std::string_view accept) {
  while (!accept.empty()) {
    std::string_view range = take_part(accept, ',');
    bool wanted = iequals_ascii(take_part(range, ';'), "application/openmetrics-text");
    while (!range.empty()) {
      const auto parameter = take_part(range, ';');
      const bool weight = parameter.starts_with("q=") || parameter.starts_with("Q=");
      wanted =
          wanted && !(weight && parameter.find_first_not_of("0.", 2) == std::string_view::npos);
    }
    if (wanted) {
      return true;
    }
  }
  return false;
}

// The absolute form of a target is for proxies, but must be taken (RFC 9112 section 3.2.2).
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (iequals_ascii(target.substr(0, scheme.size()), scheme)) {
      const std::size_t end = target.find_first_of("/?", scheme.size());
      return end < target.size() && target[end] == '/' ? target.substr(end) : "/";
    }
  }
  return target;
}

Response metrics_response(std::string_view accept, const Handlers& handlers) {
  if (wants_open_metrics(accept)) {
    return {200, "application/openmetrics-text; version=1.0.0; charset=utf-8",
            handlers.metrics(MetricsFormat::open_metrics)};
  }
  return {200, "text/plain; version=0.0.4; charset=utf-8",
          handlers.metrics(MetricsFormat::prometheus)};
}

Response page(const AdminRequest& request, const Handlers& handlers) {
  const auto path = request.target.substr(0, request.target.find('?'));
  if (path == "/livez") {
    return handlers.livez();
  }
  if (path == "/readyz") {
    return handlers.readyz();
  }
  if (path == "/metrics") {
    return metrics_response(request.accept, handlers);
  }
  if (path == "/status") {
    return {200, "application/json", status_document(handlers.snapshot())};
  }
  if (path == "/version") {
    return handlers.version();
  }
  if (path == "/") {
    return {200, "text/html; charset=utf-8", status_page(handlers.snapshot())};
  }
  if (path == "/style.css") {
    return {200, "text/css; charset=utf-8", std::string(style_sheet())};
  }
  if (path == "/live.js") {
    return {200, "text/javascript; charset=utf-8", std::string(live_script())};
  }
  if (path == "/events") {
    Response live{200, "text/event-stream", {}};
    live.events = [snapshot = handlers.snapshot] { return main_part(snapshot()); };
    return live;
  }
  return error_response(404,
                        request.may_change
                            ? "no such page or call; there are /livez, /readyz, /metrics, /status, "
                              "/version, /, and POST /reload and /replay/<job id>"
                            : "no such page; there are /livez, /readyz, /metrics, /status, "
                              "/version and /");
}

// Probes carry no password: they are answered, and told nothing of sources or Kafka.
Response page_for_strangers(const AdminRequest& request, const Handlers& handlers) {
  const auto path = request.target.substr(0, request.target.find('?'));
  if (path != "/livez" && path != "/readyz") {
    return unauthorised();
  }
  Response response = page(request, handlers);
  response.content_type = "application/json";
  response.body = R"({"details":"for those with a password"})";
  return response;
}

// What follows `/replay/` and `?`, or what is wrong with it.
struct ReadCall {
  ReplayCall call;
  std::string_view wrong;
};
ReadCall read_replay(const boost::urls::url_view& target) {
  ReadCall read;
  read.call.job = (*std::next(target.segments().begin()));
  for (const auto& parameter : target.params()) {
    const std::string value(parameter.value);
    if (parameter.key == "force" && value == "1") {
      read.call.force = true;
    } else if (parameter.key == "source" && !value.empty()) {
      read.call.source = value;
    } else {
      read.wrong = "known are force=1 and source=NAME";
    }
  }
  if (read.call.job.empty()) {
    read.wrong = "the job id is missing: /replay/<job id>";
  }
  return read;
}

// Calls that change something. False: it is none.
bool change(const AdminRequest& request, const Handlers& handlers, const Answer& answer) {
  const auto target = boost::urls::parse_origin_form(request.target);
  if (!target || target->segments().empty()) {
    return false;
  }
  const std::string name = *target->segments().begin();
  const std::size_t parts = target->segments().size();
  const bool is_replay = name == "replay" && parts == 2;
  const bool is_reload = name == "reload" && parts == 1;
  if (!is_replay && !is_reload) {
    return false;
  }
  if (request.method != "POST") {
    Response refused = error_response(405, "only POST is answered here");
    refused.allow = "POST";
    answer(std::move(refused));
  } else if (is_reload) {
    handlers.reload(answer);
  } else if (const ReadCall read = read_replay(*target); read.wrong.empty()) {
    handlers.replay(read.call, answer);
  } else {
    answer(error_response(400, read.wrong));
  }
  return true;
}

}  // namespace

Response error_response(int status, std::string_view text) {
  JsonWriter json;
  json.begin_object().field("error", text).end_object();
  return {status, "application/json", json.str()};
}

Response late_answer(std::string_view any_target) {
  const std::string_view target = origin_form(any_target);
  const bool reloads = target == "/reload" || target.starts_with("/reload?");
  return error_response(504, reloads ? "not over yet: a journal is still being read. The reload "
                                       "goes on; the log, /readyz and /metrics tell how it ends"
                                     : "no answer in time: is Kafka away? It may still be "
                                       "carried out");
}

Response unauthorised() { return error_response(401, "name and password are needed here"); }

void route(const AdminRequest& asked, const Handlers& handlers, const Answer& answer) {
  AdminRequest request = asked;
  request.target = origin_form(asked.target);
  if (request.may_change && change(request, handlers, answer)) {
    return;
  }
  if (request.method != "GET" && request.method != "HEAD") {
    answer(error_response(405, "only GET and HEAD are answered here"));
    return;
  }
  answer(request.may_see ? page(request, handlers) : page_for_strangers(request, handlers));
}

}  // namespace penstock::ops
