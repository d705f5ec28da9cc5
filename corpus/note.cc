#include "corpus/note.h"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>

#include "corpus/rows.h"
#include "store/database.h"
#include "store/event_log.h"
#include "text/error.h"
#include "text/instant.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

/// With one kind of line end, and nothing around it.
std::string checked_text(const std::string& typed) {
  std::string text = text::replace_all(text::replace_all(typed, "\r\n", "\n"), "\r", "\n");
  text = std::string(text::trim(text));
  bool unseen = std::ranges::any_of(text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F; });
  if (unseen || !text::is_valid_utf8(text)) throw Error(ErrorKind::invalid, "解説に使えない文字があります。", "ふつうの文字と改行だけで書いてください。");
  if (text::length_utf8(text) > longest_note) throw Error(ErrorKind::invalid, fmt::format("解説は{}文字までです。", longest_note), "要点に絞ってください。");
  return text;
}

}  // namespace

std::vector<Note> Notes::of(const Viewer& viewer, std::span<const int64_t> clauses) const {
  return database_.read([&](SQLite::Database& db) {
    std::vector<Note> out;
    SQLite::Statement row(db, fmt::format("SELECT n.text, n.revision, n.author, n.changed_at FROM notes n JOIN clauses c ON c.id = n.clause_id JOIN editions e ON e.id = c.edition_id "
                                          "JOIN documents d ON d.id = e.document_id WHERE n.clause_id = :clause AND {} AND {}", visible(viewer), visible_clause(viewer)));
    bind_viewer(row, viewer);
    for (int64_t clause : clauses) {
      row.reset();
      row.bind(":clause", clause);
      if (row.executeStep()) out.push_back({clause, row.getColumn(0).getString(), row.getColumn(1).getInt64(), row.getColumn(2).getString(), row.getColumn(3).getString()});
    }
    return out;
  });
}

void Notes::write(const Viewer& viewer, const std::string& slug, const std::string& key, const std::string& path, const std::string& text, int64_t revision) {
  if (!viewer.may(Task::desk)) throw Error(ErrorKind::forbidden, "解説を書くことは許されていません。", "仕事に要るときは、管理者に相談してください。");
  auto placed = library_.clause(viewer, slug, key, path);
  if (!placed) throw Error(ErrorKind::missing, "条項が見つかりません。", "検索または資料一覧からお探しください。");
  const std::string after = checked_text(text);
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement held(db, "SELECT text, revision FROM notes WHERE clause_id = ?");
    held.bind(1, placed->id);
    bool is_there = held.executeStep();
    const std::string before = is_there ? held.getColumn(0).getString() : "";
    const int64_t last = is_there ? held.getColumn(1).getInt64() : 0;
    held.reset();
    if (last != revision) throw Error(ErrorKind::conflict, "ほかの人が、この解説を先に変えています。", "画面を開き直し、今の解説を読んでから、もう一度書いてください。");
    if (before == after) return;
    {
      // One that was taken away stays as nothing, so that its revisions go on.
      SQLite::Statement put(db, "INSERT INTO notes (clause_id, text, revision, author, changed_at) VALUES (:clause, :text, :revision, :author, :now) ON CONFLICT (clause_id) DO UPDATE "
                                "SET text = excluded.text, revision = excluded.revision, author = excluded.author, changed_at = excluded.changed_at");
      put.bind(":clause", placed->id);
      put.bind(":text", after);
      put.bind(":revision", last + 1);
      put.bind(":author", store::Acting::now().name);
      put.bind(":now", text::utc_now());
      put.exec();
    }
    store::append(db, {"note.write", fmt::format("{}/{}/{}", slug, key, path), placed->clause.locator, before, after});
  });
}

}  // namespace shirube::corpus
