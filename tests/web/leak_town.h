#pragma once

#include <fmt/format.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "corpus/address.h"
#include "corpus/draft.h"
#include "corpus/favourite.h"
#include "corpus/judgement.h"
#include "corpus/library.h"
#include "indexer/index_writer.h"
#include "records/record.h"
#include "store/database.h"
#include "store/files.h"
#include "tests/office/docx_fixture.h"
#include "tests/places.h"
#include "tests/temporary_folder.h"
#include "text/analyzer.h"
#include "web/app.h"
#include "web/target.h"

/// Who reads, as the test understands it: by no rule of the product.
struct LeakViewer {
  std::string name;
  std::vector<std::string> audiences;
  std::optional<std::vector<std::string>> only{};
  std::vector<shirube::corpus::Task> tasks{};
  size_t routes = 0;  ///< of so many at least they get more than a refusal
  bool sees_all = false;

  static bool holds(const std::vector<std::string>& list, const std::string& one) { return std::find(list.begin(), list.end(), one) != list.end(); }
  bool sees(const std::string& audience, const std::string& slug) const {
    return sees_all || (holds(audiences, audience) && (!only || audience == "public" || holds(*only, slug)));
  }
  shirube::corpus::Viewer viewer() const { return {audiences, tasks, sees_all, only}; }
};

/// A clause and a document of the town, with all that may be closed in them.
struct LeakClause {
  std::string label, heading, text, audience = "";
  int parent = -1;
  shirube::corpus::ClauseKind kind = shirube::corpus::ClauseKind::article;
};
struct LeakDocument {
  std::string slug, title, kind, issuer, audience, effective;
  std::vector<LeakClause> clauses;
  bool original = false;
  std::vector<std::string> encloses{};  ///< slugs
};

std::vector<LeakDocument> leak_documents();

/// What the index knows of the town's audiences.
enum class Indexed {
  as_it_is,
  while_open,  ///< every document was for everybody when it was indexed; what it is for now waits in the queue
};

/// 星見市 as one viewer could know it: only what they see was ever put into it. Without a viewer it holds everything.
class LeakTown {
 public:
  LeakTown(const shirube::text::AnalyzerModel& model, const LeakViewer* viewer, Indexed indexed = Indexed::as_it_is)
      : indexed_(indexed), model(model), database(folder_ / "shirube.db"), library(database), files(folder_ / "files") {
    for (const char* group : {"監査班", "契約班"}) database.write([&](auto& db) { db.exec(fmt::format("INSERT INTO groups (name) VALUES ('{}')", group)); });
    for (const auto& document : leak_documents()) add(document, viewer);
    library.link_citations(false);
    std::filesystem::create_directories(folder_ / "lexicon");
    std::ofstream(folder_ / "lexicon/pinned.tsv") << "無害化\thimitsu/2025-04-01/1\n無害化\tkansa-hokoku/2025-06-01/4\n監査\tkansa-hokoku/2025-06-01/2\n端末\ttaisaku-kijun/2025-04-01/4\n";
    std::ofstream(folder_ / "lexicon/synonyms.tsv") << "漏洩\t流出\n端末\t特命\n監査\t抜き打ち\n";
    cite("tsuchi", "1", "taisaku-kijun", "3", viewer);
    cite("himitsu", "1", "taisaku-kijun", "2", viewer);
    cite("taisaku-kijun", "3", "taisaku-kijun", "2", viewer);
    cite("kansa-hokoku", "3", "tsuchi", "1", viewer);
    judge(viewer);
    keep();
    explain();
    draft(viewer);
    write_ledgers();
    record(viewer);
    library.link_citations(false);
    index();
    if (indexed == Indexed::while_open) close(viewer);
  }
  /// The same again, to be changed.
  LeakTown(const shirube::text::AnalyzerModel& model, const std::filesystem::path& data) : model(model), database(copied(data, folder_) / "shirube.db"), library(database), files(folder_ / "files") { ledgers = shirube::records::Ledgers(folder_ / "ledgers"); }

