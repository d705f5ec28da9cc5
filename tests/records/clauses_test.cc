// What the ledgers that ship do for the clauses of docs/specifications.md, shown on the records of the sample. Each table is held
// against the document: what a clause names and no row shows is told.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/places.h"
#include "tests/process.h"
#include "tests/records/fixture.h"
#include "tests/records/specification.h"

using namespace shirube;
using namespace shirube::records;
namespace fs = std::filesystem;

using List = std::vector<std::string>;
using What = Named::What;

namespace {

const fs::path source = test::source_folder;

/// The records of the sample, as the files say them.
const std::vector<Entry>& sample() {
  static const std::vector<Entry> instance = [] {
    std::vector<Entry> out;
    for (const auto& file : fs::directory_iterator(source / "records/sample")) {
      std::ifstream in(file.path());
      for (std::string line; std::getline(in, line);) {
        const auto said = nlohmann::json::parse(line);
        out.push_back({.number = said.at("number"), .values = said.at("values").get<Values>(), .state = said.at("state"), .owner = said.at("owner"), .audience = said.at("audience"), .ledger = file.path().stem()});
      }
    }
    return out;
  }();
  return instance;
}

/// The folder of an office that holds the sample. Made once: reading its documents takes most of the time.
const fs::path& prepared() {
  static const TemporaryFolder folder;
  static const bool made = [] {
    const std::string data = folder / "data", settings = source / "config/shirube.toml";
    REQUIRE(run_shirube({"--data", data, "--config", settings, "ingest", source / "corpus/sample"}, folder.path()) == 0);
    REQUIRE(run_shirube({"--data", data, "--config", settings, "records", "import", source / "records/sample"}, folder.path()) == 0);
    return true;
  }();
  REQUIRE(made);
  return folder.path();
}

/// An office of its own with the sample in it.
struct Town {
  TemporaryFolder folder;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<store::Files> files;
  Calendar calendar;
  std::unique_ptr<Records> records;

  Town() {
    fs::copy(prepared() / "data", folder / "data", fs::copy_options::recursive);
    database = std::make_unique<store::Database>(folder / "data/shirube.db", store::Database::Open::existing);
    files = std::make_unique<store::Files>(folder / "data/files");
    records = std::make_unique<Records>(*database, *files, shipped_ledgers(), calendar);
  }

  Record get(const std::string& number) { return records->find(everybody, number).value(); }

  /// A new record with the values of one, led on to where the step `last` is taken.
  Record before(const Entry& like, const std::string& last) {
    const Ledger& ledger = *shipped_ledgers().find(like.ledger);
    Record record = records->add(everybody, operator_, like.ledger, like.values, {}, day);
    for (const auto& step : way(ledger, last)) record = records->step(everybody, operator_, record.number, 0, step);
    return record;
  }

  /// The steps from the first state to the one from which `last` is taken, the fewest.
  static List way(const Ledger& ledger, const std::string& last) {
    const auto& goals = ledger.step(last)->from;
    std::vector<std::pair<std::string, List>> reached{{ledger.states()[0].key, {}}};
    for (size_t i = 0; i < reached.size(); ++i) {
      const auto [state, steps] = reached[i];
      if (std::ranges::find(goals, state) != goals.end()) return steps;
      for (const auto& step : ledger.steps()) {
        const bool leads = std::ranges::find(step.from, state) != step.from.end();
        if (!leads || step.withdraw || std::ranges::any_of(reached, [&](const auto& one) { return one.first == step.to; })) continue;
        List further = steps;
        further.push_back(step.key);
        reached.emplace_back(step.to, std::move(further));
      }
    }
    FAIL("no way to " << last);
    return {};
  }

  /// What is said of a step or change that is refused; empty: it was taken.
  std::string said(const std::function<void()>& work) {
    try {
      work();
      return "";
    } catch (const Error& e) {
      return e.what();
    }
  }
};

const Field& field_named(const Ledger& ledger, const std::string& name) { return *std::ranges::find(ledger.fields(), name, &Field::name); }

const Entry& entry(const std::string& number) { return *std::ranges::find(sample(), number, &Entry::number); }

/// That the document names and none of these shows.
void check_all_shown(What what, const std::set<std::string>& shown, const std::function<bool(const Named&)>& counts = [](const Named&) { return true; }) {
  size_t named = 0;
  for (const auto& one : shipped_specification().all(what)) {
    if (!counts(one)) continue;
    INFO(one.ledger->name() << "「" << one.name << "」");
    CHECK(shown.contains(one.ledger->key() + " " + one.name));
    ++named;
  }
  CHECK(named > 0);
}

}  // namespace

