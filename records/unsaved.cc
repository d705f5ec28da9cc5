#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "records/record_rows.h"
#include "store/database.h"
#include "text/error.h"
#include "text/instant.h"

namespace shirube::records {

void UnsavedRecords::save(int64_t owner, const std::string& place, const Unsaved& unsaved) {
  constexpr int most = 50;
  constexpr size_t longest_place = 200;
  const std::string fields = write(unsaved.values);
  if (fields.size() > longest_record || place.size() > longest_place) throw Error(ErrorKind::invalid, "書きかけが大きすぎて、残せません。", "いったん保存してください。");
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement keep(db, "INSERT INTO unsaved_records (owner, place, revision, fields, saved_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (owner, place) DO UPDATE SET revision = excluded.revision, fields = excluded.fields, saved_at = excluded.saved_at");
    keep.bind(1, owner);
    keep.bind(2, place);
    keep.bind(3, unsaved.revision);
    keep.bind(4, fields);
    keep.bind(5, text::utc_now());
    keep.exec();
    SQLite::Statement old(db, fmt::format("DELETE FROM unsaved_records WHERE owner = :owner AND place NOT IN (SELECT place FROM unsaved_records WHERE owner = :owner ORDER BY place = :place DESC, saved_at DESC LIMIT {})", most));
    old.bind(":owner", owner);
    old.bind(":place", place);
    old.exec();
  });
}

std::optional<Unsaved> UnsavedRecords::find(int64_t owner, const std::string& place) const {
  return database_.read([&](SQLite::Database& db) -> std::optional<Unsaved> {
    SQLite::Statement select(db, "SELECT fields, revision, saved_at FROM unsaved_records WHERE owner = ? AND place = ?");
    select.bind(1, owner);
    select.bind(2, place);
    if (!select.executeStep()) return std::nullopt;
    return Unsaved{nlohmann::json::parse(select.getColumn(0).getString()).get<Values>(), select.getColumn(1).getInt64(), select.getColumn(2).getString()};
  });
}

void UnsavedRecords::drop(int64_t owner, const std::string& place) {
  database_.write([&](SQLite::Database& db) {
    SQLite::Statement drop(db, "DELETE FROM unsaved_records WHERE owner = ? AND place = ?");
    drop.bind(1, owner);
    drop.bind(2, place);
    drop.exec();
  });
}

}  // namespace shirube::records
