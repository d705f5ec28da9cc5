// What records cite: clauses that the author sees, in their words, and what of it others see.
#include "tests/records/fixture.h"
#include "text/utf8.h"

using namespace shirube;
using namespace shirube::records;

using List = std::vector<std::string>;

namespace {

struct Cited : Office {
  Cited() { documents(); }
  const std::string open = "kitei/2025-04-01/1", narrow = "kitei/2025-04-01/2-2", secret = "naibu/2025-04-01/1";
};

}  // namespace

TEST_CASE_METHOD(Cited, "a clause that is cited is there for the author, and what is quoted stands in it") {
  for (const char* good : {"kitei/2025-04-01/1", "kitei/2025-04-01/1「端末を持ち出す者を定める」", "kitei/2025-04-01/1「端末を 持ち出す者を\n定める。」", "naibu/2025-04-01/2「合言葉」"}) {
    INFO(good);
    CHECK(take({{"citations", {good}}}).values.at("citations").size() == 1);
  }
  CHECK(refused([&] { take({{"citations", {"kitei/2025-04-01/9"}}}); }, "「根拠」: 引用する条項") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"citations", {"kitei/2024-04-01/1"}}}); }, "ありません") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"citations", {"kitei/2025-04-01/1「端末を持ち込む」"}}}); }, "その条項にありません") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"citations", {"kitei/2025-04-01/2「三年間」"}}}); }, "その条項にありません") == ErrorKind::invalid);  // of a paragraph below
  CHECK(refused([&] { take({{"citations", {open, open + "「市」"}}}); }, "二度") == ErrorKind::invalid);
  CHECK(refused([&] { take({{"work", {Row{0, {"a", "", "", "kitei/2025-04-01/9", ""}}.value()}}}); }, "「作業」: 引用する条項") == ErrorKind::invalid);
  // Who does not see it is told the same as of one that is not there.
  auto told = [&](const std::string& value) {
    try {
      records.add(clerk, shokuin, "soudan", {{"asked_on", {"2026-04-03"}}, {"question", {"a"}}, {"citations", {value}}}, "staff");
    } catch (const Error& e) {
      return text::replace_all(e.what(), value, "");
    }
    return std::string("taken");
  };
  CHECK(told(secret) == told("nai/2025-04-01/1"));
  CHECK(told(narrow) == told("kitei/2025-04-01/9"));
  CHECK(told(secret) != "taken");
}

TEST_CASE_METHOD(Cited, "citations that somebody does not see are not there for them, and stay when they change the others") {
  Record record = take({{"citations", {open, narrow + "「三年間」", secret}}, {"secret_citations", {secret}}}, "staff");
  const std::string& number = record.number;
  CHECK(records.find(clerk, number)->values.at("citations") == List{open});
  CHECK_FALSE(records.find(clerk, number)->values.contains("secret_citations"));
  for (const auto& change : records.history(clerk, number)) {
    if (change.field == "citations") CHECK(change.after == List{open});
  }
  // As it is for them: nothing was changed.
  CHECK(records.change(clerk, shokuin, number, 1, {{"citations", {open}}}).revision == 1);
  Record changed = records.change(clerk, shokuin, number, 1, {{"citations", {"kitei/2025-04-01/3", open}}});
  CHECK(changed.values.at("citations") == List{"kitei/2025-04-01/3", open});
  CHECK(records.find(officer, number)->values.at("citations") == List{"kitei/2025-04-01/3", open, narrow + "「三年間」", secret});
  // Nothing tells them what is there already.
  for (const auto& hidden : {narrow, narrow + "「三年間」", narrow + "「二年間」"}) CHECK(refused([&] { records.change(clerk, shokuin, number, 2, {{"citations", {open, hidden}}}); }, "引用する条項") == ErrorKind::invalid);
  records.change(clerk, shokuin, number, 2, {{"citations", {}}});
  CHECK_FALSE(records.find(clerk, number)->values.contains("citations"));
  CHECK(records.find(officer, number)->values.at("citations").size() == 2);
  // A change of what they do not see is none to them.
  const size_t told = records.history(clerk, number).size();
  records.change(officer, tanto, number, 3, {{"citations", {secret}}});
  CHECK(records.history(clerk, number).size() == told);
  CHECK(records.history(officer, number).size() > told);
  CHECK(records.used(clerk, "soudan", "citations", 9).empty());
  CHECK(records.used(officer, "soudan", "citations", 9) == List{secret});
}