  shirube::web::AppOptions options(const LeakViewer& viewer) const {
    shirube::web::AppOptions out{folder_.path(), const_cast<shirube::store::Database&>(database), model, "test", folder_ / "lexicon", viewer.viewer(), 1};
    out.ledgers = ledgers;
    out.letters = folder_ / "ledgers";
    out.desk.program = shirube::test::program;
    return out;
  }
  const std::filesystem::path& folder() const { return folder_.path(); }
  /// Works off the queue.
  void index() {
    shirube::indexer::IndexWriterOptions options;
    options.data = folder_.path();
    options.analyzer_name = "test";
    options.threads = 1;
    shirube::indexer::IndexWriter writer(database, model, options);
    REQUIRE(writer.drain([](uint64_t, uint64_t) {}, std::atomic<bool>(false)) == shirube::indexer::IndexWriter::Outcome::done);
  }

 private:
  using Viewer = shirube::corpus::Viewer;

  static std::filesystem::path copied(const std::filesystem::path& data, const TemporaryFolder& folder) {
    std::filesystem::copy(data, folder.path(), std::filesystem::copy_options::recursive);
    return folder.path();
  }

  TemporaryFolder folder_;
  Indexed indexed_ = Indexed::as_it_is;

 public:
  const shirube::text::AnalyzerModel& model;
  shirube::store::Database database;
  shirube::corpus::Library library;
  shirube::store::Files files;
  shirube::records::Ledgers ledgers;

 private:
  static bool sees(const LeakViewer* viewer, const std::string& audience, const std::string& slug) { return !viewer || viewer->sees(audience, slug); }
  /// Whether a viewer sees the clause at `i`: it, and all that it stands under.
  static bool sees_clause(const LeakViewer* viewer, const LeakDocument& document, int i) {
    for (; i >= 0; i = document.clauses[static_cast<size_t>(i)].parent) {
      const auto& audience = document.clauses[static_cast<size_t>(i)].audience;
      if (!audience.empty() && !sees(viewer, audience, document.slug)) return false;
    }
    return true;
  }

  void add(const LeakDocument& document, const LeakViewer* viewer) {
    if (!sees(viewer, document.audience, document.slug)) return;
    shirube::corpus::NewEdition edition;
    edition.facts.slug = document.slug, edition.facts.title = document.title, edition.facts.kind = document.kind, edition.facts.issuer = document.issuer;
    edition.facts.audience = indexed_ == Indexed::while_open ? "public" : document.audience, edition.facts.effective = document.effective;
    edition.content_hash = shirube::store::sha256(document.slug + document.effective);
    std::vector<shirube::corpus::Clause> all;
    for (const auto& one : document.clauses) {
      shirube::corpus::Clause clause;
      clause.label = one.label, clause.kind = one.kind, clause.heading = one.heading, clause.text = one.text, clause.audience = one.audience;
      clause.page = static_cast<int>(all.size()) + 1;
      if (one.parent >= 0) clause.parent = static_cast<size_t>(one.parent);
      all.push_back(clause);
    }
    shirube::corpus::assign_addresses(all);
    std::map<size_t, size_t> kept;
    for (size_t i = 0; i < all.size(); ++i) {
      if (!sees_clause(viewer, document, static_cast<int>(i))) continue;
      kept[i] = edition.clauses.size();
      edition.clauses.push_back(all[i]);
      if (all[i].parent) edition.clauses.back().parent = kept.at(*all[i].parent);
    }
    if (kept.size() == all.size()) {
      edition.warnings = {"2頁は画像のため、検索できません。"};
      if (document.original) {
        std::string bytes = document.title + " " + document.effective;
        for (const auto& one : document.clauses) bytes += "\n" + one.text;
        edition.file_sha256 = files.put(bytes), edition.file_size = bytes.size();
        edition.file_name = document.slug + ".txt", edition.media_type = "text/plain";
      }
      whole_.push_back(document.slug + "/" + document.effective);
    }
    for (const auto& slug : document.encloses) {
      auto editions = library.editions(Viewer::everything(), slug);
      if (!editions.empty()) edition.encloses.push_back(editions.front().id);
    }
    library.add({&edition, 1});
  }

  /// Corrections, one of them of what everybody sees: that some wait is no secret.
  void close(const LeakViewer* viewer) {
    auto correct = [&](const std::string& slug, const std::string& audience, const std::string& topic) {
      shirube::corpus::Facts facts;
      facts.slug = slug, facts.audience = audience, facts.topic = topic;
      library.correct(facts);
    };
    correct("tsuchi", "", "端末");
    for (const auto& document : leak_documents()) {
      if (sees(viewer, document.audience, document.slug)) correct(document.slug, document.audience, "");
    }
  }

