// A job of which a gap took something, for tests of replays.
#pragma once

#include "unit/jobs/jobs_fixture.hpp"

namespace penstock::jobs {

class JobsReplayFixture : public JobsFixture {
 protected:
  // These come live; then there is a gap, behind which the job goes on.
  void gap_while_a_runs(const Lines& before) {
    start();
    list({});
    open();
    live(before);
    close();
    open();
    list({});
  }
  // Two events of a come live; then there is a gap, in which the job ends.
  void gap_at_the_end_of_a() {
    start();
    list({});
    open();
    live({event_line("a", 1), event_line("a", 2)});
    close();
    pass(30);
    open();
    list({{.job_id = "a", .status = "Success", .requested_at = at_s(0)}});
    EXPECT_TRUE(shows("a", "\"status\":\"success\""));
    EXPECT_FALSE(ordered_replay());
    pass(61);
    tick();
  }

  // By two replays that agree.
  void settle_a() {
    replay_next("a", all);
    replay_next("a", all);
    ASSERT_TRUE(settled("a"));
  }

  const Lines all{event_line("client-a", 3), event_line("a", 2), event_line("a", 1)};
};

}  // namespace penstock::jobs