TEST_CASE_METHOD(Cited, "citations in rows are as those of a field") {
  auto row = [](int number, const std::string& what, const std::string& basis) { return Row{number, {what, "", "", basis, ""}}.value(); };
  Record record = take({{"work", {row(0, "一", narrow), row(0, "二", open + "「市」"), row(0, "三", secret)}}}, "staff");
  const std::string& number = record.number;
  CHECK(records.find(clerk, number)->values.at("work") == List{row(1, "一", ""), row(2, "二", open + "「市」"), row(3, "三", "")});
  CHECK(records.change(clerk, shokuin, number, 1, {{"work", records.find(clerk, number)->values.at("work")}}).revision == 1);
  records.change(clerk, shokuin, number, 1, {{"work", {row(3, "三", ""), row(1, "一の二", ""), row(2, "二", "")}}});
  CHECK(records.find(officer, number)->values.at("work") == List{row(3, "三", secret), row(1, "一の二", narrow), row(2, "二", "")});
  records.change_row(clerk, shokuin, number, "work", row(1, "一の二", ""), {1, {"一の三", "", "2", "", ""}});
  CHECK(row_of(records.find(officer, number)->values.at("work")[1]).cells == List{"一の三", "", "2", narrow, ""});
  CHECK(refused([&] { records.change_row(clerk, shokuin, number, "work", row(3, "三", ""), {3, {"三", "", "", narrow, ""}}); }, "引用する条項") == ErrorKind::invalid);
  CHECK(refused([&] { records.change_row(clerk, shokuin, number, "work", row(3, "三", ""), {3, {"三", "", "", open + "「無い言葉」", ""}}); }, "その条項にありません") == ErrorKind::invalid);
}

TEST_CASE_METHOD(Cited, "records that cite a document are found, by those who see the clause and the field") {
  take({{"citations", {open}}}, "staff");
  take({{"citations", {narrow, "kitei/2025-04-01/2"}}}, "staff");
  take({{"citations", {narrow}}}, "staff");
  take({{"secret_citations", {open}}}, "staff");
  take({{"work", {Row{0, {"一", "", "", "kitei/2025-04-01/3", ""}}.value()}}}, "staff");
  take({{"citations", {open}}});
  take({{"citations", {secret}}}, "staff");
  auto numbers = [&](const corpus::Viewer& viewer, const std::string& slug, size_t most = 20) {
    List out;
    for (const auto& record : records.citing(viewer, slug, most)) out.push_back(record.number.substr(record.number.size() - 1));
    return out;
  };
  CHECK(numbers(officer, "kitei") == List{"6", "5", "4", "3", "2", "1"});
  CHECK(numbers(officer, "kitei", 2) == List{"6", "5"});
  CHECK(numbers(clerk, "kitei") == List{"5", "2", "1"});
  CHECK(numbers(clerk, "naibu").empty());
  CHECK(numbers(officer, "naibu") == List{"7"});
  CHECK(numbers(officer, "kite").empty());
  CHECK(found(officer, {.where = {{"citations", open}}}) == List{"R8-相談-0006", "R8-相談-0001"});
  CHECK(found(clerk, {.where = {{"secret_citations", open}}}).empty());
}

TEST_CASE_METHOD(Cited, "what is cited and hidden is not to be guessed by a filter") {
  take({{"citations", {narrow, secret}}}, "staff");
  Record target = take();
  task({{"of", {target.number}}});
  CHECK(found(officer, {.where = {{"citations", narrow}}}).size() == 1);
  CHECK(found(clerk, {.where = {{"citations", narrow}}}).empty());
  CHECK(found(clerk, {.where = {{"citations", secret}}}).empty());
  CHECK(found(officer, {.where = {{"of", target.number}}}, "shukudai").size() == 1);
  CHECK(found(clerk, {.where = {{"of", target.number}}}, "shukudai").empty());
}
