// The bounds of the book; what its gaps go through is in jobs_gaps_test.cpp.
#include "jobs/gap_book.hpp"

#include <gtest/gtest.h>

#include "penstock/core/limits.hpp"
#include "unit/jobs/batches.hpp"

namespace penstock::jobs {
namespace {

// The only gap that has ended and waits for its jobs.
Gap& listed(GapBook& book) {
  book.list_asked();
  const auto gaps = book.listed();
  EXPECT_EQ(gaps.size(), 1u);
  return *gaps.front();
}

GapBook with_a_gap() {
  GapBook book(true, "p");
  book.begin(at_s(0), DisconnectCause::aborted, {});
  book.end(at_s(1));
  return book;
}

void add_jobs(GapBook& book, Gap& gap, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    book.add_job(gap, "job-" + std::to_string(i));
  }
}

// Its last bytes came after a time in which they were held back, and what was lost may be of that.
TEST(GapBook, BeginsWhereTheEndSaysThatTheJournalStillHad) {
  GapBook book(true, "p");
  book.begin(at_s(0), DisconnectCause::daemon_down, {}, SessionId{1});
  book.move_start(at_s(100));
  book.found_end(at_s(50), DisconnectCause::aborted);
  EXPECT_EQ(book.take_changed(false).back().started_at, at_s(50));
}

TEST(GapBook, ListsAThousandJobsAndCountsTheOthers) {
  GapBook book = with_a_gap();
  Gap& gap = listed(book);
  add_jobs(book, gap, limits::gap_jobs + 3);
  book.list_read(gap);
  const auto written = book.take_changed(false);
  ASSERT_EQ(written.size(), 1u);
  EXPECT_EQ(written[0].jobs.size(), limits::gap_jobs);
  EXPECT_EQ(written[0].note, "3 more jobs are replayed and not listed here");
}

TEST(GapBook, SaysALossOfAJobThatItHasNoRoomToList) {
  GapBook book = with_a_gap();
  Gap& gap = listed(book);
  add_jobs(book, gap, limits::gap_jobs + 1);
  book.list_read(gap);
  for (std::size_t i = 0; i < limits::gap_jobs; ++i) {
    book.job_settled("job-" + std::to_string(i));
  }
  const std::string last = "job-" + std::to_string(limits::gap_jobs);
  book.job_turned_up(last, Job{});
  book.job_given_up(last, "gone");
  const Gap written = book.take_changed(false).back();
  EXPECT_EQ(written.state, GapState::unrecoverable);
  EXPECT_TRUE(written.note.ends_with("job " + last + ": gone"));
}

TEST(GapBook, KnowsAHundredRecoveredGapsOfLate) {
  GapBook book(true, "p");
  for (std::size_t i = 0; i <= limits::gaps_recovered; ++i) {
    book.begin(at_ms(static_cast<std::int64_t>(i)), DisconnectCause::aborted, {});
    book.end(at_ms(static_cast<std::int64_t>(i)));
    book.list_read(listed(book));
  }
  EXPECT_EQ(book.take_changed(false).size(), limits::gaps_recovered + 1);
  book.job_turned_up("job", Job{});
  const auto again = book.take_changed(false);
  ASSERT_EQ(again.size(), limits::gaps_recovered);
  EXPECT_EQ(again[0].started_at, at_ms(1)) << "not the first";
  EXPECT_EQ(again[0].state, GapState::recovering);
}

TEST(GapBook, KeepsItsNotesShort) {
  GapBook book = with_a_gap();
  Gap& gap = listed(book);
  for (int i = 0; i < 1000; ++i) {
    book.note(gap, "something happened to job " + std::to_string(i));
  }
  EXPECT_LE(gap.note.size(), limits::gap_note + 10);
  EXPECT_TRUE(gap.note.ends_with("; and more"));
}

TEST(GapBook, FollowsNoMoreThanAThousandGaps) {
  GapBook book(true, "p");
  for (std::size_t i = 0; i <= limits::gaps_kept; ++i) {
    book.begin(at_ms(static_cast<std::int64_t>(i)), DisconnectCause::aborted, {});
    book.end(at_ms(static_cast<std::int64_t>(i)));
  }
  EXPECT_EQ(book.figures().by_state[static_cast<std::size_t>(GapState::open)], limits::gaps_kept);
  const auto written = book.take_changed(false);
  ASSERT_EQ(written.size(), limits::gaps_kept + 1);
  EXPECT_EQ(written[0].state, GapState::unrecoverable);
  EXPECT_EQ(written[0].started_at, at_ms(0)) << "the oldest";
  EXPECT_EQ(written[0].note.substr(0, 13), "too many gaps");
}

TEST(GapBook, FollowsTheGapThatIsOpenThoughItLooksTheOldest) {
  GapBook book(true, "p");
  book.begin(at_s(100), DisconnectCause::aborted, {});
  book.end(at_s(100));
  book.list_read(listed(book));  // recovered
  for (std::size_t i = 1; i < limits::gaps_kept; ++i) {
    book.begin(at_s(100), DisconnectCause::aborted, {});
    book.end(at_s(100));
  }
  book.begin(at_s(0), DisconnectCause::aborted, {});  // the clock was set back
  book.take_changed(false);
  book.job_turned_up("job", Job{});  // which needs room
  const auto written = book.take_changed(false);
  ASSERT_FALSE(written.empty());
  EXPECT_EQ(written[0].state, GapState::unrecoverable);
  EXPECT_EQ(written[0].started_at, at_s(100));
  ASSERT_TRUE(book.is_open());
  book.end(at_s(1));
  EXPECT_EQ(book.take_changed(false).back().started_at, at_s(0));
}

TEST(GapBook, CountsTheTimeOfAGapWhileItLasts) {
  GapBook book = with_a_gap();  // of 1 s
  book.begin(at_s(10), DisconnectCause::aborted, {});
  EXPECT_EQ(book.figures().time, Duration(1'000));
  book.tick(at_s(13));
  EXPECT_EQ(book.figures().time, Duration(4'000));
  book.tick(at_s(12));  // the clock is set back
  EXPECT_EQ(book.figures().time, Duration(4'000)) << "it counts, so it never falls";
  book.end(at_s(15));
  EXPECT_EQ(book.figures().time, Duration(6'000));
  book.tick(at_s(20));
  EXPECT_EQ(book.figures().time, Duration(6'000));
}

TEST(GapBook, CountsAGapWhoseStartMayMoveWhenItEnds) {
  GapBook book(true, "p");
  book.begin(at_s(0), DisconnectCause::daemon_down, {}, SessionId{7});
  book.tick(at_s(100));
  EXPECT_EQ(book.figures().time, Duration(0));
  book.move_start(at_s(98));  // the journal had more
  book.end(at_s(101));
  EXPECT_EQ(book.figures().time, Duration(3'000));
}

TEST(GapBook, IsRecoveredWhenTheLastOfItsJobsIsSettled) {
  GapBook book = with_a_gap();
  Gap& gap = listed(book);
  book.add_job(gap, "a");
  book.add_job(gap, "b");
  book.list_read(gap);
  EXPECT_EQ(book.take_changed(false).at(0).state, GapState::recovering);
  book.job_settled("a");
  book.job_settled("c");
  EXPECT_TRUE(book.take_changed(false).empty());
  book.job_settled("b");
  EXPECT_EQ(book.take_changed(false).at(0).state, GapState::recovered);
  EXPECT_TRUE(book.take_changed(true).empty()) << "it came a last time";
}

TEST(GapBook, WaitsForAllItsJobsWhereOneIsGivenUp) {
  GapBook book = with_a_gap();
  Gap& gap = listed(book);
  book.add_job(gap, "a");
  book.add_job(gap, "b");
  book.list_read(gap);
  book.job_given_up("a", "gone");
  EXPECT_EQ(book.take_changed(false).at(0).state, GapState::recovering);
  book.job_settled("b");
  const Gap over = book.take_changed(false).at(0);
  EXPECT_EQ(over.state, GapState::unrecoverable);
  EXPECT_EQ(over.note, "job a: gone");
}

TEST(GapBook, WritesMereNumbersOnlyWhenAsked) {
  GapBook book = with_a_gap();
  Gap& gap = listed(book);
  book.add_job(gap, "a");
  book.list_read(gap);
  book.take_changed(false);
  book.job_replayed("a", 5);
  EXPECT_TRUE(book.take_changed(false).empty());
  EXPECT_EQ(book.take_changed(true).at(0).recovered_events, 5u);
  EXPECT_TRUE(book.take_changed(true).empty());
}

TEST(GapBook, WritesNumbersOfAGapThatHadSomeWhenItWasRecovered) {
  GapBook book = with_a_gap();
  Gap& gap = listed(book);
  book.add_job(gap, "a");
  book.list_read(gap);
  book.job_replayed("a", 5);
  book.job_settled("a");
  book.job_turned_up("b", Job{});
  book.take_changed(false);
  book.job_replayed("b", 3);
  const auto written = book.take_changed(true);
  ASSERT_EQ(written.size(), 1u);
  EXPECT_EQ(written[0].recovered_events, 8u);
}

TEST(GapBook, KnowsAfterARestartWhichJobsAreStillWaitedFor) {
  JobTracker jobs(FirstStart::none);
  Job settled;
  settled.settled = true;
  jobs.restore("done", settled);
  jobs.learn("open");
  Gap gap;
  gap.id = "x";
  gap.started_at = at_s(0);
  gap.ended_at = at_s(1);
  gap.state = GapState::recovering;
  gap.jobs = {"done", "forgotten", "open"};
  GapBook book(true, "p");
  book.restore(gap);
  gap.id = "y";
  gap.jobs = {"done"};
  book.restore(gap);
  book.restored(jobs);
  const auto over = book.take_changed(false);
  ASSERT_EQ(over.size(), 1u) << "its last job was settled, and the process died";
  EXPECT_EQ(over[0].id, "y");
  EXPECT_EQ(over[0].state, GapState::recovered);
  book.job_settled("open");
  EXPECT_EQ(book.take_changed(false).at(0).id, "x");
}

TEST(GapBook, SaysAfterARestartWhatItHadNoTimeToWriteOfItsJobs) {
  JobTracker jobs(FirstStart::none);
  Job gone;
  gone.given_up = GivenUp::gone;
  jobs.restore("gone", gone);
  jobs.restore("said", gone);
  Job held;
  held.held = true;
  jobs.restore("held", held);
  Gap gap;
  gap.id = "x";
  gap.started_at = at_s(0);
  gap.ended_at = at_s(1);
  gap.state = GapState::recovering;
  gap.jobs = {"gone", "held", "said"};
  gap.note = "job said: gone";
  gap.lost = true;
  GapBook book(true, "p");
  book.restore(gap);
  book.restored(jobs);
  const auto written = book.take_changed(true);
  ASSERT_EQ(written.size(), 1u);
  EXPECT_EQ(written[0].note, "job said: gone; job gone: gone; job held: held");
  book.job_settled("held");
  EXPECT_EQ(book.take_changed(false).at(0).state, GapState::unrecoverable);
}

// No gap that is open has jobs; but what is read may be anything.
TEST(GapBook, FollowsTheOpenGapWhateverItsRecordSays) {
  Gap gap;
  gap.id = "0";
  gap.started_at = at_s(0);
  gap.jobs = {std::string(limits::gaps_jobs.count + 1, 'x')};
  GapBook book(true, "p");
  book.restore(gap);
  book.restored(JobTracker(FirstStart::none));
  ASSERT_TRUE(book.is_open());
  book.end(at_s(1));
  EXPECT_EQ(book.take_changed(false).at(0).ended_at, at_s(1));
}

}  // namespace
}  // namespace penstock::jobs
