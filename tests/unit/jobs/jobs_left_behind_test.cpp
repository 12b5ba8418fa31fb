// Journals of daemons that don't come back.
#include "unit/jobs/jobs_fixture.hpp"

namespace penstock::jobs {
namespace {

class JobsLeftBehind : public JobsFixture {
 protected:
  const JobsOptions first = of_journal("1111"), second = of_journal("2222");
};

TEST_F(JobsLeftBehind, NamesTheJournalThatAnotherDaemonLeft) {
  start(first);
  open();
  live({event_line("a", 1)});
  restart(first);
  tick();
  EXPECT_TRUE(gap_shows("\"cause\":\"daemon_down\""));
  EXPECT_TRUE(gap_shows("\"note\":\"\"")) << "its own";
  open();
  restart(second);
  tick();
  EXPECT_TRUE(gap_shows("\"note\":\"journal 1111 on here may hold events of it: start penstock "));
}

// The daemon that comes back dies again, before the rest of its journal is published.
TEST_F(JobsLeftBehind, NamesTheJournalOfADaemonThatDiedTwice) {
  start(first);
  open();
  restart(first);
  tick();
  restart(second);
  tick();
  EXPECT_TRUE(gap_shows("journal 1111 on here may hold events of it"));
}

TEST_F(JobsLeftBehind, NamesNoJournalOfADaemonThatWasStopped) {
  start(first);
  open();
  live({event_line("a", 1)});
  close(DisconnectCause::daemon_down);
  restart(first);
  commit(jobs->session_failed(session, DisconnectCause::refused, now));
  restart(second);
  tick();
  open();
  EXPECT_TRUE(gap_shows("\"note\":\"then refused\""));
}

}  // namespace
}  // namespace penstock::jobs
