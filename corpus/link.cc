// Official citations in running text, bound to the clauses they name.
#include <map>
#include <optional>
#include <unordered_map>

#include "corpus/library.h"
#include "corpus/resolve.h"
#include "store/database.h"
#include "text/normalize.h"
#include "text/numeral.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

constexpr size_t longest_title = 80;    // characters
constexpr size_t longest_label = 120;   // bytes
constexpr size_t longest_locator = 500;  // bytes
constexpr size_t most_cut = 12;         // characters after a place that may look like part of it

/// Readings in order: the longer title first, then what takes more of the words, then what they say exactly. By what stands in the
/// text alone, so that what somebody does not see changes nothing among the rest.
constexpr int64_t for_cuts = 32;
constexpr int64_t rank_of(size_t title_begin, size_t cut, bool exact) { return static_cast<int64_t>(title_begin) * for_cuts + static_cast<int64_t>(cut) * 2 + (exact ? 0 : 1); }
/// Of a title that is read so while no clause is found: who sees it knows that no shorter one is meant.
constexpr int64_t rank_of_title(size_t title_begin) { return static_cast<int64_t>(title_begin) * for_cuts + for_cuts - 1; }
static_assert(most_cut * 2 < static_cast<size_t>(for_cuts) - 1);

bool may_stand_in_locator(char32_t c) {
  constexpr std::u32string_view signs = U"第条項号編章節の別表紙記附則様式()（）.-．－";
  return text::is_digit(c) || text::is_katakana(c) || signs.find(c) != signs.npos || (c >= 0x2460 && c <= 0x2473) ||
         text::numeral_value(text::to_utf8({&c, 1})).has_value();
}

/// A citation as it stands in a text: bytes of its parts.
struct Found {
  size_t title_end;   ///< where 「（」 stands
  size_t label_end;   ///< after 「版）」
  size_t locator_end;
};

/// The next 「…（…版）第…」 from `from` on.
std::optional<Found> next_citation(std::string_view s, size_t from) {
  constexpr std::string_view closing = "版）", opening = "（";
  for (size_t at; (at = s.find(closing, from)) != s.npos; from = at + closing.size()) {
    size_t open = s.rfind(opening, at);
    if (open == s.npos || open == 0 || at - open > longest_label) continue;
    size_t end = at + closing.size();
    while (end < s.size()) {
      auto [c, length] = text::code_point_at(s, end);
      if (!may_stand_in_locator(c)) break;
      end += length;
    }
    if (end > at + closing.size()) return Found{open, at + closing.size(), end};
  }
  return std::nullopt;
}

/// Where a title that ends at `end` may begin at the earliest: at the sign before it.
size_t earliest_begin(std::string_view s, size_t end) {
  size_t begin = end;
  for (size_t count = 0; begin > 0 && count < longest_title; ++count) {
    size_t back = begin - 1;
    while (back > 0 && (static_cast<unsigned char>(s[back]) & 0xC0) == 0x80) --back;
    char32_t c = text::code_point_at(s, back).value;
    if (text::is_space(c) || c == U'。' || c == U'、' || c == U'「' || c == U'」' || c == U'：' || c == ':') break;
    begin = back;
  }
  return begin;
}

size_t last_character(const std::string& s) {
  size_t at = s.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(s[at]) & 0xC0) == 0x80) --at;
  return at;
}

/// 「第2項」 and its unit at the start of `s`; nothing when there is no such thing.
struct Place {
  std::string_view words, unit;
};

std::optional<Place> read_place(std::string_view s) {
  constexpr std::string_view prefix = "第";
  if (!s.starts_with(prefix)) return std::nullopt;
  auto number = text::read_numeral(s.substr(prefix.size()));
  if (!number) return std::nullopt;
  size_t at = prefix.size() + number->length;
  for (std::string_view unit : {"条", "項", "号"}) {
    if (s.substr(at).starts_with(unit)) return Place{s.substr(0, at + unit.size()), unit};
  }
  return std::nullopt;
}

/// A citation from its label on, and those that go on after it: 「第12条第2項及び第3項」 names a second place by its last step.
std::vector<std::string> continued(const std::string& first, std::string_view rest) {
  std::vector<std::string> citations = {first};
  while (true) {
    std::string_view joint;
    for (std::string_view word : {"及び", "並びに", "又は", "若しくは", "から", "、", "・"}) {
      if (rest.starts_with(word)) joint = word;
    }
    auto place = joint.empty() ? std::nullopt : read_place(rest.substr(joint.size()));
    if (!place) return citations;
    // The step that is named again takes the place of the last one of its kind, or stands below.
    std::string base = citations.back();
    size_t label_end = base.rfind("版）");
    size_t step = base.npos;
    for (size_t at = base.find("第", label_end); at != base.npos; at = base.find("第", at + 1)) {
      auto held = read_place(std::string_view(base).substr(at));
      if (held && held->unit == place->unit) step = at;
    }
    if (step == base.npos) return citations;
    rest.remove_prefix(joint.size());
    std::string next = base.substr(0, step) + std::string(place->words);
    rest.remove_prefix(place->words.size());
    while (auto below = read_place(rest)) {
      next += below->words;
      rest.remove_prefix(below->words.size());
    }
    citations.push_back(std::move(next));
  }
}

/// Binds what stands in the texts of one edition, within one transaction.
class Linking {
 public:
  explicit Linking(SQLite::Database& db)
      : db_(db),
        titled_(db, "SELECT id FROM documents WHERE title = :t OR (short_title = :t AND short_title <> '')"),
        editions_(db, "SELECT id, label FROM editions WHERE document_id = ?"),
        insert_(db, "INSERT INTO mentions (from_clause_id, place, rank, document_id, to_clause_id) VALUES (?, ?, ?, ?, ?)") {}