  std::optional<int64_t> find(const std::string& slug, const std::string& path) {
    auto editions = library.editions(Viewer::everything(), slug);
    if (editions.empty()) return std::nullopt;
    auto clause = library.clause(Viewer::everything(), slug, editions.front().key, path);
    return clause ? std::optional(clause->id) : std::nullopt;
  }

  void cite(const std::string& from, const std::string& path, const std::string& to, const std::string& to_path, const LeakViewer* viewer) {
    auto source = find(from, path), target = find(to, to_path);
    if (!viewer) REQUIRE((source && target));
    if (source && target) library.add_citation(*source, *target, "");
  }

  /// Searches to which everything there is is new.
  void keep() {
    shirube::corpus::Favourites favourites(database);
    for (const char* words : {"端末", "極秘", "監査"}) favourites.save(0, words, shirube::web::write_query({{"q", words}}), 0);
    database.write([](auto& db) { db.exec("UPDATE saved_searches SET added_at = '2025-07-01T00:00:00Z'"); });
  }

  /// Notes, also to clauses that not everybody sees.
  void explain() {
    for (const auto& [slug, path] : {std::pair{"himitsu", "1"}, {"kansa-hokoku", "2"}, {"kansa-hokoku", "1"}, {"taisaku-kijun", "3"}, {"keiyaku-a", "1"}}) {
      auto clause = find(slug, path);
      if (!clause) continue;
      database.write([&](auto& db) {
        SQLite::Statement put(db, "INSERT INTO notes (clause_id, text, revision, author, changed_at) VALUES (?, ?, 1, 'hana', '2025-07-01T00:00:00Z')");
        put.bind(1, *clause);
        put.bind(2, fmt::format("{}の{}をやさしく言うと、秘密の合言葉{}です。", slug, path, path));
        put.exec();
      });
    }
  }

  void judge(const LeakViewer* viewer) {
    shirube::corpus::JudgementLedger ledger(database);
    for (const auto& [query, slug, path, grade] : std::vector<shirube::corpus::Judgement>{{"端末の持ち出し", "taisaku-kijun", "2", 3},
                                                                                        {"端末の持ち出し", "taisaku-kijun", "3", 2},
                                                                                        {"端末の持ち出し", "himitsu", "1", 1},
                                                                                        {"指摘事項", "kansa-hokoku", "2", 3},
                                                                                        {"指摘事項", "kansa-hokoku", "1", 1},
                                                                                        {"台帳", "kaisei", "2", 3},
                                                                                        {"契約", "keiyaku-a", "1", 2}}) {
      bool there = false;
      for (const auto& edition : library.editions(Viewer::everything(), slug)) there = there || library.clause(Viewer::everything(), slug, edition.key, path);
      if (!viewer) REQUIRE(there);
      if (there) ledger.set(Viewer::everything(), std::vector<shirube::corpus::Judgement>{{query, slug, path, grade}});
    }
  }

  void draft(const LeakViewer* viewer) {
    using namespace shirube::corpus;
    Drafts drafts(database);
    auto hand_in = [&](const std::string& name, bool read, const std::string& audience = {}) {
      Draft draft;
      draft.said.audience = audience;
      draft.source = draft.file_name = name + ".txt";
      draft.file_sha256 = files.put(name);
      int64_t id = drafts.add(Viewer::everything(), draft, name.size());
      if (!read) return id;
      Reading reading;
      reading.media_type = "text/plain";
      reading.facts.slug = name, reading.facts.title = "下書き " + name, reading.facts.audience = audience;
      Clause clause;
      clause.label = "第1条", clause.text = "端末の下書き。", clause.kind = ClauseKind::article;
      reading.clauses = {clause};
      assign_addresses(reading.clauses);
      drafts.set_read(id, reading);
      return id;
    };
    hand_in("machi", false);
    hand_in("kakunin", true);
    for (const std::string address : {"taisaku-kijun/2024-04-01", "himitsu/2025-04-01", "taisaku-kijun/2025-04-01", "kansa-hokoku/2025-06-01"}) {
      if (viewer && !LeakViewer::holds(whole_, address)) continue;
      size_t slash = address.find('/');
      for (const auto& edition : library.editions(Viewer::everything(), address.substr(0, slash))) {
        if (edition.key != address.substr(slash + 1)) continue;
        int64_t id = hand_in("koukai-" + address.substr(0, slash) + edition.key, true);
        drafts.publish(Viewer::everything(), id, drafts.find(Viewer::everything(), id)->revision, [&](SQLite::Database&) { return edition.id; });
      }
    }
    // Last, as drafts are asked for by number.
    for (const std::string audience : {"監査班", "restricted"}) {
      if (!sees(viewer, audience, "naisho")) continue;
      hand_in("naisho-" + audience, true, audience);
      hand_in("naisho-machi-" + audience, false, audience);
    }
  }

