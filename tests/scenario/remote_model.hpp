// The API as penstock sees it, and the truth that it can't see: which events there were, when, and
// over which connection each of them went.
//
// Events happen whether or not anybody listens. One source at a time has one connection; a second
// one ends the first.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "penstock/core/job_words.hpp"
#include "penstock/core/time.hpp"
#include "penstock/core/units.hpp"
#include "simulator/random.hpp"
#include "story.hpp"

namespace penstock::scenario {

using Dice = simulator::SplitMix64;

inline constexpr Bytes largest_event{1'024};  // events.max_size

// Something that the live stream of a source carries, or would have carried.
struct Emission {
  enum class Kind : std::uint8_t {
    event,
    status,
    garbled,  // an event, which arrives as something that is no JSON
  };
  Kind kind = Kind::event;
  std::uint64_t mark = 0;  // of its content; identical twins share it
  std::optional<std::size_t> job;
  WallTime at;
  std::string line;              // as the live stream writes it
  std::uint64_t connection = 0;  // which carries it; 0: none was open
  std::uint64_t end = 0;         // of its line among the connection's bytes, without the line end
};

struct ModelJob {
  enum class Replay : std::uint8_t {
    faithful,
    gone,     // 404
    foreign,  // with other values than the live stream's
    lossy,    // half of its events, for good
  };
  std::string id;  // without `client-`
  WallTime requested_at, ends_at;
  std::string outcome;                           // the API's word for its end
  bool tells_creation = true, tells_end = true;  // by messages on the stream
  Replay replay = Replay::faithful;
  Duration lag{0};                  // of its replay behind the events
  std::vector<std::size_t> events;  // of the source's emissions
};

struct Connection {
  enum class End : std::uint8_t { none, orderly, broken, silent };
  std::uint64_t id = 0;
  std::string bytes;
  std::size_t delivered = 0;
  End end = End::none;
  WallTime comes_at{};  // until then what is to be delivered is on its way
  std::optional<WallTime> held_back_from, held_back_until;  // as nobody read it; first, last
  WallTime opened_at, received_at, ended_at;  // its header, the last byte that came, its end
  std::size_t instance = 0;                   // of penstock, which opened it
};

struct ModelSource {
  std::string name;
  bool has_jobs = false;
  std::size_t listed = 0;  // that many jobs the task list holds, the latest
  std::vector<ModelJob> jobs;
  std::vector<Emission> emissions;
  std::map<std::uint64_t, Connection> connections;  // all there were
  std::uint64_t open = 0;                           // the one that gets what happens now; 0: none
  std::set<std::size_t> remembered;  // processes of penstock of which Kafka has something
  // When one last committed that what it received then had been held back.
  std::map<std::size_t, WallTime> told_held_back;
  bool has_told(const Connection& from) const {
    const auto told = told_held_back.find(from.instance);
    return told != told_held_back.end() && told->second >= from.held_back_until;
  }
};

// What a request is answered, before any body.
struct Answer {
  enum class Kind : std::uint8_t { ok, unreachable, status } kind = Kind::ok;
  unsigned status = 200;
  std::optional<Duration> retry_after{};
};

struct ReplayAnswer {
  Answer answer;
  std::string body{};
  bool whole = true;  // the body comes to its end
};

class RemoteModel {
 public:
  RemoteModel(const test::TurnedClock& clock, Dice& dice, Story& story)
      : clock_(clock), dice_(dice), story_(story) {}

  struct SourcePlan {
    std::string name;
    std::size_t jobs = 0;  // 0: a source without jobs
    std::size_t events = 0;
    Duration span{0};          // in which they happen
    std::size_t listed = 100;  // jobs in the task list
    bool garbles = false;      // some lines
    bool flawed_replays = false;
  };
  // The plan of all that will happen. Of one source, before it is asked for anything.
  void plan(const SourcePlan& plan);

  // Time.
  std::optional<WallTime> next_at() const;  // when something happens next
  void happen();                            // what is due
  bool over() const { return next_ == planned_.size(); }
  void calm() { calm_ = true; }  // nothing goes wrong any more

  // The live stream.
  std::optional<Answer> trouble(const std::string& source) const;
  Connection& connect(const std::string& source, std::size_t instance);
  void cut(const std::string& source, Connection::End end);  // at a random byte of what is sent
  void refuse(const std::string& source, Answer answer, WallTime until);

  // The REST API. Nothing: no answer that could be used.
  std::optional<std::vector<Task>> tasks(const std::string& source);
  std::optional<Task> status(const std::string& source, std::string_view job);
  bool knows(const std::string& source, std::string_view job) const;
  ReplayAnswer replay(const std::string& source, std::string_view job);

  ModelSource& source(const std::string& name) { return sources_.at(name); }
  const std::map<std::string, ModelSource>& sources() const { return sources_; }

 private:
  struct Planned {
    WallTime at;
    std::string source;
    Emission emission;
  };
  struct Refusal {
    Answer answer;
    WallTime until;
  };

  void plan_job(const SourcePlan& plan, ModelSource& source, std::size_t events, bool last);
  WallTime time_of_event(WallTime from, std::uint64_t span);
  void plan_emission(const SourcePlan& plan, Emission emission);
  void emit(ModelSource& source, Emission emission);
  bool slips(std::uint64_t one_in) { return !calm_ && dice_.one_in(one_in); }
  Task task_of(const ModelJob& job);
  const ModelJob* find(const std::string& source, std::string_view job) const;

  const test::TurnedClock& clock_;
  Dice& dice_;
  Story& story_;
  std::map<std::string, ModelSource> sources_;
  std::map<std::string, Refusal> refusals_;
  std::vector<Planned> planned_;  // by time
  std::size_t next_ = 0;
  WallTime last_event_{};  // planned
  std::uint64_t marks_ = 0, connections_ = 0;
  bool calm_ = false;
};

}  // namespace penstock::scenario
