// Who reads events learns of what they do not see that something was done, and to what address: no word more.
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/web/leak_town.h"

using namespace shirube;
using namespace shirube::web;

namespace {

const text::AnalyzerModel& model() {
  static const text::AnalyzerModel instance{text::AnalyzerOptions{}};
  return instance;
}

const LeakViewer auditor = {"監査人", {"public", "staff"}, std::nullopt, {corpus::Task::events}};
const LeakViewer reader = {"読む人", {}, std::nullopt, {}, 0, true};

/// Everything that is there is read, judged before, and one document was for a group for a time.
void be_busy(LeakTown& town) {
  App app(town.options(reader));
  auto all = corpus::Viewer::everything();
  for (const auto& listed : town.library.documents(all, 0, 20)) {
    std::string edition = "/documents/" + listed.document.slug + "/" + listed.edition.key;
    app.handle({"GET", edition, {}, ""});
    app.handle({"GET", edition + "/original", {}, ""});
    for (const auto& clause : town.library.clauses(all, listed.document.slug, listed.edition.key)) {
      if (clause.clause.path.size() == 1) app.handle({"GET", edition + "/clauses/" + clause.clause.path, {}, ""});
    }
  }
  for (const char* audience : {"監査班", "staff"}) {
    corpus::Facts facts;
    facts.slug = "taisaku-kijun", facts.audience = audience, facts.topic = audience;
    REQUIRE(town.library.correct(facts));
  }
}

struct Told {
  std::map<std::string, int> whole;  ///< content, how often
  std::vector<nlohmann::json> cut;
};
Told events_of(const App& app) {
  Told told;
  std::istringstream lines(app.handle({"GET", "/events/export?format=jsonl", {}, ""}).body);
  for (std::string line; std::getline(lines, line);) {
    auto event = nlohmann::json::parse(line);
    std::string content;
    for (const char* field : {"action", "subject", "detail", "before", "after"}) content += event.value(field, "") + "\n";
    if (event.value("whole", true)) ++told.whole[content];
    else told.cut.push_back(event);
  }
  return told;
}

}  // namespace

TEST_CASE("events tell an auditor nothing of what they do not see but where something was done") {
  LeakTown full(model(), nullptr), never(model(), &auditor);
  be_busy(full);
  be_busy(never);
  App with(full.options(auditor)), without(never.options(auditor));
  Told told = events_of(with), known = events_of(without);
  REQUIRE(told.whole.size() > 10);
  REQUIRE(told.cut.size() > 10);
  for (const auto& [content, count] : told.whole) {
    INFO(content);
    CHECK(known.whole[content] >= count);
  }
  for (const auto& event : told.cut) {
    INFO(event.dump());
    for (const char* field : {"detail", "before", "after"}) CHECK(event.value(field, "").empty());
  }
  for (const char* target : {"/events", "/events?text=kansa", "/api/v1/events", "/events/export?format=csv", "/events/export?format=jsonl", "/events/export?format=syslog"}) {
    Response response = with.handle({"GET", target, {}, ""});
    INFO(target);
    CHECK(response.status == 200);
    for (const char* word : {"監査班", "契約班", "抜き打ち", "懲戒", "特命", "極秘", "himitsu.txt", "kansa-hokoku.txt"}) CHECK(response.body.find(word) == std::string::npos);
  }
}
