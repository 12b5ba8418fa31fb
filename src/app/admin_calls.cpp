#include "app/admin_calls.hpp"

#include <string>
#include <vector>

#include "penstock/core/job_words.hpp"
#include "penstock/core/json_writer.hpp"
#include "penstock/core/text.hpp"

namespace penstock::app {
namespace {

ops::Response refused(int status, std::string_view why) {
  JsonWriter json;
  json.begin_object().field("error", why).end_object();
  return {status, "application/json", std::move(json).str()};
}

// The one that is meant; none: `why` says so.
SourcePipeline* choose(const std::list<Sources::Source>& sources, const std::string& named,
                       ops::Response& why) {
  std::vector<SourcePipeline*> found;
  std::string names;
  for (const Sources::Source& source : sources) {
    const bool meant = named.empty() ? source.pipeline->has_jobs() : source.name.str() == named;
    if (meant) {
      found.push_back(source.pipeline.get());
      names += (names.empty() ? "" : ", ") + source.name.str();
    }
  }
  if (found.size() == 1) {
    return found.front();
  }
  if (!named.empty()) {
    why = refused(404, "there is no source " + printable(named));
  } else if (found.empty()) {
    why = refused(409, "no source has jobs to replay");
  } else {
    why = refused(400, "several sources have jobs, name one of them: " + names);
  }
  return nullptr;
}

}  // namespace

void ask_for_replay(const std::list<Sources::Source>& sources, const ops::ReplayCall& call,
                    const ops::Answer& answer) {
  ops::Response why;
  SourcePipeline* const source = choose(sources, call.source, why);
  if (source == nullptr) {
    answer(std::move(why));
    return;
  }
  source->request_replay(call.job, call.force,
                         [answer, job = std::string(normal_job_id(call.job)),
                          name = source->name().str()](const Result<void>& taken) {
                           if (!taken) {
                             const bool unknown = taken.error().code == Errc::not_found;
                             answer(refused(unknown ? 404 : 409, taken.error().what));
                             return;
                           }
                           JsonWriter json;
                           json.begin_object().field("accepted", true).field("job_id", job);
                           json.field("source", name).end_object();
                           answer({202, "application/json", std::move(json).str()});
                         });
}

}  // namespace penstock::app