  /// Two ledgers in which all may be narrower that can be.
  void write_ledgers() {
    std::filesystem::create_directories(folder_ / "ledgers");
    std::ofstream(folder_ / "ledgers/kiroku.toml") << R"(
name = "見本の記録"
prefix = "記録"
audience = "staff"
title = "question"
roles = ["officer"]
columns = ["day", "topic", "asker", "secret", "cites", "also"]
field = [
  { key = "day", name = "日", kind = "date" },
  { key = "topic", name = "主題", kind = "choice", choices = ["端末", "特命"] },
  { key = "unit", name = "課", kind = "unit", audience = "committee" },
  { key = "asker", name = "相談した人", kind = "person", audience = "committee", personal = true },
  { key = "question", name = "質問", kind = "text" },
  { key = "secret", name = "内密の所見", kind = "text", audience = "restricted" },
  { key = "cites", name = "根拠", kind = "citations" },
  { key = "inner_cites", name = "内密の根拠", kind = "citations", audience = "監査班" },
  { key = "also", name = "関連", kind = "links" },
  { key = "papers", name = "資料の写し", kind = "files" },
  { key = "list", name = "点検表", kind = "rows", columns = [{ key = "what", name = "確認内容" }, { key = "clause", name = "条項", kind = "citations" }, { key = "mark", name = "判定", kind = "choice", choices = ["適", "否"] }] },
  { key = "linked", name = "挙げた記録の数", kind = "computed", compute = "count kiroku" },
]
state = [{ key = "open", name = "受付" }, { key = "done", name = "公開", closed = true }]
step = [{ key = "publish", name = "公開する", from = ["open"], to = "done", roles = ["officer"], publish = ["all"] }, { key = "back", name = "戻す", from = ["done"], to = "open", roles = ["officer"], withdraw = true }]
due = [{ name = "回答", from = "day", within = "翌日から5開庁日", states = ["open"] }]
counter = [{ name = "特命の件数", date = "day", cadence = "年5件以内", where = { topic = "特命" } }, { name = "ある課の件数", date = "day", cadence = "年5件以内", where = { unit = "特命課" } }]
list = [{ name = "特命だけ", where = { topic = "特命" } }]
letter = [{ key = "copy", name = "写し", file = "utsushi.docx" }, { key = "lost", name = "失くした文書", file = "nai.docx" }]
publication = [{ key = "all", name = "公開する版", audience = "public", title = "回答 {number}", fields = ["question", "cites", "list"] }]
)";
    std::ofstream(folder_ / "ledgers/naisho.toml") << R"(
name = "内密の台帳"
prefix = "内密"
audience = "監査班"
roles = ["officer"]
columns = ["what"]
field = [{ key = "what", name = "内容", kind = "text" }, { key = "of", name = "もと", kind = "links", ledger = "kiroku" }]
state = [{ key = "open", name = "受付" }]
)";
    // A letter that says all that there is of a record.
    using shirube::test::paragraphs;
    std::ofstream(folder_ / "ledgers/utsushi.docx", std::ios::binary) << shirube::test::docx(paragraphs(
        {"{{番号}}　{{状態}}　{{担当}}　{{件名}}　{{日}}　{{主題}}　{{課}}　{{相談した人}}　{{質問}}　{{内密の所見}}　{{挙げた記録の数}}", "{{#根拠}}{{引用}}「{{文}}」{{条文}}{{/根拠}}", "{{#内密の根拠}}{{引用}}{{条文}}{{/内密の根拠}}", "{{#関連}}{{番号}}{{件名}}{{/関連}}",
         "{{#資料の写し}}{{ファイル名}}{{/資料の写し}}", "{{#点検表}}{{行}}{{確認内容}}{{条項}}{{判定}}{{/点検表}}", "{{#内密の台帳}}{{番号}}{{内容}}{{/内密の台帳}}", "{{#見本の記録}}{{番号}}{{質問}}{{内密の所見}}{{相談した人}}{{/見本の記録}}"}));
    ledgers = shirube::records::Ledgers(folder_ / "ledgers");
    for (const auto& fault : ledgers.faults()) FAIL(fault);
  }

  /// A record with all that may be closed in it.
  struct LeakRecord {
    std::string number, audience;
    shirube::records::Values values;
    bool published = false;  ///< with a version for everybody
  };
  static std::vector<LeakRecord> leak_records() {
    auto row = [](int number, std::vector<std::string> cells) { return shirube::records::Row{number, std::move(cells)}.value(); };
    const std::string kijun = "taisaku-kijun/2024-04-01/";
    std::vector<LeakRecord> out = {
        {"R8-記録-0001", "staff", {{"day", {"2026-04-03"}}, {"topic", {"端末"}}, {"unit", {"特命課"}}, {"asker", {"極秘 太郎"}}, {"question", {"端末の持ち出しの相談。"}}, {"secret", {"極秘の所見である。"}}, {"cites", {kijun + "2「端末を持ち出すときは」", "himitsu/2025-04-01/1", kijun + "3", "kaisei/2023-04-01/2"}}, {"inner_cites", {kijun + "2"}}, {"also", {"R8-記録-0002", "R8-内密-0001"}},
                                    {"list", {row(1, {"持ち出しの記録", kijun + "2", "適"}), row(2, {"例外の承認", "himitsu/2025-04-01/1", "否"})}}}},
        {"R8-記録-0002", "restricted", {{"day", {"2026-05-03"}}, {"topic", {"特命"}}, {"question", {"端末の特命の相談。"}}, {"cites", {"himitsu/2025-04-01/1"}}, {"also", {"R8-記録-0001", "R8-記録-0003"}}}},
        {"R8-記録-0003", "public", {{"day", {"2026-06-03"}}, {"unit", {"住民課"}}, {"question", {"無害化の相談。"}}, {"secret", {"特命の所見である。"}}, {"cites", {"kaisei/2023-04-01/2", "kansa-hokoku/2025-06-01/3", "tsuchi/2025-02-01/1"}}, {"also", {"R8-内密-0001"}}}},
        {"R8-記録-0004", "restricted", {{"day", {"2026-06-04"}}, {"question", {"公開した端末の相談。"}}, {"cites", {"tsuchi/2025-02-01/1", "himitsu/2025-04-01/1"}}}, true},
        {"R8-記録-0005", "監査班", {{"day", {"2026-06-05"}}, {"topic", {"特命"}}, {"question", {"抜き打ち監査の端末の相談。"}}, {"also", {"R8-記録-0001"}}}},
        {"R8-記録-0006", "staff", {{"day", {"2026-06-06"}}, {"topic", {"特命"}}, {"question", {"端末を持ち帰る相談。"}}, {"also", {"R8-記録-0001", "R8-記録-0005"}}, {"cites", {kijun + "3"}}}},
        {"R8-内密-0001", "監査班", {{"what", {"内密の調べ。端末を見た。"}}, {"of", {"R8-記録-0001", "R8-記録-0003"}}}},
        {"R8-内密-0002", "public", {{"what", {"公開された内密。"}}, {"of", {"R8-記録-0001", "R8-記録-0003"}}}},
    };
    return out;
  }

  bool sees_address(const LeakViewer* viewer, const std::string& value) {
    const std::string address = shirube::records::citation_of(value).address;
    size_t key = address.find('/'), path = address.rfind('/');
    // What the viewer does not see was never put in.
    return !viewer || library.clause(Viewer::everything(), address.substr(0, key), address.substr(key + 1, path - key - 1), address.substr(path + 1)).has_value();
  }

  void record(const LeakViewer* viewer) {
    using namespace shirube::records;
    Calendar calendar;
    Records records(database, files, ledgers, calendar);
    records.settle();
    std::set<std::string> seen, passing;
    for (const auto& one : leak_records()) {
      if (sees(viewer, one.audience, "")) seen.insert(one.number);
      else if (one.published) passing.insert(one.number);  // only what it became is there
    }
    std::vector<Entry> entries;
    for (const auto& one : leak_records()) {
      if (!seen.contains(one.number) && !passing.contains(one.number)) continue;
      const Ledger& ledger = *ledgers.of_number(one.number);
      Entry entry;
      entry.ledger = ledger.key(), entry.number = one.number, entry.audience = one.audience, entry.owner = "hana";
      if (one.published) entry.state = "done";
      for (const auto& [key, values] : one.values) {
        const Field& field = *ledger.field(key);
        if (!field.audience.empty() && !sees(viewer, field.audience, "")) continue;
        for (auto value : values) {
          if (field.kind == FieldKind::citations && !sees_address(viewer, value)) continue;
          // What is published of it quotes what was for everybody then; no later closing takes that back.
          if (field.kind == FieldKind::citations && one.published && indexed_ == Indexed::while_open && value.starts_with("himitsu/")) continue;
          if (field.kind == FieldKind::links && !seen.contains(value)) continue;
          if (field.kind == FieldKind::rows) {
            Row row = row_of(value);
            if (!sees_address(viewer, row.cells[1])) row.cells[1].clear();
            value = row.value();
          }
          entry.values[key].push_back(value);
        }
      }
      entries.push_back(std::move(entry));
    }
    const Author author{"hana", std::string(operator_role)};
    for (const auto& fault : records.change_all(Viewer::everything(), author, "kiroku", entries, false)) FAIL(fault.entry << ": " << fault.message);
    std::string attached_at = "nai";
    if (seen.contains("R8-記録-0001")) {
      Record with = records.attach(Viewer::everything(), author, "R8-記録-0001", 1, "papers", {.name = "写し.txt", .evidence_on = "2026-04-02"}, "写しの中身");
      attached_at = attachment_of(with.values.at("papers").front()).added_at;
    }
    records.find_reviews(false);
    database.write([&](SQLite::Database& db) {
      // Everything happened in the same moment.
      const std::string moment = "2026-04-03T00:00:00.000Z";
      db.exec(fmt::format("UPDATE records SET created_at = '{0}', changed_at = '{0}', fields = replace(fields, '{1}', '{0}')", moment, attached_at));
      db.exec("DROP TRIGGER record_changes_stay");
      db.exec(fmt::format("UPDATE record_changes SET at = '{0}', after = replace(after, '{1}', '{0}')", moment, attached_at));
      db.exec(fmt::format("UPDATE record_publications SET at = '{}'", moment));
      db.exec("CREATE TRIGGER record_changes_stay BEFORE UPDATE ON record_changes BEGIN SELECT raise(ABORT, 'record_changes is only added to'); END");
      // How many numbers were given is known to who adds a record.
      db.exec("DELETE FROM record_numbers; INSERT INTO record_numbers (prefix, fiscal_year, last) VALUES ('記録', 2026, 6), ('内密', 2026, 2)");
      for (const auto& number : passing) remove(db, number);
    });
  }

  /// As if a record had never been kept here.
  static void remove(SQLite::Database& db, const std::string& number) {
    db.exec("DROP TRIGGER record_changes_remain");
    for (const char* table : {"record_values", "record_changes", "record_publications", "record_reviews"}) {
      db.exec(fmt::format("DELETE FROM {} WHERE record_id = (SELECT id FROM records WHERE number = '{}')", table, number));
    }
    db.exec(fmt::format("DELETE FROM records WHERE number = '{}'", number));
    db.exec("CREATE TRIGGER record_changes_remain BEFORE DELETE ON record_changes BEGIN SELECT raise(ABORT, 'record_changes is only added to'); END");
  }

  std::vector<std::string> whole_;  ///< addresses of editions of which nothing is left out
};

