// Official citations, from their words to the clause: 「題名（版）第12条第2項第1号、7頁」.
#include "corpus/resolve.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "corpus/library.h"
#include "corpus/rows.h"
#include "store/database.h"
#include "text/normalize.h"
#include "text/numeral.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

constexpr size_t longest_citation = 1000;  // bytes

/// The parts of a citation after the title.
struct Rest {
  std::string label;    ///< folded edition label, empty when not named
  std::string locator;  ///< folded, without the page
};

Rest split_rest(std::string_view rest) {
  Rest out;
  if (rest.starts_with("(")) {
    size_t close = rest.find("版)");
    if (close != rest.npos) {
      out.label = rest.substr(1, close + std::string_view("版").size() - 1);
      rest.remove_prefix(close + std::string_view("版)").size());
    }
  }
  if (size_t page = rest.rfind("、"); page != rest.npos && rest.ends_with("頁")) rest = rest.substr(0, page);
  out.locator = text::replace_all(rest, " ", "");
  return out;
}

/// The editions that a title (and label) may name, the current one first.
std::vector<int64_t> editions_named(SQLite::Database& db, const Viewer& viewer, const std::string& citation, Rest& rest) {
  // The title is what the citation begins with; of several the longest. Titles are compared as
  // printed, because that is what the index on them holds.
  std::vector<int64_t> editions;
  SQLite::Statement select(db, fmt::format("SELECT e.id, e.label FROM documents d JOIN editions e ON e.document_id = d.id "
                                           "WHERE (d.title = :title OR d.short_title = :title) AND {} "
                                           "ORDER BY e.begins <= date('now', 'localtime') DESC, e.begins DESC, e.id DESC", visible(viewer)));
  bind_viewer(select, viewer);
  for (size_t end = citation.size(); end > 0 && editions.empty(); --end) {
    if (end < citation.size() && (static_cast<unsigned char>(citation[end]) & 0xC0) == 0x80) continue;
    rest = split_rest(text::fold(std::string_view(citation).substr(end)));
    if (rest.locator.empty()) continue;
    select.reset();
    select.bind(":title", citation.substr(0, end));
    while (select.executeStep()) {
      bool named = text::fold(select.getColumn(1).getString()) == rest.label;
      // Without a label the first is meant: of another edition nobody spoke.
      if (named || (rest.label.empty() && editions.empty())) editions.push_back(select.getColumn(0).getInt64());
    }
  }
  return editions;
}

/// The editions of the one document whose title, or short title, ends with the words before the place: 「ガイドライン 6.1(3)」.
std::vector<int64_t> editions_by_tail(SQLite::Database& db, const Viewer& viewer, const std::string& citation, Rest& rest) {
  constexpr std::string_view place_words[] = {"第", "附則", "別表", "別紙", "様式", "前文"};
  size_t end = citation.find_first_of(" 0123456789(");
  for (std::string_view word : place_words) end = std::min(end, citation.find(word));
  for (std::string_view wide : {"　", "（", "０", "１", "２", "３", "４", "５", "６", "７", "８", "９"}) end = std::min(end, citation.find(wide));
  if (end == citation.npos) return {};
  const std::string name(text::trim(std::string_view(citation).substr(0, end)));
  rest = split_rest(text::fold(std::string_view(citation).substr(end)));
  if (text::length_utf8(name) < 2 || rest.locator.empty()) return {};
  // All titles are looked at, which an office's thousands allow.
  constexpr int most_titles = 20'000;
  if (db.execAndGet("SELECT ifnull(max(id), 0) FROM documents").getInt64() > most_titles) return {};
  SQLite::Statement select(db, fmt::format("SELECT d.id, e.id, e.label FROM documents d JOIN editions e ON e.document_id = d.id WHERE (substr(d.title, -length(:name)) = :name OR "
                                           "substr(d.short_title, -length(:name)) = :name) AND {} ORDER BY e.begins <= date('now', 'localtime') DESC, e.begins DESC, e.id DESC", visible(viewer)));
  select.bind(":name", name);
  bind_viewer(select, viewer);
  std::vector<int64_t> editions;
  std::optional<int64_t> document;
  while (select.executeStep()) {
    int64_t its = select.getColumn(0).getInt64();
    if (document && *document != its) return {};  // of several nobody can tell which
    document = its;
    // An edition that is named and is not there is not another one.
    bool meant = rest.label.empty() ? editions.empty() : text::fold(select.getColumn(2).getString()) == rest.label;
    if (meant) editions.push_back(select.getColumn(1).getInt64());
  }
  return editions;
}