TEST_CASE_METHOD(Town, "each time that a clause sets falls on the day that was worked out by hand") {
  struct Case {
    std::string ledger, rule;
    Values values;
    std::string last, first = "";  ///< first: of days within which it is due
  };
  // 3 April 2026 is a Friday; 23 November 2026, 3 to 5 May 2027 are holidays.
  const Case rows[] = {
      {"kijun", "最新の版の確認", {{"checked_on", {"2026-09-01"}}}, "2026-12-01"},
      {"keiyaku", "履行の終わり", {{"until_on", {"2027-03-27"}}}, "2027-03-27"},
      {"keiyaku", "実施計画書", {{"signed_on", {"2026-04-01"}}}, "2026-04-11"},
      {"keiyaku", "最終版", {{"final_by", {"2027-03-27"}}}, "2027-03-26"},
      {"keiyaku", "業務委託完了報告書", {{"monthly_from", {"2026-04-01"}}, {"until_on", {"2029-03-31"}}}, "2026-04-30"},
      {"keiyaku", "業務委託完了報告書", {{"monthly_from", {"2026-04-01"}}, {"until_on", {"2029-03-31"}}, {"reported_until", {"2026-10-31"}}}, "2026-11-30"},
      {"keiyaku", "年度の納品", {{"yearly_from", {"2026-04-01"}}, {"until_on", {"2029-03-31"}}}, "2027-03-31"},
      {"keiyaku", "業務定例会議（6月）", {{"meetings_from", {"2026-04-01"}}, {"until_on", {"2029-03-31"}}}, "2026-06-30"},
      {"keiyaku", "業務定例会議（9月）", {{"meetings_from", {"2026-04-01"}}, {"until_on", {"2029-03-31"}}}, "2026-09-30"},
      {"keiyaku", "業務定例会議（12月）", {{"meetings_from", {"2026-04-01"}}, {"until_on", {"2029-03-31"}}}, "2026-12-28"},
      {"kansa", "委員会の承認", {{"planned_on", {"2026-04-20"}}}, "2026-06-22"},
      {"kansa", "報告書", {{"audited_on", {"2026-10-14"}}}, "2026-11-16"},
      {"kansa", "改善支援の終わり", {{"follow_until", {"2027-03-27"}}}, "2027-03-26"},
      {"anketo", "締切", {{"closed_on", {"2026-11-30"}}}, "2026-11-30"},
      {"shiteki", "改善計画", {{"plan_by", {"2026-11-23"}}}, "2026-11-20"},
      {"kaizen", "案への確認", {{"received_on", {"2026-11-20"}}}, "2026-11-30"},
      {"kaizen", "改善の期限", {{"finish_by", {"2026-12-27"}}}, "2026-12-25"},
      {"kaizen", "次の追跡", {{"next_on", {"2026-12-05"}}}, "2026-12-07"},
      {"jisseki", "支援の記録", {{"worked_on", {"2026-11-24"}}}, "2026-11-28"},
      {"tenken", "点検票の提出", {{"collect_by", {"2026-08-30"}}}, "2026-08-28"},
      {"tenken", "委員会への報告", {{"checked_on", {"2026-09-04"}}}, "2026-12-04"},
      {"tsuchi", "解説", {{"received_on", {"2026-11-09"}}}, "2026-11-24"},
      {"tsuchi", "回答の期限", {{"reply_by", {"2026-11-23"}}}, "2026-11-20"},
      {"tsuchi", "施行日", {{"effective_on", {"2027-04-01"}}}, "2027-04-01"},
      {"sodan", "回答", {{"asked_on", {"2026-04-03"}}}, "2026-04-10"},
      {"sodan", "求められた日", {{"wanted_on", {"2026-04-11"}}}, "2026-04-11"},
      {"riyou", "企画の確認", {{"applied_on", {"2026-04-24"}}}, "2026-05-14"},
      {"riyou", "仕様書案の確認", {{"spec_on", {"2026-12-21"}}}, "2027-01-08"},
      {"riyou", "契約締結の予定日", {{"contract_on", {"2026-06-27"}}}, "2026-06-26"},
      {"riyou", "年次の見直し", {{"judged_on", {"2026-06-19"}}}, "2027-06-19"},
      {"riyou", "次の年次の見直し", {{"reviewed_on", {"2027-06-10"}}}, "2028-06-10"},
      {"service", "ISMAP の確かめ直し", {{"ismap_on", {"2026-06-10"}}}, "2027-06-10"},
      {"yoshiki", "見直しの検討", {{"checked_on", {"2026-04-01"}}}, "2027-04-01"},
      {"kyozai", "教材の点検", {{"checked_on", {"2026-05-01"}}}, "2027-05-06"},
      {"taikei", "翌年度の体系の案", {{"from_on", {"2026-04-01"}}}, "2027-02-28"},
      {"kaitei", "改定案", {{"raised_on", {"2026-04-01"}}, {"draft_within", {"令和9年2月下旬"}}}, "2027-02-28", "2027-02-21"},
      {"kaitei", "施行", {{"effective_on", {"2027-04-01"}}}, "2027-04-01"},
      {"taisei", "了承", {{"from_on", {"2026-11-01"}}}, "2026-10-30"},
      {"taisei", "資格の期限", {{"expires_on", {"2026-10-31"}}}, "2026-10-30"},
      {"seikabutsu", "納品", {{"base_on", {"2026-04-01"}}, {"due_words", {"令和9年2月下旬"}}}, "2027-02-28", "2027-02-21"},
      {"seikabutsu", "最終版", {{"final_by", {"2027-03-27"}}}, "2027-03-26"},
      {"kaigi", "議事録案", {{"held_on", {"2026-11-18"}}}, "2026-11-25"},
      {"kaigi", "相手方の了解", {{"held_on", {"2026-11-18"}}, {"agree_within", {"会議終了後5開庁日まで"}}}, "2026-11-26"},
      {"taiyo", "消去の証明", {{"returned_on", {"2026-11-10"}}}, "2026-11-24"},
      {"taiyo", "返却の予定", {{"return_on", {"2027-03-27"}}}, "2027-03-26"},
      {"incident", "再開後の監視", {{"recovered_on", {"2026-11-16"}}}, "2026-11-30"},
      {"incident", "最終報告", {{"recovered_on", {"2026-11-16"}}}, "2026-11-30"},
      {"teian", "市の判断", {{"proposed_on", {"2026-10-22"}}}, "2026-11-24"},
      {"kenshu", "振り返り", {{"held_on", {"2026-10-14"}}}, "2026-11-16"},
  };
  std::set<std::string> shown;
  for (const auto& row : rows) {
    INFO(row.ledger << " " << row.rule);
    const Ledger& ledger = *shipped_ledgers().find(row.ledger);
    auto rule = std::ranges::find(ledger.dues(), row.rule, &DueRule::name);
    REQUIRE(rule != ledger.dues().end());
    Record record;
    record.ledger = row.ledger, record.state = rule->states[0], record.values = row.values;
    auto find = [&](const text::Date& on) {
      const auto due = records->due(record, on);
      auto its = std::ranges::find(due, row.rule, &DueDay::name);
      return its == due.end() ? std::optional<DueDay>() : *its;
    };
    const text::Date last = *text::from_iso(row.last);
    const auto due = find(last);
    REQUIRE(due);
    CHECK(due->known);
    CHECK(text::to_iso(due->due.last) == row.last);
    CHECK(text::to_iso(due->due.first) == (row.first.empty() ? row.last : row.first));
    CHECK_FALSE(due->late);
    CHECK(find(plus_days(last, 1))->late);
    // It waits for nothing any more once it is done, or the record is closed.
    for (const auto& state : ledger.states()) {
      record.state = state.key;
      if (state.closed) CHECK_FALSE(find(last));
    }
    record.state = rule->states[0];
    if (!rule->done.empty() && !rule->every) {
      record.values[rule->done] = {row.last};
      CHECK_FALSE(find(last));
    }
    shown.insert(row.ledger + " " + row.rule);
  }
  check_all_shown(What::rule, shown, [](const Named& one) { return std::ranges::find(one.ledger->dues(), one.name, &DueRule::name) != one.ledger->dues().end(); });
}

