#include "cli/tasks_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace penstock::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const WallTime now = *parse_rfc3339("2017-04-12T18:00:00Z");

const std::vector<Task> tasks{
    {.job_id = "32637b98-8f01-46eb-a1f7-3eaee18ab1d5",
     .status = "Success",
     .requested_at = parse_rfc3339("2017-04-10T17:44:58Z"),
     .finished_at = parse_rfc3339("2017-04-10T17:47:46Z"),
     .description = "Job Description 1"},
    {.job_id = "73364d62-d768-4dbd-9947-aba2a453dfb7",
     .status = "requested",
     .requested_at = parse_rfc3339("2017-04-12T17:59:20Z"),
     .description = "a description that is longer than the room it has\x1b[31m"},
    {.job_id = "x"}};

TEST(TaskTable, Has80ColumnsAndShowsTheApisOwnWords) {
  EXPECT_EQ(task_table(tasks, now, false),
            "STATUS     JOB                                   AGE    TOOK   DESCRIPTION\n"
            "Success    32637b98-8f01-46eb-a1f7-3eaee18ab1d5  2d00h  2m48s  Job Description 1\n"
            "requested  73364d62-d768-4dbd-9947-aba2a453dfb7  40s    -      a description ...\n"
            "?          x                                     ?      -\n");
}

TEST(TaskTable, ColoursTheStatusAlone) {
  const std::string table = task_table(tasks, now, true);
  EXPECT_THAT(table, HasSubstr("\n\x1b[32mSuccess\x1b[0m    32637b98"));
  EXPECT_THAT(table, HasSubstr("\n\x1b[36mrequested\x1b[0m  73364d62"));
  EXPECT_THAT(table, HasSubstr("\n?          x"));
  EXPECT_THAT(table, Not(HasSubstr("\x1b[31m")));
}

}  // namespace
}  // namespace penstock::cli