inline std::vector<LeakDocument> leak_documents() {
  using Kind = shirube::corpus::ClauseKind;
  std::vector<LeakDocument> out;
  auto policy = [&](const std::string& day, const std::string& rule) {
    out.push_back({"taisaku-kijun", "星見市情報セキュリティ対策基準", "policy", "星見市", "staff", day,
                   {{"第1条", "目的", "この訓令は、情報資産を守ることを目的とする。"},
                    {"第2条", "端末の持ち出し", rule},
                    {"第3条", "例外の承認", "例外の承認は、極秘台帳に記載し、統括責任者が決裁する。", day == "2025-04-01" ? "committee" : ""},
                    {"(1)", "", "承認した端末の番号と極秘台帳の頁", "", 2, Kind::item},
                    {"(2)", "", "承認した者の氏名", "", 2, Kind::item},
                    {"第4条", "テレワーク", "テレワークでは、許可された端末を使う。"}},
                   true});
  };
  policy("2024-04-01", "端末を持ち出すときは、課長の許可を受ける。");
  policy("2025-04-01", "端末を庁外へ持ち出すときは、課長の許可を受け、記録簿に記載する。");
  out.push_back({"kansa-hokoku", "情報セキュリティ監査報告", "other", "監査委員", "public", "2025-06-01",
                 {{"第1", "監査の概要", "情報セキュリティ監査の概要を公表する。", "", -1, Kind::section},
                  {"第2", "指摘事項", "サーバー室の施錠に不備があった。", "staff", -1, Kind::section},
                  {"(1)", "", "施錠の記録簿に空欄があった。", "", 1, Kind::item},
                  {"第3", "個別の所見", "管理者権限の濫用が疑われる。特命調査を行う。", "監査班", -1, Kind::section},
                  {"第4", "措置の案", "懲戒処分の案を人事へ回付する。", "restricted", -1, Kind::section},
                  {"第5", "今後の予定", "翌年度に追跡の監査を行う。", "", -1, Kind::section}},
                 true});
  out.push_back({"himitsu", "極秘の手順", "procedure", "特命係", "restricted", "2025-04-01", {{"第1条", "極秘", "端末の特命の持ち出しは極秘とする。星見市情報セキュリティ対策基準（令和7年4月1日版）第2条によらない。"}}, true});
  out.push_back({"kansa-keikaku", "監査計画", "other", "監査委員", "監査班", "2025-05-01", {{"第1条", "抜き打ち監査", "抜き打ち監査を九月に行う。"}, {"第2条", "封印", "証拠を封印する。", "restricted"}}, true});
  out.push_back({"gijiroku", "情報化推進委員会議事録", "other", "委員会", "committee", "2025-03-01", {{"第1", "議題", "例外の承認を審議した。極秘台帳の閲覧を認める。", "", -1, Kind::section}}});
  // One title, two documents.
  out.push_back({"tsuchi-ura", "端末の管理について", "notice", "総務省", "restricted", "2025-01-01", {{"第1条", "裏の通知", "裏の通知である。端末の管理を厳に命ずる。"}}});
  out.push_back({"tsuchi", "端末の管理について", "notice", "総務省", "public", "2025-02-01",
                 {{"第1条", "通知", "端末の管理は、星見市情報セキュリティ対策基準（令和7年4月1日版）第3条及び第4条による。極秘の手順（令和7年4月1日版）第1条は適用しない。"}, {"第2条", "雑則", "雑則を定める。"}}, true});
  out.push_back({"tsuchi-fuku", "端末の管理について", "notice", "総務省", "restricted", "2025-02-01", {{"第1条", "通知", "同じ題名、同じ日の通知である。"}}});
  out.push_back({"insho", "引用する通知", "notice", "総務省", "public", "2025-07-01", {{"第1条", "", "端末の管理について（令和7年2月1日版）第1条を参照する。"}}});
  // What is meant by these words depends on what is there: a longer title, a clause whose number goes on, a title in no such edition.
  out.push_back({"yoryo", "持出要領", "other", "総務課", "public", "2025-03-01", {{"第1条", "目的", "持ち出しの要領を定める。"}, {"第2条", "手続", "手続を定める。"}, {"第2条の2", "特例", "内密の特例を定める。", "restricted"}}});
  out.push_back({"yoryo-naga", "本市の持出要領", "other", "特命係", "restricted", "2025-03-01", {{"第1条", "目的", "裏の要領を定める。"}, {"第2条", "手続", "裏の手続を定める。"}}});
  out.push_back({"yoryo-shin", "新たな本市の持出要領", "other", "特命係", "committee", "2025-03-02", {{"第2条", "手続", "新たな手続を定める。"}}});
  out.push_back({"yoryo-in", "要領を引く通知", "notice", "総務省", "public", "2025-07-02",
                 {{"第1条", "", "本市の持出要領（令和7年3月1日版）第2条を参照する。"}, {"第2条", "", "持出要領（令和7年3月1日版）第2条の2を参照する。"},
                  {"第3条", "", "新たな本市の持出要領（令和7年3月1日版）第1条及び第2条の2を参照する。"}}});
  // A clause that stands open in an older edition only.
  out.push_back({"kaisei", "文書管理規程", "policy", "星見市", "public", "2023-04-01", {{"第1条", "目的", "文書を管理する。"}, {"第2条", "台帳", "文書の台帳を備える。"}}, true});
  out.push_back({"kaisei", "文書管理規程", "policy", "星見市", "public", "2026-04-01", {{"第1条", "目的", "文書を適正に管理する。"}, {"第2条", "台帳", "機微文書の台帳を別に備える。", "restricted"}}, true});
  // What is called something: more hidden definitions than would be looked at, before and behind an open one.
  for (int i = 0; i < 14; ++i) {
    std::string n = std::to_string(i);
    out.push_back({"teigi-" + n, "定義集" + n, "manual", "定義係", i == 7 ? "public" : i % 2 ? "restricted" : "committee", "2022-04-01",
                   {{"第1条", "定義", fmt::format("庁外で使う端末（以下「{}端末」という。）を定める。", i == 7 ? "可搬" : "隠密" + n)}, {"第2条", "使用", fmt::format("{}端末は、持ち帰る。", i == 7 ? "可搬" : "隠密" + n)}}});
  }
  // Answers, of which every third is closed, and the closed ones make words common.
  for (int i = 1; i <= 24; ++i) {
    const char* audience = i % 3 == 0 ? "restricted" : i % 4 == 0 ? "staff" : "public";
    std::string secret = i % 3 == 0 ? "無線の無線の漏洩の疑いがある。暗号鍵を更新する。" : "";
    out.push_back({"faq-" + std::to_string(i), fmt::format("無害化の照会{}", i), "answer", i % 3 == 0 ? "特命係" : "情報政策課", audience, fmt::format("20{:02}-01-01", 10 + i % 6),
                   {{"１", i % 3 == 0 ? "漏洩の対応" : "添付ファイル", fmt::format("添付ファイルの無害化についての回答その{}。{}", i, secret), "", -1, Kind::section},
                    {"２", "暗号鍵の扱い", "暗号鍵の扱いは別に示す。", i % 5 == 0 ? "restricted" : "", -1, Kind::section}}});
  }
  // What a consultant may see some of.
  for (const char* name : {"a", "b"}) {
    out.push_back({std::string("keiyaku-") + name, std::string("委託契約書 ") + name, "other", "契約課", "restricted", "2025-04-01",
                   {{"第1条", "契約", "受託者は、委託された業務を行う。"}, {"第2条", "単価", std::string("単価は、別紙") + name + "による。", "契約班"}, {"第3条", "秘密", "受託者は、秘密を守る。"}}, true});
  }
  out.push_back({"furoku-hiraki", "公開の添付", "other", "総務課", "public", "2025-04-01", {{"第1条", "添付", "公開の添付である。"}}});
  out.push_back({"furoku-toji", "非公開の添付", "other", "総務課", "restricted", "2025-04-01", {{"第1条", "添付", "非公開の添付である。"}}});
  out.push_back({"meru", "電子メール", "other", "総務課", "public", "2025-04-02", {{"第1条", "本文", "添付を送る。"}}, false, {"furoku-toji", "furoku-hiraki"}});
  // What came with it is no wider, and still seen by some who do not see the mail: neither of the two holds the other.
  out.push_back({"meru-toji", "監査班の電子メール", "other", "総務課", "監査班", "2025-04-02", {{"第1条", "本文", "添付を密かに送る。"}}, false, {"furoku-toji"}});
  // More clauses than one page shows, but not for everybody.
  LeakDocument lengthy{"nagai", "長い規則", "policy", "星見市", "public", "2022-04-01", {}, true};
  for (int i = 1; i <= 402; ++i) lengthy.clauses.push_back({fmt::format("第{}条", i), "", fmt::format("長い文書の条文その{}。", i), i == 3 || i == 5 ? "staff" : i == 9 ? "committee" : ""});
  out.push_back(std::move(lengthy));
  return out;
}