TEST_CASE_METHOD(Town, "each counter of a clause counts the records of the sample as they were counted by hand") {
  using State = Cadence::State;
  struct Case {
    std::string ledger, counter;
    text::Date day;
    size_t count;
    State state;
  };
  const text::Date november{2026, 11, 30}, end{2027, 3, 31};
  const Case rows[] = {
      {"taisho", "情報システムの監査", november, 2, State::kept}, {"taisho", "情報システムの監査", end, 4, State::kept}, {"taisho", "ホームページの監査", november, 1, State::kept},
      {"tenken", "自己点検", november, 1, State::kept}, {"tenken", "自己点検", {2026, 4, 30}, 0, State::due},
      {"jisseki", "オンサイト", november, 2, State::kept}, {"jisseki", "オンサイト", {2026, 11, 24}, 1, State::due}, {"jisseki", "オンサイト", {2026, 9, 30}, 0, State::missed},
      {"kaigi", "打合せ", {2026, 12, 1}, 0, State::due}, {"kaigi", "打合せ", {2026, 12, 2}, 0, State::missed},
      {"kaigi", "全体会議", november, 1, State::due}, {"kaigi", "全体会議", end, 1, State::missed},
      {"kaigi", "業務定例会議（6月・9月・12月）", november, 2, State::due}, {"kaigi", "業務定例会議（6月・9月・12月）", end, 3, State::kept},
      {"kaigi", "審査会", november, 1, State::kept}, {"riyou", "審査会", november, 1, State::kept},
      {"sodan", "技術的事項の相談", november, 1, State::kept}, {"sodan", "規程の解釈の相談", november, 2, State::over},
      {"incident", "助言した事案", november, 3, State::kept},
      {"kenshu", "研修", november, 2, State::kept}, {"kenshu", "標的型メール訓練", november, 1, State::kept}, {"kenshu", "標的型メール訓練", {2026, 10, 13}, 0, State::due},
      {"kenshu", "インシデント対応訓練", november, 0, State::due}, {"kenshu", "インシデント対応訓練", end, 1, State::kept},
  };
  std::set<std::string> shown;
  for (const auto& row : rows) {
    INFO(row.ledger << " " << row.counter << " " << text::to_iso(row.day));
    const auto counts = records->counts(everybody, row.ledger, row.day);
    auto its = std::ranges::find(counts, row.counter, &Count::name);
    REQUIRE(its != counts.end());
    CHECK(its->tally.count == row.count);
    CHECK(its->tally.state == row.state);
    shown.insert(row.ledger + " " + row.counter);
  }
  check_all_shown(What::rule, shown, [](const Named& one) { return std::ranges::find(one.ledger->counters(), one.name, &Counter::name) != one.ledger->counters().end(); });
}

