#include "commands/questions.h"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "commands/terminal.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::commands {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::vector<Question> read_questions(const fs::path& file) {
  std::ifstream in(file);
  if (!in) throw Error(ErrorKind::missing, "問合せのファイルを開けません: " + file.string(), "場所を確認してください。");
  std::vector<Question> questions;
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    if (text::trim(line).empty()) continue;
    Json json = Json::parse(line, nullptr, false);
    bool good = json.is_object() && json.contains("_id") && json["_id"].is_string() && json.contains("text") && json["text"].is_string();
    if (!good) throw Error(ErrorKind::invalid, fmt::format("{} の{}行目を読めません。", file.string(), number), "1行に {\"_id\": …, \"text\": …} を書いてください。");
    questions.push_back({json["_id"], json["text"]});
  }
  if (questions.empty()) throw Error(ErrorKind::invalid, "問合せが1件もありません: " + file.string(), "JSON Lines で書いてください。");
  return questions;
}

ResultFile::ResultFile(const fs::path& path) : path_(path), out_(path) { check("場所と権限を確認してください。"); }

void ResultFile::finish() {
  out_.flush();
  check("空き容量を確認してください。");
}

void ResultFile::check(const char* hint) {
  if (!out_) throw Error(ErrorKind::unavailable, "結果を書けません: " + path_.string(), hint);
}

OwnJudgements own_judgements(const corpus::JudgementLedger& ledger) {
  OwnJudgements own;
  std::string question;
  for (const auto& kept : ledger.list(corpus::Viewer::everything())) {
    const auto& judgement = kept.judgement;
    if (own.questions.empty() || kept.question != question) own.questions.push_back({fmt::format("q{}", own.questions.size() + 1), judgement.query});
    question = kept.question;
    own.judgements[own.questions.back().id][corpus::clause_address(judgement.slug, judgement.path)] = judgement.grade;
  }
  if (own.questions.empty()) {
    throw Error(ErrorKind::invalid, "評価した検索がまだありません。", "検索の画面の「役に立った」「ちがう」か、shirube judge set で評価してください。");
  }
  return own;
}

Answers ask(Installation& installation, const std::vector<Question>& questions, size_t top, Level level, const fs::path& words) {
  search::Searcher searcher = installation.searcher(words);
  Answers answers;
  installation.database.read([&](SQLite::Database& db) {
    SQLite::Statement address(db, "SELECT d.slug, c.path FROM clauses c JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id WHERE c.id = ?");
    for (const auto& question : questions) {
      if (stop_requested) break;
      auto begin = std::chrono::steady_clock::now();
      auto found = searcher.match(search::parse(question.text), corpus::Viewer::everything(), {0, top, level == Level::document});
      search::Ranking& ranking = answers.run.emplace_back(search::Ranking{question.id, {}});
      std::unordered_set<std::string> listed;  // a clause stands in several editions
      for (const auto& match : found.matches) {
        address.reset();
        address.bind(1, match.clause_id);
        address.executeStep();
        std::string name = address.getColumn(0).getString();
        if (level == Level::clause) name = corpus::clause_address(name, address.getColumn(1).getString());
        if (listed.insert(name).second) ranking.documents.push_back({std::move(name), match.score});
      }
      answers.milliseconds.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
  });
  return answers;
}

}  // namespace shirube::commands
