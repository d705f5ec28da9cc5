#include "web/model.h"

#include <catch2/catch.hpp>

using namespace shirube;
using namespace shirube::web;

namespace {

/// "ab[cd]e": marked pieces in brackets.
std::string show(const Json& segments) {
  std::string out;
  for (const auto& segment : segments) {
    std::string text = segment["text"];
    out += segment["mark"] ? "[" + text + "]" : text;
  }
  return out;
}

}  // namespace

TEST_CASE("a text is cut where marks begin and end, within the window") {
  struct Row {
    const char* name;
    search::Span window;
    std::vector<search::Span> marks;
    const char* shown;
  };
  const Row rows[] = {
      {"no marks", {0, 10}, {}, "0123456789"},
      {"one mark", {0, 10}, {{2, 4}}, "01[23]456789"},
      {"marks at the ends", {0, 10}, {{0, 1}, {9, 10}}, "[0]12345678[9]"},
      {"all marked", {0, 10}, {{0, 10}}, "[0123456789]"},
      {"neighbours", {0, 4}, {{0, 2}, {2, 4}}, "[01][23]"},
      {"a window", {3, 7}, {{4, 5}}, "3[4]56"},
      {"marks over the border of the window", {3, 7}, {{1, 4}, {6, 9}}, "[3]45[6]"},
      {"marks outside", {3, 7}, {{0, 2}, {8, 9}}, "3456"},
      {"overlapping marks", {0, 6}, {{1, 4}, {2, 5}}, "0[123][4]5"},
      {"an empty window", {5, 5}, {}, ""},
      {"a window past the end", {8, 99}, {{9, 99}}, "8[9]"},
      {"a window all past the end", {50, 99}, {{60, 70}}, ""},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(show(segments("0123456789", row.window, row.marks)) == row.shown);
  }
  CHECK(segments("").is_array());
}

TEST_CASE("clauses are called by number and heading") {
  auto clause = [](std::string label, std::string heading, std::string locator) {
    corpus::Clause c;
    c.label = std::move(label);
    c.heading = std::move(heading);
    c.locator = std::move(locator);
    return c;
  };
  struct Row {
    corpus::Clause clause;
    const char *title, *full;
  };
  const Row rows[] = {{clause("第12条", "目的", "第12条"), "第12条　目的", "第12条　目的"},
                      {clause("２", "", "第12条第2項"), "２", "第12条第2項"},
                      {clause("", "参考", "参考"), "参考", "参考"},
                      {clause("", "", "前文"), "前文", "前文"},
                      {clause("(1)", "記録", "第2(1)"), "(1)　記録", "第2(1)　記録"}};
  for (const auto& row : rows) {
    CHECK(title_of(row.clause) == row.title);
    CHECK(full_title_of(row.clause) == row.full);
  }
}

TEST_CASE("addresses are encoded and pages counted") {
  CHECK(clause_url("a#b 条", "2025-04-01", "12-1-ア~2") == "/documents/a%23b%20%E6%9D%A1/2025-04-01/clauses/12-1-%E3%82%A2~2");
  CHECK(original_url("a", "1", 7) == "/documents/a/1/original#page=7");
  CHECK(original_url("a", "1") == "/documents/a/1/original");
  CHECK(place_url("/e", "12", 399) == "/e#c-12");
  CHECK(place_url("/e", "ア", 400) == "/e?page=2#c-%E3%82%A2");
  Json middle = paging_model(2, true, "/", {{"q", "語"}});
  CHECK(middle["previous"] == "/?q=%E8%AA%9E");
  CHECK(middle["next"] == "/?q=%E8%AA%9E&page=3");
  CHECK(middle["several"] == true);
  Json only = paging_model(1, false, "/", {});
  CHECK(only["previous"] == "");
  CHECK(only["next"] == "");
  CHECK(only["several"] == false);
}
