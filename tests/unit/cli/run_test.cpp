#include "cli/run.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

struct Outcome {
  int status;
  std::string out, err;
};

class Run : public testing::Test {
 protected:
  // What the tests' scripts set isn't penstock's configuration.
  static void SetUpTestSuite() {
    std::vector<std::string> ours;
    for (char** variable = environ; *variable != nullptr; ++variable) {
      const std::string_view name(*variable, std::strcspn(*variable, "="));
      if (name.starts_with("PENSTOCK_")) {
        ours.emplace_back(name);
      }
    }
    for (const std::string& name : ours) {
      ::unsetenv(name.c_str());
    }
  }

  ~Run() override { std::filesystem::remove(file_); }

  static Outcome run(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "penstock");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = cli::run(static_cast<int>(arguments.size()), arguments.data());
    std::string out = testing::internal::GetCapturedStdout();
    return {status, std::move(out), testing::internal::GetCapturedStderr()};
  }

  const char* file(const std::string& yaml) const {
    std::ofstream(file_) << yaml;
    return file_.c_str();
  }

  const std::string file_ = std::filesystem::temp_directory_path() /
                            ("penstock_cli_" + std::to_string(::getpid()) + ".yaml");
  const std::string minimal_ =
      "api: {url: https://api.test}\nsources: {firehose: {}}\nkafka: {brokers: localhost}\n";
};

TEST_F(Run, AnswersHelpAndVersionOnStandardOutput) {
  EXPECT_EQ(run({"--version"}).status, 0);
  EXPECT_THAT(run({"--version"}).out, StartsWith("penstock "));
  for (const char* command :
       {"run", "validate", "config", "gaps", "dead-letters", "replay", "demo"}) {
    const Outcome outcome = run({command, "--help"});
    EXPECT_EQ(outcome.status, 0) << command;
    EXPECT_THAT(outcome.out, HasSubstr(std::string("Example: penstock ") + command));
    EXPECT_THAT(outcome.err, IsEmpty());
  }
}

