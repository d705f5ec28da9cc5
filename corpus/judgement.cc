#include "corpus/judgement.h"

#include <fmt/format.h>

#include "corpus/rows.h"
#include "store/database.h"
#include "store/event_log.h"
#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

/// Spaces around and between words say nothing.
std::string fold_query(std::string_view query) {
  std::string out;
  for (char c : text::fold(query)) {
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

/// That the document `d` has a clause of this path in some edition that the viewer sees.
std::string has_clause(const Viewer& viewer, std::string_view path) {
  return fmt::format("EXISTS (SELECT 1 FROM editions e JOIN clauses c ON c.edition_id = e.id WHERE e.document_id = d.id AND c.path = {} AND {})", path, visible_clause(viewer));
}

void check(const Judgement& judgement, const std::string& folded) {
  if (folded.empty()) throw Error(ErrorKind::invalid, "評価する検索語がありません。", "検索語を指定してください。");
  if (text::length_utf8(judgement.query) > longest_judged_query) {
    throw Error(ErrorKind::invalid, fmt::format("評価する検索語が長すぎます（{}文字まで）。", longest_judged_query), "短い検索語で評価してください。");
  }
  if (judgement.grade < 0 || judgement.grade > highest_grade) {
    throw Error(ErrorKind::invalid, fmt::format("評価の段階 {} はありません。", judgement.grade), fmt::format("0（ちがう）から{}（そのもの）までの整数を指定してください。", highest_grade));
  }
}

}  // namespace

std::string clause_address(std::string_view slug, std::string_view path) { return fmt::format("{}/{}", slug, path); }

std::pair<std::string, std::string> split_address(std::string_view address) {
  size_t slash = address.rfind('/');
  if (slash == address.npos || slash == 0 || slash + 1 == address.size()) {
    throw Error(ErrorKind::invalid, fmt::format("「{}」は条項を指していません。", text::clamp_utf8(address, 100)), "識別名/条項（例: taisaku-kijun/12-2）の形で指定してください。");
  }
  return {std::string(address.substr(0, slash)), std::string(address.substr(slash + 1))};
}

void JudgementLedger::set(const Viewer& viewer, std::span<const Judgement> judgements, const std::function<std::string(size_t)>& at) {
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement find(db, fmt::format("SELECT d.id FROM documents d WHERE {} AND d.slug = :slug AND {}", visible(viewer), has_clause(viewer, ":path")));
    // The words as they were first typed stay.
    SQLite::Statement insert(db, "INSERT INTO judgements (query, folded, document_id, path, grade, judged_by) VALUES (?, ?, ?, ?, ?, ?) "
                                 "ON CONFLICT (folded, document_id, path) DO UPDATE SET grade = excluded.grade, judged_by = excluded.judged_by, judged_at = excluded.judged_at");
    SQLite::Statement held(db, "SELECT grade FROM judgements WHERE folded = ? AND document_id = ? AND path = ?");
    std::string before;
    for (size_t i = 0; i < judgements.size(); ++i) {
      const Judgement& judgement = judgements[i];
      try {
        std::string folded = fold_query(judgement.query);
        check(judgement, folded);
        find.reset();
        bind_viewer(find, viewer);
        find.bind(":slug", judgement.slug);
        find.bind(":path", judgement.path);
        if (!find.executeStep()) {
          throw Error(ErrorKind::missing, fmt::format("条項「{}」が見つかりません。", text::clamp_utf8(clause_address(judgement.slug, judgement.path), 300)),
                      "識別名と条項の番号は、条項の画面のアドレスで確かめられます。");
        }
        held.reset();
        held.bind(1, folded);
        held.bind(2, find.getColumn(0).getInt64());
        held.bind(3, judgement.path);
        before = held.executeStep() ? held.getColumn(0).getString() : "";
        insert.reset();
        insert.bind(1, judgement.query);
        insert.bind(2, folded);
        insert.bind(3, find.getColumn(0).getInt64());
        insert.bind(4, judgement.path);
        insert.bind(5, judgement.grade);
        insert.bind(6, store::Acting::now().name);
        insert.exec();
      } catch (const Error& e) {
        if (!at) throw;
        throw Error(e.kind(), at(i) + e.message(), e.hint());
      }
    }
    if (judgements.size() == 1) {
      const Judgement& only = judgements.front();
      store::append(db, {"judgement.set", clause_address(only.slug, only.path), only.query, before, std::to_string(only.grade)});
    } else if (!judgements.empty()) {
      store::append(db, {"judgement.import", "", fmt::format("{} 件", judgements.size())});
    }
    // Counted with what the viewer does not see: it is the table that must not grow.
    if (db.execAndGet("SELECT count(*) FROM judgements").getInt64() > static_cast<int64_t>(most_judgements)) {
      throw Error(ErrorKind::conflict, fmt::format("評価は{}件までです。", most_judgements), "「評価した検索」で、要らないものを取り消してください。");
    }
  });
}