TEST_CASE_METHOD(Town, "a step waits for the qualified person that the clause asks for") {
  struct Case {
    std::string like, need, step;
  };
  const Case rows[] = {{"R8-対象-0001", "有資格者の参加", "audit"}, {"R8-監査-0001", "有資格者の参加", "audit"}, {"R8-会議-0010", "有資格者の出席", "minute"}};
  std::set<std::string> shown;
  for (const auto& row : rows) {
    INFO(row.like);
    const Entry& like = entry(row.like);
    const Ledger& ledger = *shipped_ledgers().find(like.ledger);
    const Need& need = *std::ranges::find(ledger.needs(), row.need, &Need::name);
    const auto& columns = ledger.field(need.rows)->columns;
    const size_t column = static_cast<size_t>(std::ranges::find(columns, need.column, &Field::key) - columns.begin());
    const Record record = before(like, row.step);
    // The same people, none of whom is qualified.
    List others;
    for (const auto& value : record.values.at(need.rows)) {
      auto cells = row_of(value).cells;
      cells.at(column) = "—";
      others.push_back(Row{row_of(value).number, cells}.value());
    }
    records->change(everybody, operator_, record.number, 0, {{need.rows, others}});
    CHECK_THAT(said([&] { records->step(everybody, operator_, record.number, 0, row.step); }), Catch::Contains(row.need));
    CHECK(get(record.number).state == record.state);
    records->change(everybody, operator_, record.number, 0, {{need.rows, record.values.at(need.rows)}});
    CHECK(said([&] { records->step(everybody, operator_, record.number, 0, row.step); }) == "");
    CHECK(get(record.number).state == ledger.step(row.step)->to);
    shown.insert(like.ledger + " " + row.need);
  }
  check_all_shown(What::rule, shown, [](const Named& one) { return std::ranges::find(one.ledger->needs(), one.name, &Need::name) != one.ledger->needs().end(); });
}

