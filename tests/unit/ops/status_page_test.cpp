#include "ops/status_page.hpp"

#include <gtest/gtest.h>

#include "unit/ops/status_example.hpp"

namespace penstock::ops {
namespace {

bool has(const std::string& page, std::string_view part) {
  return page.find(part) != std::string::npos;
}

TEST(StatusPage, IsTheMainPartInADocument) {
  const std::string page = status_page(example_status());
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  EXPECT_TRUE(has(page, main_part(example_status())));
  EXPECT_FALSE(has(page, "http:")) << "no outside resource";
  EXPECT_FALSE(has(page, "https:"));
}

TEST(StatusPage, SaysWhatIsWrongInWords) {
  const std::string page = main_part(example_status());
  EXPECT_TRUE(has(page, "class=\"not-ready\"><h2>Not ready</h2>"));
  EXPECT_TRUE(has(page, "<li>Kafka has taken nothing for a minute: torrent</li>"));
  EXPECT_TRUE(has(page, "<li>not connected: torrent</li>"));
}

TEST(StatusPage, IsReadyWhereNothingIsWrong) {
  StatusSnapshot snapshot = example_status();
  snapshot.health.sources.resize(1);
  EXPECT_TRUE(has(main_part(snapshot), "class=\"ready\"><h2>Ready</h2><p class=\"about\">"));
}

TEST(StatusPage, ShowsEverythingOfASource) {
  const std::string page = main_part(example_status());
  for (const std::string_view part :
       {"<p class=\"connected\">Connected for 45 min</p>", "Rate: <strong>30 events/s</strong>",
        "Delay: <strong>1.5 s</strong>", "<dt>Published</dt><dd>15</dd>", "50 % of 8 KiB",
        "1 recovering", "<td>aborted</td><td>recovering</td><td>40</td><td>2</td>", "1 started",
        "<td>2 min</td><td>5</td><td>2</td>", "1 invalid json", "<td>disconnected</td>"}) {
    EXPECT_TRUE(has(page, part)) << part << "\n" << page;
  }
}

TEST(StatusPage, ShowsNothingFromOutsideAsMarkup) {
  const std::string page = main_part(example_status());
  EXPECT_TRUE(has(page, "a&lt;b&gt;"));
  EXPECT_FALSE(has(page, "a<b>"));
  EXPECT_TRUE(has(page, "aborted &lt;i&gt;"));
}

// Server-sent events end where a line does.
TEST(StatusPage, HasItsMainPartInOneLine) {
  StatusSnapshot snapshot = example_status();
  snapshot.events[0].detail = "a\nb";
  EXPECT_FALSE(has(main_part(snapshot), "\n"));
}

}  // namespace
}  // namespace penstock::ops
