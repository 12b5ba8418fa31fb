// What remote/session.cpp does around SessionFsm, one step at a time, against the model of the API.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "block_lane.hpp"
#include "penstock/remote/session_fsm.hpp"
#include "remote_model.hpp"

namespace penstock::scenario {

class LiveSession {
 public:
  using Failed = std::function<void(DisconnectCause)>;  // an attempt that became no session
  using Opened = std::function<void(SessionId)>;        // before its mark

  LiveSession(std::string source, std::size_t instance, RemoteModel& remote,
              const test::TurnedClock& clock, const Clock& machine, Dice& dice, Story& story,
              BlockLane& lane, Failed failed, Opened opened);

  // step() would do something now, or will by then if nothing else happens; none: never.
  bool can_step() const;
  std::optional<MonotonicTime> due() const;
  void step();

  void resume() { room_ = true; }  // there may be room in the ring again
  void stop();                     // the process ends: no more bytes
  bool is_open() const { return open_; }

 private:
  void go_on(const remote::Outcome& what);
  remote::Outcome connect();
  void read();
  const Connection& connection() const;
  // Why reading comes to its end now, all bytes that came being read.
  std::optional<remote::Outcome> end_of_reading() const;

  std::string source_;
  std::size_t instance_;
  RemoteModel& remote_;
  const test::TurnedClock& clock_;
  const Clock& machine_;
  Dice& dice_;
  Story& story_;
  BlockLane& lane_;
  Failed failed_;
  Opened opened_;
  remote::SessionFsm fsm_;
  remote::Action action_ = remote::Action::wait;
  MonotonicTime at_;  // when a wait ends, or an answer comes
  MonotonicTime last_byte_;
  std::uint64_t connection_ = 0;
  std::uint64_t sessions_;  // those that are in the journal counted
  bool open_ = false;
  bool room_ = true;
};

}  // namespace penstock::scenario