TEST_CASE_METHOD(Town, "a step waits for the fields that the clause asks for") {
  struct Case {
    std::string like, step;
    List fields;
  };
  const Case rows[] = {
      {"R8-対象-0001", "survey", {"委託先に情報を扱わせているか", "外部サービスを使っているか"}},
      {"R8-対象-0001", "audit", {"本調査の日", "本調査の時間", "監査した人"}},
      {"R8-監査-0001", "improve", {"総評", "報告書を受けた日"}},
      {"点検項目", "judge", {"判定", "判定した日"}},
      {"アンケート", "analyse", {"集計", "読み取れること"}},
      {"自己点検", "check", {"項目ごとの結果", "結果から分かったこと"}},
      {"通知対応", "explain", {"解説"}},
      {"通知対応", "plan", {"本市への影響", "関わる市の規程の条項", "本市の対応方針"}},
      {"相談対応", "draft", {"受付の方法", "回答"}},
      {"相談対応", "approve", {"根拠とした条項"}},
      {"相談対応", "publish", {"回答（庁内向け）"}},
      {"R8-利用協議-0001", "to_spec", {"業務の内容", "必要な対策の整理", "企画の確認の結果", "企画の確認を終えた日"}},
      {"R8-利用協議-0001", "to_consult", {"調達仕様書の確認の結果", "調達仕様書の確認を終えた日"}},
      {"R8-利用協議-0001", "judge", {"ISMAP の登録状況", "登録状況を確かめた日", "登録状況を確かめた人", "協議の結果", "運用上の注意事項"}},
      {"教材・シナリオ", "adopt", {"根拠とした条項", "点検した日"}},
      {"研修体系", "adopt", {"役割と主題", "見直しの方針"}},
      {"改定検討", "propose", {"改定の概要"}},
      {"R8-改定-0004", "decide", {"施行日"}},
      {"適用基準", "adopt", {"用いる業務", "今の版", "最新の版を確かめた日", "採ると決めた人", "採ると決めた日"}},
      {"R8-体制-0001", "agree", {"監査の有資格者", "運用支援の有資格者", "了承した日"}},
      {"貸与資料", "return", {"返却の日"}},
      {"貸与資料", "erase", {"消去・廃棄の日", "消去・廃棄の方法", "消去証明書の番号"}},
      {"会議・議事録", "agree", {"相手方が了解した日"}},
      {"インシデント助言", "recover", {"復旧の方針", "業務の再開", "公表の判断"}},
      {"対策提案", "propose", {"優先度", "優先度の理由"}},
      {"研修・訓練", "close", {"振り返り"}},
  };
  size_t fields = 0;
  for (const auto& row : rows) {
    INFO(row.like << " " << row.step);
    // By its number, or the first of a ledger that has all that the step asks for.
    const Entry* like = nullptr;
    for (const auto& one : sample()) {
      const Ledger& ledger = *shipped_ledgers().find(one.ledger);
      const bool has = std::ranges::all_of(row.fields, [&](const std::string& name) { return std::ranges::any_of(ledger.fields(), [&](const Field& field) { return field.name == name && one.values.contains(field.key); }); });
      if (has && (one.number == row.like || ledger.name() == row.like) && !like) like = &one;
    }
    REQUIRE(like);
    const Ledger& ledger = *shipped_ledgers().find(like->ledger);
    const Record record = before(*like, row.step);
    for (const auto& name : row.fields) {
      INFO(name);
      const Field& field = field_named(ledger, name);
      records->change(everybody, operator_, record.number, 0, {{field.key, {}}});
      CHECK_THAT(said([&] { records->step(everybody, operator_, record.number, 0, row.step); }), Catch::Contains(name));
      CHECK(get(record.number).state == record.state);
      records->change(everybody, operator_, record.number, 0, {{field.key, like->values.at(field.key)}});
      ++fields;
    }
    CHECK(said([&] { records->step(everybody, operator_, record.number, 0, row.step); }) == "");
    CHECK(get(record.number).state == ledger.step(row.step)->to);
  }
  CHECK(fields > 50);
}

TEST_CASE_METHOD(Town, "advice that is asked for outside of the hours is told of and not forbidden") {
  struct Case {
    std::string on, at;
    bool within;
  };
  // A Wednesday, a Saturday and a holiday.
  for (const auto& row : {Case{"2026-11-25", "09:00", true}, {"2026-11-25", "17:29", true}, {"2026-11-25", "17:30", false}, {"2026-11-25", "08:59", false}, {"2026-11-28", "12:00", false}, {"2026-11-23", "12:00", false}}) {
    INFO(row.on << " " << row.at);
    Values values = std::ranges::find(sample(), "incident", &Entry::ledger)->values;
    values["asked_on"] = {row.on}, values["asked_at"] = {row.at};
    const Record record = records->add(everybody, operator_, "incident", values, {}, day);
    const auto remarks = records->remarks(record);
    CHECK(remarks.empty() == row.within);
    if (!row.within) CHECK_THAT(remarks.at(0), Catch::Contains("助言を求める時間（平日9:00～17:30）の外です"));
  }
  check_all_shown(What::rule, {"incident 助言を求める時間"}, [](const Named& one) { return std::ranges::find(one.ledger->hours(), one.name, &Hours::name) != one.ledger->hours().end(); });
}

