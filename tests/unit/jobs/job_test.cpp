#include "jobs/job.hpp"

#include <gtest/gtest.h>

#include <string>

namespace penstock::jobs {
namespace {

JobFlags after(JobFlags known, const JobFlags& said) {
  merge(known, said);
  return known;
}

TEST(JobId, IsShortPrintableAscii) {
  EXPECT_TRUE(valid_job_id("32637b98-8f01-46eb-a1f7-3eaee18ab1d5"));
  EXPECT_TRUE(valid_job_id("a/b\"c\\~!"));
  EXPECT_TRUE(valid_job_id(std::string(200, 'x')));
  EXPECT_FALSE(valid_job_id(""));
  EXPECT_FALSE(valid_job_id(std::string(201, 'x')));
  EXPECT_FALSE(valid_job_id("a b"));
  EXPECT_FALSE(valid_job_id("a\nb"));
  EXPECT_FALSE(valid_job_id("a\x7f"));
  EXPECT_FALSE(valid_job_id(std::string_view("a\0b", 3)));
}

TEST(JobFlags, KeepWhatWasTrueOnce) {
  const JobFlags known{.success = {}, .started = true, .completed = false, .revoked = {}};
  EXPECT_EQ(after(known, {}), known);
  EXPECT_EQ(after(known, {.success = {}, .started = false, .completed = {}, .revoked = {}}), known);
  const JobFlags said{.success = false, .started = {}, .completed = true, .revoked = false};
  EXPECT_EQ(after(known, said),
            (JobFlags{.success = false, .started = true, .completed = true, .revoked = false}));
}

TEST(JobFlags, TellWhatIsNew) {
  JobFlags known;
  const JobFlags started{.success = {}, .started = true, .completed = {}, .revoked = {}};
  EXPECT_TRUE(merge(known, started));
  EXPECT_FALSE(merge(known, started));
  EXPECT_FALSE(merge(known, {}));
}

TEST(JobFlags, SayCreationWhereNothingHasHappened) {
  EXPECT_TRUE(says_creation({}));
  EXPECT_TRUE(
      says_creation({.success = false, .started = false, .completed = false, .revoked = {}}));
  EXPECT_FALSE(says_creation({.success = {}, .started = true, .completed = {}, .revoked = {}}));
  EXPECT_FALSE(says_creation({.success = {}, .started = {}, .completed = {}, .revoked = true}));
}

TEST(JobState, FollowsFromTheFlags) {
  const auto state = [](std::optional<bool> success, bool started, bool completed, bool revoked) {
    return state_of(
        {.success = success, .started = started, .completed = completed, .revoked = revoked});
  };
  EXPECT_EQ(state({}, false, false, false), JobState::requested);
  EXPECT_EQ(state({}, true, false, false), JobState::started);
  EXPECT_EQ(state(true, true, true, false), JobState::success);
  EXPECT_EQ(state(false, true, true, false), JobState::failed);
  EXPECT_EQ(state({}, true, true, false), JobState::failed);
  EXPECT_EQ(state(false, true, true, true), JobState::revoked);
  EXPECT_EQ(state({}, false, false, true), JobState::revoked);
}

TEST(JobState, IsReadFromTheApisWordsInAnyCase) {
  const auto state = [](const char* word) {
    return state_of(flags_of({.job_id = "a", .status = word}));
  };
  EXPECT_EQ(state("requested"), JobState::requested);
  EXPECT_EQ(state("Success"), JobState::success);
  EXPECT_EQ(state("FAILED"), JobState::failed);
  EXPECT_EQ(state("Revoked"), JobState::revoked);
  EXPECT_EQ(state("strange"), JobState::requested);
  EXPECT_TRUE(says_end(flags_of(
      {.job_id = "a", .status = "strange", .requested_at = {}, .finished_at = WallTime{}})))
      << "what has finished has ended, whatever it is called";
}

}  // namespace
}  // namespace penstock::jobs
