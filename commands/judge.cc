// The judged queries of this office: to be read, set, taken away, and carried in and out.
#include <fmt/format.h>

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "commands/commands.h"
#include "commands/questions.h"
#include "store/event_log.h"
#include "text/error.h"

namespace shirube::commands {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

struct Ledger {
  explicit Ledger(const Arguments& arguments) : database(arguments.data / "shirube.db", store::Database::Open::existing) {}

  store::Database database;
  corpus::JudgementLedger judgements{database};
  corpus::Viewer operator_ = corpus::Viewer::everything();
};

}  // namespace

int judge_list(const Arguments& arguments, bool json) {
  Ledger ledger(arguments);
  Json list = Json::array();
  std::string question;
  for (const auto& kept : ledger.judgements.list(ledger.operator_)) {
    const auto& judgement = kept.judgement;
    std::string address = corpus::clause_address(judgement.slug, judgement.path);
    if (json) {
      list.push_back({{"query", judgement.query}, {"clause", address}, {"grade", judgement.grade}, {"title", kept.title}, {"locator", kept.locator}, {"judged_at", kept.judged_at}});
      continue;
    }
    if (kept.question != question) std::cout << judgement.query << "\n";
    question = kept.question;
    std::cout << fmt::format("  {}  {}  {}{}\n", judgement.grade, address, kept.title, kept.locator);
  }
  if (json) std::cout << list.dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
  return 0;
}

int judge_set(const Arguments& arguments, const std::string& query, const std::string& clause, int grade) {
  Ledger ledger(arguments);
  auto [slug, path] = corpus::split_address(clause);
  ledger.judgements.set(ledger.operator_, std::vector<corpus::Judgement>{{query, slug, path, grade}});
  return 0;
}

int judge_remove(const Arguments& arguments, const std::string& query, const std::string& clause) {
  Ledger ledger(arguments);
  auto [slug, path] = corpus::split_address(clause);
  if (!ledger.judgements.remove(ledger.operator_, query, slug, path)) {
    throw Error(ErrorKind::missing, "その評価はありません。", "shirube judge list で確かめてください。");
  }
  return 0;
}

int judge_export(const Arguments& arguments, const fs::path& queries, const fs::path& qrels) {
  Ledger ledger(arguments);
  OwnJudgements own = own_judgements(ledger.judgements);
  for (const auto& [_, grades] : own.judgements) {
    for (const auto& [address, grade] : grades) {
      // Nobody could read such a line again.
      if (address.find_first_of(" \t\r\n\v\f") != address.npos) throw Error(ErrorKind::invalid, fmt::format("「{}」は空白を含むため、書き出せません。", address), "その評価を取り消すか、資料の識別名を変えてください。");
    }
  }
  ResultFile query_file(queries), judged_file(qrels);
  judged_file.stream() << "query-id\tcorpus-id\tscore\n";
  for (const auto& question : own.questions) {
    query_file.stream() << Json{{"_id", question.id}, {"text", question.text}}.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n";
    for (const auto& [address, grade] : own.judgements.at(question.id)) judged_file.stream() << question.id << "\t" << address << "\t" << grade << "\n";
  }
  ledger.database.write([&](SQLite::Database& db) { store::append(db, {"judgement.export", "", fmt::format("{} 件の検索", own.questions.size())}); });
  query_file.finish();
  judged_file.finish();
  return 0;
}

int judge_import(const Arguments& arguments, const fs::path& queries, const fs::path& qrels) {
  Ledger ledger(arguments);
  std::map<std::string, std::string, std::less<>> texts;
  for (auto& question : read_questions(queries)) texts.insert_or_assign(std::move(question.id), std::move(question.text));
  std::string bytes = store::read_file(qrels, search::largest_evaluation_file);
  search::parse_judgements(bytes, qrels.string());  // what is judged twice
  std::vector<corpus::Judgement> judgements;
  std::vector<size_t> lines;
  auto at_line = [&](size_t line) { return fmt::format("{} の{}行目: ", qrels.string(), line); };
  search::each_judgement(bytes, qrels.string(), [&](size_t line, std::string_view query, std::string_view address, int grade) {
    auto text = texts.find(query);
    if (text == texts.end()) throw Error(ErrorKind::invalid, fmt::format("{}問合せ「{}」がありません。", at_line(line), query), "問合せのファイルの _id とそろえてください。");
    try {
      auto [slug, path] = corpus::split_address(address);
      judgements.push_back({text->second, slug, path, grade});
    } catch (const Error& e) {
      throw Error(e.kind(), at_line(line) + e.message(), e.hint());
    }
    lines.push_back(line);
  });
  ledger.judgements.set(ledger.operator_, judgements, [&](size_t i) { return at_line(lines[i]); });
  std::cout << fmt::format("評価 {} 件を取り込みました。\n", judgements.size());
  return 0;
}

}  // namespace shirube::commands