TEST_CASE_METHOD(Town, "personal data are withheld from those who are not of their audience") {
  // No record of the sample says these.
  records->change(everybody, operator_, "R8-体制-0001", 0, {{"phone", {"000-0000-0000"}}, {"mail", {"mihon@example.jp"}}});
  std::set<std::string> shown;
  for (const auto& one : sample()) {
    const Ledger& ledger = *shipped_ledgers().find(one.ledger);
    const Values values = get(one.number).values;
    for (const auto& field : ledger.fields()) {
      if (!field.personal || !values.contains(field.key)) continue;
      INFO(one.number << " " << field.name);
      // Even of a record that is opened to all of the staff.
      if (get(one.number).audience != "staff") records->narrow(everybody, operator_, one.number, 0, "staff");
      const auto seen = records->find(clerk, one.number);
      REQUIRE(seen);
      CHECK_FALSE(seen->values.contains(field.key));
      CHECK(records->find(officer, one.number)->values.at(field.key) == values.at(field.key));
      CHECK(std::ranges::none_of(records->history(clerk, one.number), [&](const Change& change) { return change.field == field.key; }));
      shown.insert(one.ledger + " " + field.name);
    }
  }
  check_all_shown(What::field, shown, [](const Named& one) { return std::ranges::find(one.words, "個人情報") != one.words.end(); });
}

TEST_CASE_METHOD(Town, "each publication of a clause reaches its audience with its words, and nobody else") {
  const corpus::Viewer member{{"public", "staff", "committee"}};
  struct Case {
    std::string ledger, publication;
    const corpus::Viewer *reader, *other;  ///< other: nullptr, as all see it
  };
  const Case rows[] = {
      {"kansa", "監査報告書（概要版）", &citizen, nullptr}, {"kansa", "監査報告書（詳細版）", &officer, &member},
      {"tsuchi", "解説と対応方針", &clerk, &citizen},      {"tsuchi", "委員向けの最新情報", &member, &clerk}, {"tsuchi", "やさしい説明", &clerk, &citizen},
      {"sodan", "庁内向けの回答", &clerk, &citizen},       {"sodan", "やさしい回答", &clerk, &citizen},
      {"riyou", "協議の結果", &clerk, &citizen},           {"kaitei", "改定案の概要", &member, &clerk},       {"teian", "対策の提案", &member, &clerk},
      {"kenshu", "振り返り", &clerk, &citizen},            {"incident", "公表文", &citizen, nullptr},
  };
  const corpus::Library library(*database);
  std::set<std::string> shown;
  for (const auto& row : rows) {
    INFO(row.publication);
    const Ledger& ledger = *shipped_ledgers().find(row.ledger);
    const Publication& publication = *std::ranges::find(ledger.publications(), row.publication, &Publication::name);
    const Step& step = *std::ranges::find_if(ledger.steps(), [&](const Step& one) { return std::ranges::find(one.publish, publication.key) != one.publish.end(); });
    // One that can go all the way and has something to say.
    auto fits = [&](const Entry& one) {
      if (one.ledger != row.ledger || !one.values.contains(publication.fields.back() == "clauses" || publication.fields.back() == "citations" ? publication.fields.front() : publication.fields.back())) return false;
      return std::ranges::all_of(ledger.fields(), [&](const Field& field) {
        const bool asked = std::ranges::find(field.required, step.to) != field.required.end() || field.key == publication.issued;
        return !asked || one.values.contains(field.key);
      });
    };
    const auto like = std::ranges::find_if(sample(), fits);
    REQUIRE(like != sample().end());
    INFO(like->number);
    const Record record = before(*like, step.key);
    records->step(everybody, operator_, record.number, 0, step.key);
    const auto published = records->published(everybody, record);
    auto its = std::ranges::find(published, publication.key, &Published::publication);
    REQUIRE(its != published.end());
    std::string words;
    for (const auto& clause : library.clauses(*row.reader, its->slug, its->edition)) words += clause.clause.heading + "\n" + clause.clause.text + "\n";
    for (const auto& key : publication.fields) {
      const Field& field = *ledger.field(key);
      if (field.kind != FieldKind::line && field.kind != FieldKind::text) continue;
      if (auto value = like->values.find(key); value != like->values.end()) CHECK_THAT(words, Catch::Contains(value->second[0]));
    }
    CHECK(library.document(*row.reader, its->slug));
    if (row.other) {
      CHECK_FALSE(library.document(*row.other, its->slug));
      CHECK(library.clauses(*row.other, its->slug, its->edition).empty());
    }
    shown.insert(row.ledger + " " + row.publication);
  }
  check_all_shown(What::publication, shown);
}