bool JudgementLedger::remove(const Viewer& viewer, const std::string& query, const std::string& slug, const std::string& path) {
  return database_.write([&](SQLite::Database& db) {
    SQLite::Statement statement(db, fmt::format("DELETE FROM judgements WHERE folded = :folded AND path = :path AND document_id = "
                                                "(SELECT d.id FROM documents d WHERE d.slug = :slug AND {} AND {})", visible(viewer), has_clause(viewer, ":path")));
    bind_viewer(statement, viewer);
    statement.bind(":folded", fold_query(query));
    statement.bind(":slug", slug);
    statement.bind(":path", path);
    if (statement.exec() == 0) return false;
    store::append(db, {"judgement.remove", clause_address(slug, path), query});
    return true;
  });
}

std::vector<KeptJudgement> JudgementLedger::list(const Viewer& viewer, size_t first, size_t most) const { return select(viewer, nullptr, first, most); }

std::vector<KeptJudgement> JudgementLedger::list(const Viewer& viewer, std::string_view query) const {
  std::string folded = fold_query(query);
  return select(viewer, &folded, 0, most_judgements);
}

size_t JudgementLedger::count(const Viewer& viewer) const {
  return database_.read([&](SQLite::Database& db) {
    SQLite::Statement row(db, fmt::format("SELECT count(*) FROM judgements j JOIN documents d ON d.id = j.document_id WHERE {} AND {}", visible(viewer), has_clause(viewer, "j.path")));
    bind_viewer(row, viewer);
    row.executeStep();
    return static_cast<size_t>(row.getColumn(0).getInt64());
  });
}

std::vector<KeptJudgement> JudgementLedger::select(const Viewer& viewer, const std::string* folded, size_t first, size_t most) const {
  return database_.read([&](SQLite::Database& db) {
    // A new edition may lack the clause: then it is shown in the newest that has it.
    SQLite::Statement row(db, fmt::format("SELECT j.query, d.slug, j.path, j.grade, j.folded, d.title, c.locator, e.key, j.judged_at FROM judgements j "
                                          "JOIN documents d ON d.id = j.document_id JOIN editions e ON e.id = (SELECT n.id FROM editions n JOIN clauses k ON k.edition_id = n.id "
                                          "WHERE n.document_id = d.id AND k.path = j.path AND {} ORDER BY n.begins <= :today DESC, n.begins DESC, n.id DESC LIMIT 1) "
                                          "JOIN clauses c ON c.edition_id = e.id AND c.path = j.path WHERE {}{} ORDER BY j.folded, j.grade DESC, d.title, c.position, j.id LIMIT :most OFFSET :first",
                                          visible_clause(viewer, "k"), visible(viewer), folded ? " AND j.folded = :folded" : ""));
    bind_viewer(row, viewer);
    bind_today(row);
    if (folded) row.bind(":folded", *folded);
    row.bind(":first", static_cast<int64_t>(first));
    row.bind(":most", static_cast<int64_t>(most));
    auto text = [&](int i) { return row.getColumn(i).getString(); };
    std::vector<KeptJudgement> out;
    while (row.executeStep()) out.push_back({{text(0), text(1), text(2), row.getColumn(3).getInt()}, text(4), text(5), text(6), text(7), text(8)});
    return out;
  });
}

}  // namespace shirube::corpus
