#include "penstock/app/commands/replay.hpp"

#include <rapidjson/document.h>

#include <vector>

#include "app/commands/admin_client.hpp"
#include "penstock/core/text.hpp"
#include "penstock/remote/endpoint.hpp"

namespace penstock::app {
namespace {

namespace http = boost::beast::http;

constexpr unsigned accepted = 202;
constexpr std::size_t shown_answer = 2000;  // characters: a reason and its hint

// A path segment's characters are safe in a query, too.
Result<std::string> target_of(const ReplayWanted& wanted) {
  auto target = remote::make_path(std::vector<std::string>{"replay", wanted.job});
  if (!target) {
    return make_error(Errc::invalid_argument, "`" + printable(wanted.job) + "` is no job id");
  }
  *target += wanted.force ? "?force=1" : "";
  if (wanted.source) {
    const auto source = remote::make_path(std::vector<std::string>{*wanted.source});
    if (!source) {
      return make_error(Errc::invalid_argument, "`" + printable(*wanted.source) + "` is no source");
    }
    *target += (wanted.force ? "&source=" : "?source=") + source->substr(1);
  }
  return target;
}

// A text member of the answer, fit to be shown; empty where there is none.
std::string member(const rapidjson::Document& json, const char* name) {
  if (json.HasParseError() || !json.IsObject()) {
    return {};
  }
  const auto found = json.FindMember(name);
  return found != json.MemberEnd() && found->value.IsString()
             ? printable({found->value.GetString(), found->value.GetStringLength()}, shown_answer)
             : std::string();
}

}  // namespace

Result<std::string> ask_for_replay(const std::filesystem::path& socket,
                                   const ReplayWanted& wanted) {
  const auto target = target_of(wanted);
  if (!target) {
    return target.error();
  }
  const auto answered = ask_admin_now({.socket = socket}, http::verb::post, *target);
  if (!answered) {
    return answered.error();
  }
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(answered->body.data(), answered->body.size());
  if (answered->status == accepted) {
    return "accepted: job " + member(json, "job_id") + " of the source " + member(json, "source") +
           " is replayed as soon as its turn comes";
  }
  const std::string why = member(json, "error");
  return make_error(Errc::protocol,
                    why.empty() ? "the daemon answered " + std::to_string(answered->status) : why);
}

}  // namespace penstock::app