TEST_CASE_METHOD(Town, "a time line of a clause takes rows and loses none") {
  size_t lines = 0;
  for (const auto& one : shipped_specification().all(What::field)) {
    if (std::ranges::find(one.words, "足せるだけ") == one.words.end()) continue;
    INFO(one.ledger->name() << "「" << one.name << "」");
    const Field& field = field_named(*one.ledger, one.name);
    const auto holder = std::ranges::find_if(sample(), [&](const Entry& record) { return record.ledger == one.ledger->key() && record.values.contains(field.key); });
    REQUIRE(holder != sample().end());
    const List held = get(holder->number).values.at(field.key);
    auto change = [&](const List& rows) { return said([&] { records->change(everybody, operator_, holder->number, 0, {{field.key, rows}}); }); };
    CHECK_THAT(change({held.begin() + 1, held.end()}), Catch::Contains(one.name) && Catch::Contains("消せません"));
    List other = held, longer = held;
    auto cells = row_of(held[0]).cells;
    longer.push_back(Row{0, cells}.value());
    // Of the columns one that takes any words.
    const auto free = std::ranges::find_if(field.columns, [](const Field& column) { return column.kind == FieldKind::line || column.kind == FieldKind::text; });
    REQUIRE(free != field.columns.end());
    cells.at(static_cast<size_t>(free - field.columns.begin())) = "書き直した";
    other[0] = Row{row_of(held[0]).number, cells}.value();
    CHECK_THAT(change(other), Catch::Contains(one.name) && Catch::Contains("変えられません"));
    CHECK(get(holder->number).values.at(field.key) == held);
    CHECK(change(longer) == "");
    CHECK(get(holder->number).values.at(field.key).size() == held.size() + 1);
    ++lines;
  }
  CHECK(lines >= 7);
}

TEST_CASE_METHOD(Town, "what is computed of the sample was worked out by hand") {
  struct Case {
    std::string number, field, value;
  };
  const Case rows[] = {
      {"R8-契約-0001", "これまでの時間", "12.5"}, {"R8-契約-0002", "これまでの時間", "10.5"}, {"R8-成果物-0007", "時間の計", "5"},
      {"R8-成果物-0008", "時間の計", "2.5"},     {"R8-改善-0001", "改善支援の件数", "1"},    {"R8-改善-0003", "改善支援の件数", "0"},
  };
  std::set<std::string> shown;
  for (const auto& row : rows) {
    INFO(row.number << " " << row.field);
    const Record record = get(row.number);
    CHECK(record.value(field_named(*shipped_ledgers().find(record.ledger), row.field).key) == row.value);
    shown.insert(record.ledger + " " + row.field);
  }
  check_all_shown(What::field, shown, [](const Named& one) { return field_named(*one.ledger, one.name).kind == FieldKind::computed; });
}

TEST_CASE_METHOD(Town, "each list that the document names holds the records of the sample that are of it") {
  size_t lists = 0;
  for (const auto& one : shipped_specification().all(What::list)) {
    INFO(one.ledger->name() << " 一覧「" << one.name << "」");
    const KeptList& list = *std::ranges::find(one.ledger->kept(), one.name, &KeptList::name);
    std::set<std::string> wanted, found;
    for (const auto& record : sample()) {
      if (record.ledger != one.ledger->key() || (!list.states.empty() && std::ranges::find(list.states, record.state) == list.states.end())) continue;
      const bool is = std::ranges::all_of(list.where, [&](const auto& where) {
        auto values = record.values.find(where.first);
        return values != record.values.end() && std::ranges::find(values->second, where.second) != values->second.end();
      });
      if (is) wanted.insert(record.number);
    }
    for (const auto& record : records->list(everybody, one.ledger->key(), {.states = list.states, .where = list.where}, 0, 100).records) found.insert(record.number);
    CHECK_FALSE(wanted.empty());
    CHECK(found == wanted);
    ++lists;
  }
  CHECK(lists >= 20);
}