  void link(int64_t clause, const std::string& text) {
    from_ = clause, place_ = 0;
    for (auto found = next_citation(text, 0); found; found = next_citation(text, found->locator_end)) {
      // The label and all that follows, without the title.
      auto all = continued(text.substr(found->title_end, found->locator_end - found->title_end), std::string_view(text).substr(found->locator_end));
      size_t label_length = found->label_end - found->title_end;
      std::string label = text::fold(std::string_view(text).substr(found->title_end + bracket.size(), label_length - 2 * bracket.size()));
      for (size_t begin = earliest_begin(text, found->title_end); begin < found->title_end; begin += text::code_point_at(text, begin).length) {
        for (int64_t document : titled(text.substr(begin, found->title_end - begin))) {
          for (size_t i = 0; i < all.size(); ++i) read(document, label, begin, place_ + static_cast<int64_t>(i), all[i].substr(label_length));
        }
      }
      place_ += static_cast<int64_t>(all.size());
    }
  }

 private:
  static constexpr std::string_view bracket = "（";
  using Locators = std::unordered_multimap<std::string, int64_t>;

  std::vector<int64_t> titled(const std::string& title) {
    std::vector<int64_t> documents;
    titled_.reset();
    titled_.bind(":t", title);
    while (titled_.executeStep()) documents.push_back(titled_.getColumn(0).getInt64());
    return documents;
  }

  /// A place in the editions of a document that have this label.
  void read(int64_t document, const std::string& label, size_t begin, int64_t place, const std::string& words) {
    insert(place, rank_of_title(begin), document, std::nullopt);
    if (words.size() > longest_locator) return;
    editions_.reset();
    editions_.bind(1, document);
    while (editions_.executeStep()) {
      if (text::fold(editions_.getColumn(1).getString()) != label) continue;
      const Locators& held = locators(editions_.getColumn(0).getInt64());
      // What follows a place may look like part of it (「第2条の規定」, 「第1条）」).
      std::string locator = words;
      for (size_t cut = 0; cut < most_cut && !locator.empty(); ++cut, locator.resize(last_character(locator))) {
        std::string name = folded(locator), other_name = without_first(name);
        for (auto [it, end] = held.equal_range(name); it != end; ++it) insert(place, rank_of(begin, cut, true), document, it->second);
        if (other_name == name) continue;
        for (auto [it, end] = held.equal_range(other_name); it != end; ++it) insert(place, rank_of(begin, cut, false), document, it->second);
      }
    }
  }

  static std::string folded(std::string_view locator) { return text::replace_all(text::fold(locator), " ", ""); }

  /// The clauses of an edition by their folded places. Kept, as who cites one often cites it again.
  const Locators& locators(int64_t edition) {
    auto [known, fresh] = locators_.try_emplace(edition);
    if (!fresh) return known->second;
    SQLite::Statement select(db_, "SELECT id, locator FROM clauses WHERE edition_id = ?");
    select.bind(1, edition);
    while (select.executeStep()) known->second.emplace(text::fold(select.getColumn(1).getString()), select.getColumn(0).getInt64());
    return known->second;
  }

  void insert(int64_t place, int64_t rank, int64_t document, std::optional<int64_t> to) {
    insert_.reset();
    insert_.bind(1, from_);
    insert_.bind(2, place);
    insert_.bind(3, rank);
    insert_.bind(4, document);
    if (to) insert_.bind(5, *to);
    else insert_.bind(5);
    insert_.exec();
  }

  SQLite::Database& db_;
  SQLite::Statement titled_, editions_, insert_;
  std::map<int64_t, Locators> locators_;
  int64_t from_ = 0, place_ = 0;
};

void link_edition(SQLite::Database& db, int64_t edition) {
  SQLite::Statement forget(db, "DELETE FROM mentions WHERE from_clause_id IN (SELECT id FROM clauses WHERE edition_id = ?)");
  forget.bind(1, edition);
  forget.exec();
  Linking linking(db);
  SQLite::Statement select(db, "SELECT id, text FROM clauses WHERE edition_id = ? AND text LIKE '%版）%'");
  select.bind(1, edition);
  while (select.executeStep()) linking.link(select.getColumn(0).getInt64(), select.getColumn(1).getString());
  SQLite::Statement done(db, "UPDATE editions SET linked = 1 WHERE id = ?");
  done.bind(1, edition);
  done.exec();
}

}  // namespace

void Library::link_citations() {
  auto waiting = database_.read([](SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT id FROM editions WHERE linked = 0 ORDER BY id");
    std::vector<int64_t> editions;
    while (select.executeStep()) editions.push_back(select.getColumn(0).getInt64());
    return editions;
  });
  // One by one, so that others write in between; each within its transaction, so that none is missed that comes meanwhile.
  for (int64_t edition : waiting) database_.write([&](SQLite::Database& db) { link_edition(db, edition); });
}

std::optional<Library::Held> Library::find_edition(const std::string& slug, const std::string& content_hash) const {
  return database_.read([&](SQLite::Database& db) -> std::optional<Held> {
    SQLite::Statement select(db, "SELECT e.id, (SELECT count(*) FROM clauses c WHERE c.edition_id = e.id) FROM editions e "
                                 "JOIN documents d ON d.id = e.document_id WHERE d.slug = ? AND e.content_hash = ?");
    select.bind(1, slug);
    select.bind(2, content_hash);
    if (!select.executeStep()) return std::nullopt;
    return Held{select.getColumn(0).getInt64(), static_cast<size_t>(select.getColumn(1).getInt64())};
  });
}

}  // namespace shirube::corpus