TEST_F(Run, EndsWithTwoOnWrongUsage) {
  for (const std::vector<const char*>& arguments : {std::vector<const char*>{},
                                                    {"nope"},
                                                    {"config", "--nope"},
                                                    {"config", "-o", "xml"},
                                                    {"config", "--set", "no-value"},
                                                    {"gaps", "-o", "xml"},
                                                    {"dead-letters"},
                                                    {"dead-letters", "ls", "0/17"},
                                                    {"dead-letters", "ls", "-n", "0"},
                                                    {"dead-letters", "ls", "--reason", "none"},
                                                    {"dead-letters", "cat"},
                                                    {"dead-letters", "cat", "17"},
                                                    {"dead-letters", "cat", "0/1", "0/2"},
                                                    {"dead-letters", "retry"},
                                                    {"dead-letters", "retry", "0/x"},
                                                    {"dead-letters", "retry", "0/1", "--all"},
                                                    {"dead-letters", "retry", "--all", "--force"},
                                                    {"dead-letters", "retry", "--source", "a"},
                                                    {"replay"},
                                                    {"replay", "7", "--to-stdout", "--force"},
                                                    {"replay", "7", "--to-stdout", "--source", "s"},
                                                    {"demo", "--seconds", "0"},
                                                    {"demo", "--rate", "0"},
                                                    {"demo", "--rate", "nan"},
                                                    {"demo", "--rate", "1e7"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, Not(IsEmpty()));
  }
}

TEST_F(Run, ACommandThatPrintsInOneWaySaysSo) {
  for (const std::vector<const char*>& arguments :
       {std::vector<const char*>{"tail", "firehose", "-o", "json"},
        {"query", "latest", "-o", "json", "192.0.2.1"},
        {"dead-letters", "retry", "0/1", "-o", "json"},
        {"journal", "cat", "--output", "ndjson"},
        {"run", "-o", "json"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err,
                AllOf(StartsWith("-o: `"), HasSubstr("` prints in one way only: leave it out")));
  }
  EXPECT_THAT(run({"tail", "--help"}).out, Not(HasSubstr("--output")));
}

TEST_F(Run, EndsWithSeventyEightAndAllErrorsOnABadConfiguration) {
  const char* bad = file("api: {url: nowhere}\nsources: {firehose: {}}\nkafka: {broker: x}\n");
  for (const char* command : {"run", "validate", "config", "gaps"}) {
    const Outcome outcome = run({command, "-c", bad});
    EXPECT_EQ(outcome.status, 78) << command;
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err,
                AllOf(HasSubstr(file_ + ":1:12: api.url"), HasSubstr(file_ + ":3:9: kafka.broker"),
                      HasSubstr("\nkafka.brokers: is required")));
  }
}

TEST_F(Run, DeadLettersNeedAConfiguration) {
  const char* bad = file("sources: {firehose: {}}\n");
  for (const std::vector<const char*>& arguments :
       {std::vector<const char*>{"dead-letters", "ls", "-c", bad},
        {"dead-letters", "cat", "0/1", "-c", bad},
        {"dead-letters", "retry", "--all", "-c", bad}}) {
    EXPECT_EQ(run(arguments).status, 78);
  }
}

TEST_F(Run, ConfigShowsValuesWithTheirOrigins) {
  const Outcome outcome = run({"config", "-o", "ndjson", "-c", file(minimal_), "--set",
                               "kafka.partitions=8", "--set", "kafka.properties.client.id=a=b"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(
      outcome.out,
      AllOf(HasSubstr(R"({"key":"kafka.partitions","value":"8","origin":"flag"})"),
            HasSubstr(R"({"key":"kafka.properties.client.id","value":"a=b","origin":"flag"})"),
            HasSubstr(R"("value":"https://api.test","origin":")" + file_ + R"(:1"})"),
            HasSubstr(R"({"key":"log.level","value":"info","origin":"default"})")));
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(Run, ConfigHidesSecretsAndTakesNoneAsAnArgument) {
  const Outcome hidden = run({"config", "-c",
                              file("api: {url: https://api.test}\nsources: {firehose: {}}\n"
                                   "kafka: {brokers: b, properties: {sasl.password: canary}}\n")});
  EXPECT_EQ(hidden.status, 0);
  EXPECT_THAT(hidden.out, AllOf(HasSubstr("sasl.password"), Not(HasSubstr("canary"))));
  const Outcome refused =
      run({"config", "-c", file(minimal_), "--set", "kafka.properties.sasl.password=canary"});
  EXPECT_EQ(refused.status, 78);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("is a secret"), Not(HasSubstr("canary"))));
}

TEST_F(Run, AVariableThatLooksLikeNoneIsWarnedOf) {
  ASSERT_EQ(::setenv("PENSTOCK_HOME", "/x", 1), 0);
  const Outcome outcome = run({"config", "-o", "json", "-c", file(minimal_)});
  ::unsetenv("PENSTOCK_HOME");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "warning: PENSTOCK_HOME: unknown variable, left out\n");
}

TEST_F(Run, TheConfigurationMayBeNamedBeforeTheCommand) {
  const char* bad = file("api: {url: nowhere}\n");
  for (const std::vector<const char*>& arguments :
       {std::vector<const char*>{"-c", bad, "config"},
        {"--config", bad, "gaps"},
        {"-c", bad, "tasks", "list"},
        {"tasks", "-c", bad, "list"},
        {"-c", bad, "tasks", "create", "--type", "scan", "--target", "192.0.2.1", "--port", "80",
         "--module", "http"},
        {"query", "--config", bad, "latest", "192.0.2.1"},
        {"images", "-c", bad, "latest"},
        {"dead-letters", "-c", bad, "ls"},
        {"-c", bad, "tail", "firehose"},
        {"-c", bad, "top"},
        {"journal", "-c", bad, "ls"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 78) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(file_ + ":1:12: api.url"));
  }
}

TEST_F(Run, TheConfigurationIsNamedOnce) {
  const char* good = file(minimal_);
  for (const std::vector<const char*>& arguments :
       {std::vector<const char*>{"config", "-c", good, "-c", good},
        {"-c", good, "config", "-c", good},
        {"-c", good, "tasks", "-c", good, "list"},
        {"tasks", "--config", good, "list", "--config", good},
        {"tasks", "create", "-c", good, "--config", good, "--type", "scan"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, HasSubstr("--config"));
  }
}

TEST_F(Run, AJournalIsThatOfTheConfigurationWhereNoneIsNamed) {
  const std::string none = file_ + ".none";
  const char* config = file("journal: {directory: " + none + "}\n");
  for (const char* command : {"ls", "verify", "cat"}) {
    const Outcome outcome = run({"journal", command, "-c", config});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, HasSubstr(none));
  }
  // The one that is named needs no configuration.
  const std::string other = file_ + ".other";
  const Outcome named = run({"journal", "ls", other.c_str(), "-c", file("nonsense")});
  EXPECT_EQ(named.status, 1);
  EXPECT_THAT(named.err, HasSubstr(other));
  EXPECT_EQ(run({"journal", "publish", "-c", config}).status, 2);
}

TEST_F(Run, TheDemoTakesAConfiguration) {
  const Outcome outcome = run({"demo", "-c", file("kafka: {key: IP}\n")});
  EXPECT_EQ(outcome.status, 78);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, HasSubstr("kafka.key"));
}

// As a start would.
TEST_F(Run, AVariableOfTheSourceThatACommandNamesIsTaken) {
  ASSERT_EQ(::setenv("PENSTOCK_SOURCES_TORRENT_STALL_TIMEOUT", "bogus", 1), 0);
  const Outcome outcome = run({"tail", "torrent", "-c", file("api: {url: https://api.test}\n")});
  ::unsetenv("PENSTOCK_SOURCES_TORRENT_STALL_TIMEOUT");
  EXPECT_EQ(outcome.status, 78);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("sources.torrent.stall_timeout"), Not(HasSubstr("left out"))));
}