TEST_CASE_METHOD(Town, "each field that the document names keeps what the sample says, or what is given it") {
  // What no record of the sample has.
  const std::map<std::string, std::string> given = {{"代替案", "LGWAN-ASP の同じサービスを使う。"}, {"電話", "000-0000-0000"}, {"メール", "mihon@example.jp"}, {"最終版を納めた日", "2027-03-26"}, {"ウイルス対策ソフトの名前", "見本アンチウイルス"}, {"ウイルス検査の日", "2027-03-25"},
                                                    {"委員会へ中間報告をした日", "2026-11-20"},     {"再委託", Row{1, {"架空の再委託先", "点検の補助", "2026-05-01", "体制の届を出す"}}.value()}};
  std::set<std::string> seen;
  for (const auto& one : shipped_specification().all(What::field)) {
    const Field& field = field_named(*one.ledger, one.name);
    if (field.kind == FieldKind::computed || !seen.insert(one.ledger->key() + " " + one.name).second) continue;
    INFO(one.ledger->name() << "「" << one.name << "」");
    auto holder = std::ranges::find_if(sample(), [&](const Entry& record) { return record.ledger == one.ledger->key() && record.values.contains(field.key); });
    if (holder != sample().end()) {
      CHECK(get(holder->number).values.at(field.key) == holder->values.at(field.key));
      continue;
    }
    holder = std::ranges::find(sample(), one.ledger->key(), &Entry::ledger);
    if (field.kind == FieldKind::files) {
      records->attach(everybody, operator_, holder->number, 0, field.key, {.name = "見本.pdf", .media_type = "application/pdf", .evidence_on = "2026-11-20"}, one.name);
      const auto file = attachment_of(get(holder->number).values.at(field.key).at(0));
      CHECK(file.sha256 == store::sha256(one.name));
      CHECK(file.evidence_on == "2026-11-20");
      CHECK_FALSE(file.added_at.empty());
    } else {
      REQUIRE(given.contains(one.name));
      records->change(everybody, operator_, holder->number, 0, {{field.key, {given.at(one.name)}}});
      CHECK(get(holder->number).values.at(field.key) == List{given.at(one.name)});
    }
  }
  CHECK(seen.size() > 150);
}

TEST_CASE_METHOD(Town, "a newer edition of what a clause lets records cite asks to look at them") {
  // The rule of the sample that most records cite, without any of its clauses but the first.
  corpus::NewEdition edition;
  edition.facts.slug = "taisaku-kijun", edition.facts.title = "星見市情報セキュリティ対策基準", edition.facts.kind = "policy", edition.facts.audience = "public", edition.facts.effective = "2027-04-01";
  edition.content_hash = store::sha256("改めたもの");
  corpus::Page page;
  page.lines.emplace_back().text = "第１条　この基準は、全て改める。";
  edition.clauses = corpus::outline({page});
  corpus::assign_addresses(edition.clauses);
  corpus::Library(*database).add({&edition, 1});
  records->find_reviews(false);
  const auto citing = records->citing(everybody, "taisaku-kijun", 1000);
  struct Case {
    std::string ledger, field;
  };
  for (const auto& row : {Case{"点検項目", "条項"}, {"相談対応", "根拠とした条項"}, {"教材・シナリオ", "根拠とした条項"}, {"改定検討", "参考にした条項"}, {"改定検討", "ガイドラインとの対照"}}) {
    size_t cited = 0;
    for (const auto& one : sample()) {
      const Ledger& ledger = *shipped_ledgers().find(one.ledger);
      if (ledger.name() != row.ledger) continue;
      const Field& field = field_named(ledger, row.field);
      auto values = one.values.find(field.key);
      if (values == one.values.end() || std::ranges::none_of(values->second, [](const std::string& value) { return value.find("taisaku-kijun/2025-04-01/") != value.npos; })) continue;
      INFO(one.number << " " << row.field);
      const Record record = get(one.number);
      CHECK(record.to_review);
      CHECK(std::ranges::any_of(records->reviews(everybody, record), [&](const Review& review) { return review.field == field.key; }));
      CHECK(std::ranges::any_of(citing, [&](const Record& other) { return other.number == one.number; }));
      ++cited;
    }
    INFO(row.ledger << " " << row.field);
    CHECK(cited > 0);
  }
}

TEST_CASE_METHOD(Town, "what a clause leaves open may be left empty or said in other words") {
  auto add = [&](const std::string& like, const Values& other) {
    Values values = entry(like).values;
    for (const auto& [key, list] : other) {
      if (list.empty()) values.erase(key);
      else values[key] = list;
    }
    return records->add(everybody, operator_, entry(like).ledger, values, {}, day);
  };
  // A check that belongs to no audit yet is a template of those that do.
  CHECK(field_named(*shipped_ledgers().find("komoku"), "監査対象").key == "target");
  CHECK_FALSE(add("R8-項目-0001", {{"target", {}}}).values.contains("target"));
  // A deliverable without words of a deadline is handed in when it is there, and its last edition is due all the same.
  const Record deliverable = add("R8-成果物-0002", {{"due_words", {}}, {"delivered_on", {}}, {"final_on", {}}, {"final_by", {"2027-03-26"}}});
  const auto due = records->due(deliverable, day);
  REQUIRE(due.size() == 1);
  CHECK(due[0].name == "最終版");
  // A topic that the list does not have.
  CHECK(add("R8-相談-0004", {{"topic", {"認証", "庁舎の移転"}}}).values.at("topic") == List{"認証", "庁舎の移転"});
}
