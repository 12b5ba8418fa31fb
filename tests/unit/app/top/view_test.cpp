#include "app/top/view.hpp"

#include <gtest/gtest.h>

#include "unit/app/top/example.hpp"

namespace penstock::app::top {
namespace {

const Choices three{.sources = {"a", "b", "c"}, .last_scroll = 5, .rows = 2};

View pressed(View view, const std::vector<Key>& keys, const Choices& choices = three) {
  for (const Key key : keys) {
    view = press(std::move(view), key, choices);
  }
  return view;
}

TEST(TopView, KeysChooseASource) {
  EXPECT_EQ(pressed({}, {Key::down}).source, "b");
  EXPECT_EQ(pressed({}, {Key::down, Key::down, Key::down}).source, "c");
  EXPECT_EQ(pressed({}, {Key::last, Key::up}).source, "b");
  EXPECT_EQ(pressed({}, {Key::page_down}).source, "c");
  EXPECT_EQ(pressed({.source = "gone"}, {Key::up}).source, "a");
  EXPECT_EQ(pressed({}, {Key::down}, {}).source, "");
}

TEST(TopView, ASourceIsOpenedAndLeft) {
  View view = pressed({.scroll = 4}, {Key::down, Key::enter});
  EXPECT_EQ(view, (View{.page = Page::source, .source = "b"}));
  view = pressed(view, {Key::back});
  EXPECT_EQ(view.page, Page::list);
  EXPECT_EQ(view.source, "b");
  EXPECT_EQ(pressed({}, {Key::enter}).source, "a");
  EXPECT_EQ(pressed({}, {Key::enter}, {}).page, Page::list);  // there is nothing to open
}

TEST(TopView, ASourcesPageIsScrolledWithinItsLines) {
  const View page{.page = Page::source, .source = "b"};
  EXPECT_EQ(pressed(page, {Key::up}).scroll, 0u);
  EXPECT_EQ(pressed(page, {Key::down, Key::page_down}).scroll, 3u);
  EXPECT_EQ(pressed(page, {Key::last, Key::down}).scroll, 5u);
  EXPECT_EQ(pressed(page, {Key::last, Key::first}).scroll, 0u);
  // The page has become shorter since.
  EXPECT_EQ(pressed({.page = Page::source, .scroll = 90}, {Key::up}).scroll, 4u);
  EXPECT_EQ(pressed(page, {Key::down}).source, "b");
}

TEST(TopView, AKeyThatMeansNothingChangesNothing) {
  const View page{.page = Page::source, .source = "b", .scroll = 3};
  EXPECT_EQ(pressed(page, {Key::other}), page);
}

TEST(TopView, SortingGoesRound) {
  View view;
  std::vector<std::string_view> seen;
  for (std::size_t i = 0; i < sort_words.size(); ++i) {
    seen.push_back(to_string(view.sort));
    view = pressed(view, {Key::sort});
  }
  EXPECT_EQ(seen, std::vector(sort_words.begin(), sort_words.end()));
  EXPECT_EQ(view.sort, Sort::configured);
  EXPECT_EQ(parse_sort("delay"), Sort::delay);
  EXPECT_EQ(parse_sort("size"), std::nullopt);
}

TEST(TopView, AnyKeyEndsHelpAndQuitAlwaysQuits) {
  const View help = pressed({}, {Key::help});
  EXPECT_TRUE(help.help);
  EXPECT_EQ(pressed(help, {Key::sort}), View{});
  EXPECT_EQ(pressed(help, {Key::other}), View{});
  EXPECT_TRUE(pressed(help, {Key::quit}).quit);
}

TEST(TopView, SourcesAreSortedByWhatIsMost) {
  Status status = example_status();
  Source other;
  other.name = "firehose";
  other.events_per_second = 40;
  other.gaps = {{"open", 2}};
  status.sources.push_back(other);
  const auto names = [&](Sort sort) {
    std::string all;
    for (const Source* source : sorted(status, sort)) {
      all += source->name.substr(0, 1);
    }
    return all;
  };
  EXPECT_EQ(names(Sort::configured), "stf");
  EXPECT_EQ(names(Sort::name), "fst");
  EXPECT_EQ(names(Sort::rate), "fst");
  EXPECT_EQ(names(Sort::delay), "stf");
  EXPECT_EQ(names(Sort::journal), "stf");
  EXPECT_EQ(names(Sort::gaps), "fst");
}

}  // namespace
}  // namespace penstock::app::top