TEST_F(Run, ValidateFindsAJournalThatCannotBeMade) {
  const std::string link = file_ + ".link", journal = file_ + ".journal";
  std::filesystem::create_symlink(file_ + ".none", link);
  std::filesystem::create_directory(journal);
  std::ofstream(journal + "/firehose") << "no directory\n";
  for (const auto& [directory, subject, why] :
       {std::array<std::string, 3>{"/etc/passwd", "journal", "is no directory"},
        {"/etc/passwd/below", "journal", "is no directory"},
        {link, "journal", "is no directory"},
        {link + "/below", "journal", "is no directory"},
        {"/proc/nope/below", "journal", "can't be written"},
        {journal, "journal of firehose", "Not a directory"}}) {
    const Outcome outcome = run({"validate", "--offline", "-o", "ndjson", "-c",
                                 file(minimal_ + "journal: {directory: " + directory + "}\n")});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.out, HasSubstr(R"({"result":"failed","subject":")" + subject + R"(")"));
    EXPECT_THAT(outcome.out, HasSubstr(why)) << directory;
  }
  std::filesystem::remove(link);
  std::filesystem::remove_all(journal);
}

TEST_F(Run, ReplaySaysThatThereIsNoDaemon) {
  const std::string socket = file_ + ".none";
  const Outcome outcome =
      run({"replay", "7", "-c", file(minimal_ + "admin: {socket: " + socket + "}\n")});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_EQ(outcome.err,
            "penstock: no daemon answers on " + socket + ": No such file or directory\n");
}

TEST_F(Run, ReplayToStandardOutputNeedsNeitherSourcesNorKafka) {
  const Outcome outcome =
      run({"replay", "7", "--to-stdout", "-c", file("api: {url: https://127.0.0.1:1}\n")});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, StartsWith("penstock: no replay of job 7: "));
}

}  // namespace
}  // namespace penstock::cli