/// A place however its numbers are written: 第十二条第二項, 第12条第2項 and 12条2項 are one. The article is its first paragraph, too.
std::string place_key(std::string_view folded) {
  constexpr std::string_view ordinal = "第";
  std::string out;
  for (size_t at = 0; at < folded.size();) {
    std::string_view rest = folded.substr(at);
    if (rest.starts_with(ordinal)) {
      at += ordinal.size();
    } else if (auto number = text::read_numeral(rest)) {
      out += std::to_string(number->value);
      at += number->length;
    } else {
      size_t length = text::code_point_at(folded, at).length;
      out += folded.substr(at, length);
      at += length;
    }
  }
  return out;
}

std::optional<int64_t> clause_at(SQLite::Database& db, const Viewer& viewer, int64_t edition, const std::string& locator) {
  SQLite::Statement select(db, fmt::format("SELECT c.id, c.locator FROM clauses c JOIN editions e ON e.id = c.edition_id JOIN documents d ON d.id = e.document_id "
                                           "WHERE c.edition_id = :edition AND {} ORDER BY c.position", visible_clause(viewer)));
  bind_viewer(select, viewer);
  select.bind(":edition", edition);
  const std::string wanted = place_key(locator), other_name = text::replace_all(wanted, "条1項", "条");
  std::optional<int64_t> second_best;
  while (select.executeStep()) {
    std::string key = place_key(text::fold(select.getColumn(1).getString()));
    if (key == wanted) return select.getColumn(0).getInt64();
    if (key == other_name && !second_best) second_best = select.getColumn(0).getInt64();
  }
  return second_best;
}

}  // namespace

std::string without_first(const std::string& locator) {
  constexpr std::string_view first = "第1項";
  return locator.ends_with(first) ? locator.substr(0, locator.size() - first.size()) : text::replace_all(locator, "条第1項第", "条第");
}

std::optional<int64_t> Library::resolve(const Viewer& viewer, std::string_view citation, Naming naming) const {
  if (citation.size() > longest_citation) return std::nullopt;
  std::string trimmed(text::trim(citation));
  return database_.read([&](SQLite::Database& db) {
    std::optional<int64_t> clause;
    Rest rest;
    for (int64_t edition : editions_named(db, viewer, trimmed, rest)) {
      if (!clause) clause = clause_at(db, viewer, edition, rest.locator);
    }
    if (clause || naming == Naming::whole) return clause;
    for (int64_t edition : editions_by_tail(db, viewer, trimmed, rest)) clause = clause_at(db, viewer, edition, rest.locator);
    return clause;
  });
}

std::optional<Library::Titled> Library::titled(const Viewer& viewer, const std::string& title, const std::string& label, const std::string& day) const {
  return database_.read([&](SQLite::Database& db) -> std::optional<Titled> {
    SQLite::Statement select(db, fmt::format("SELECT {}, {}, {} AS state FROM documents d JOIN editions e ON e.document_id = d.id "
                                             "WHERE (d.title = :title OR d.short_title = :title) AND (:label = '' OR e.label = :label) AND {} "
                                             "ORDER BY d.title = :title DESC, d.id, e.begins <= :day DESC, CASE WHEN e.begins <= :day THEN e.begins END DESC, e.begins, e.id DESC LIMIT 1",
                                             document_columns, edition_columns(viewer), edition_state, visible(viewer)));
    bind_viewer(select, viewer);
    bind_today(select);
    select.bind(":title", title);
    select.bind(":label", label);
    select.bind(":day", day);
    if (title.empty() || !select.executeStep()) return std::nullopt;
    return Titled{read_document(select, 0), read_edition(select, document_width)};
  });
}

std::vector<std::string> Library::titles_among(const Viewer& viewer, std::span<const std::string> names) const {
  return database_.read([&](SQLite::Database& db) {
    // The names drive the look into the indexes of titles: there are fewer of them than of documents.
    SQLite::Statement select(db, fmt::format("SELECT n.value FROM json_each(:names) n CROSS JOIN documents d ON d.title = n.value WHERE {0} UNION "
                                             "SELECT n.value FROM json_each(:names) n CROSS JOIN documents d ON d.short_title = n.value WHERE {0}", visible(viewer)));
    bind_viewer(select, viewer);
    select.bind(":names", nlohmann::json(std::vector<std::string>(names.begin(), names.end())).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    std::vector<std::string> found;
    while (select.executeStep()) found.push_back(select.getColumn(0).getString());
    return found;
  });
}

std::string Library::last_day(int64_t edition_id) const {
  return database_.read([&](SQLite::Database& db) -> std::string {
    SQLite::Statement select(db, "SELECT CASE WHEN e.begins > date('now', 'localtime') THEN e.begins ELSE "
                                 "min(date('now', 'localtime'), ifnull((SELECT date(min(n.begins), '-1 day') FROM editions n "
                                 "WHERE n.document_id = e.document_id AND n.begins > e.begins), '9999')) END FROM editions e WHERE e.id = ?");
    select.bind(1, edition_id);
    return select.executeStep() ? select.getColumn(0).getString() : "";
  });
}

}  // namespace shirube::corpus
