#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "corpus/address.h"
#include "corpus/library.h"
#include "indexer/index_writer.h"
#include "store/database.h"
#include "store/files.h"
#include "tests/temporary_folder.h"
#include "text/analyzer.h"
#include "web/app.h"

/// A data directory of the fictional 星見市, indexed, and an App on it for a viewer of `public` and
/// `staff` who may judge. What is `restricted` must not show anywhere: its words are 極秘 and 特命.
class Town {
 public:
  using Kind = shirube::corpus::ClauseKind;

  Town() : model({}), database(folder_ / "shirube.db"), library(database), files(folder_ / "files") {
    add_policy("2024-04-01", "端末を持ち出すときは、課長の許可を受ける。", "old");
    add_policy("2025-04-01", "端末を庁外へ持ち出すときは、課長の許可を受け、記録簿に記載する。", "new");
    add_policy("2999-04-01", "端末の持ち出しを禁止する。", "future");
    add({"himitsu", "極秘の手順", "", "procedure", "特命係", "restricted", "", "", "", "", "2025-04-01", ""},
        {clause("第1条", Kind::article, "極秘", "端末の特命の持ち出しは極秘とする。")}, "極秘の原本", "himitsu.txt", "text/plain");
    add({"105DF0000000337#main-前文", "変わった名前の法令", "", "law", "国", "public", "", "", "", "2020-01-01", "", ""},
        {clause("第1条", Kind::article, "目的", "識別名に記号のある法令の条文。")});
    add({"tags", "<script>alert(1)</script>の\"引用\"&通知", "", "notice", "国 & \"県\"", "public", "", "", "", "2023-05-01", "", "https://example.jp/?a=1&b=2"},
        {clause("１", Kind::section, "<b>見出し</b>", "本文に<script>alert('x')</script>と\"引用符\"と&があるスクリプト。")}, "\x82\xa0", "通知 \"案\".txt", "text/plain");
    add_long();
    add_many();
    cite("answer", "1", "taisaku-kijun", "2025-04-01", "2");
    cite("himitsu", "1", "taisaku-kijun", "2025-04-01", "2");
    cite("taisaku-kijun", "2", "himitsu", "2025-04-01", "1");
    index();
  }

  shirube::web::AppOptions options() { return {folder_.path(), database, model, "test", {}, {{"public", "staff"}, {shirube::corpus::Task::judge}}, 2}; }

  shirube::web::Response get(const shirube::web::App& app, const std::string& target, shirube::web::Headers headers = {}) const {
    return app.handle({"GET", target, std::move(headers), ""});
  }

 private:
  TemporaryFolder folder_;

 public:
  shirube::text::AnalyzerModel model;
  shirube::store::Database database;
  shirube::corpus::Library library;
  shirube::store::Files files;

 private:
  static shirube::corpus::Clause clause(std::string label, Kind kind, std::string heading, std::string text, std::optional<int> page = {},
                                        std::optional<size_t> parent = {}) {
    return {std::move(label), kind, std::move(heading), std::move(text), page, "", parent, "", "", ""};
  }

  void add(shirube::corpus::Facts facts, std::vector<shirube::corpus::Clause> clauses, const std::string& original = {}, std::string name = {},
           std::string media_type = {}, std::vector<std::string> warnings = {}) {
    shirube::corpus::NewEdition edition;
    edition.facts = std::move(facts);
    edition.content_hash = shirube::store::sha256(std::to_string(++added_));
    if (!original.empty()) {
      edition.file_sha256 = files.put(original);
      edition.file_size = original.size();
      edition.file_name = std::move(name);
      edition.media_type = std::move(media_type);
    }
    edition.warnings = std::move(warnings);
    shirube::corpus::assign_addresses(clauses);
    edition.clauses = std::move(clauses);
    library.add(std::vector{edition});
  }

  void add_policy(const std::string& effective, const std::string& rule, const std::string& original) {
    add({"taisaku-kijun", "星見市情報セキュリティ対策基準", "対策基準", "policy", "星見市", "staff", "", "", "令和6年星見市訓令第4号", "2024-03-22", effective, ""},
        {clause("第1章", Kind::chapter, "総則", ""), clause("第1条", Kind::article, "目的", "この訓令は、情報資産を守ることを目的とする。", 1, 0),
         clause("第2章", Kind::chapter, "端末の管理", ""), clause("第2条", Kind::article, "端末の持ち出し", rule, 7, 2),
         clause("２", Kind::paragraph, "", "次に掲げる事項を記録する。", 7, 3), clause("(1)", Kind::item, "", "持ち出した者の氏名", 8, 4),
         clause("(2)", Kind::item, "", "持ち出した期間", 8, 4), clause("第3条", Kind::article, "テレワーク", "テレワークでは、許可された端末を使う。", 9, 2)},
        "%PDF-1.4 " + original, "対策基準 " + effective + ".pdf", "application/pdf", {"3頁は画像のため、検索できません。"});
  }

  /// A document with more clauses than one page shows.
  void add_long() {
    std::vector<shirube::corpus::Clause> clauses;
    for (int i = 1; i <= 450; ++i) clauses.push_back(clause("第" + std::to_string(i) + "条", Kind::article, "", "長い文書の条文その" + std::to_string(i) + "。"));
    add({"nagai", "長い規則", "", "policy", "星見市", "public", "", "", "", "", "2022-04-01", ""}, std::move(clauses), "# 長い規則\n", "長い規則.md", "text/markdown");
  }

  /// Answers, enough for several pages of hits.
  void add_many() {
    add({"answer", "持ち出しの照会への回答", "", "answer", "情報政策課", "staff", "", "", "", "2025-06-01", "", ""},
        {clause("１", Kind::section, "回答", "対策基準第2条により判断する。")}, "PK\x03\x04", "回答.docx", "application/octet-stream");
    for (int i = 1; i <= 46; ++i) {
      add({"faq-" + std::to_string(i), "照会" + std::to_string(i), "", "answer", "情報政策課", "staff", "", "", "", "2021-01-01", "", ""},
          {clause("１", Kind::section, "", "添付ファイルの無害化についての回答その" + std::to_string(i) + "。")});
    }
  }

  void cite(const std::string& from, const std::string& path, const std::string& to, const std::string& to_key, const std::string& to_path) {
    auto all = shirube::corpus::Viewer::everything();
    std::string key;
    for (const auto& edition : library.editions(all, from)) {
      if (edition.state == shirube::corpus::EditionState::current) key = edition.key;
    }
    auto source = library.clause(all, from, key, path), target = library.clause(all, to, to_key, to_path);
    INFO(from << " " << key << " " << path << " → " << to << " " << to_path);
    REQUIRE(source);
    REQUIRE(target);
    library.add_citation(source->id, target->id, "");
  }

 public:
  /// Has the index learn what was added since.
  void index() {
    shirube::indexer::IndexWriterOptions options;
    options.data = folder_.path();
    options.analyzer_name = "test";
    options.threads = 1;
    shirube::indexer::IndexWriter writer(database, model, options);
    REQUIRE(writer.drain([](uint64_t, uint64_t) {}, std::atomic<bool>(false)) == shirube::indexer::IndexWriter::Outcome::done);
  }

 private:
  int added_ = 0;
};
