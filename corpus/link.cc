// Official citations in running text, bound to the clauses they name.
#include <fmt/format.h>

#include <optional>

#include "corpus/library.h"
#include "store/database.h"
#include "text/normalize.h"
#include "text/numeral.h"
#include "text/utf8.h"

namespace shirube::corpus {

namespace {

constexpr size_t longest_title = 80;    // characters
constexpr size_t longest_label = 120;   // bytes
constexpr size_t longest_quote = 300;   // bytes
constexpr size_t most_cut = 12;         // characters after a place that may look like part of it

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

/// The title that ends at `end`: of those known the longest.
std::optional<size_t> title_begin(SQLite::Database& db, std::string_view s, size_t end) {
  SQLite::Statement known(db, "SELECT 1 FROM documents WHERE title = :t OR (short_title = :t AND short_title <> '') LIMIT 1");
  for (size_t begin = earliest_begin(s, end); begin < end; begin += text::code_point_at(s, begin).length) {
    known.reset();
    known.bind(":t", std::string(s.substr(begin, end - begin)));
    if (known.executeStep()) return begin;
  }
  return std::nullopt;
}

std::string quote_of(const std::string& heading, const std::string& text) {
  std::string_view words = text.empty() ? std::string_view(heading) : std::string_view(text);
  words = words.substr(0, words.find('\n'));
  size_t stop = words.find("。");
  if (stop != words.npos) words = words.substr(0, stop + std::string_view("。").size());
  return std::string(text::clamp_utf8(words, longest_quote));
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

/// The citations that go on after one: 「第12条第2項及び第3項」 names a second place by its last step.
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

/// A clause and the citations in its text.
struct Citing {
  int64_t clause;
  std::vector<std::string> citations;
};

std::vector<Citing> citations_in(SQLite::Database& db, int64_t edition) {
  std::vector<Citing> out;
  SQLite::Statement select(db, "SELECT id, text FROM clauses WHERE edition_id = ? AND text LIKE '%版）%'");
  select.bind(1, edition);
  while (select.executeStep()) {
    Citing citing{select.getColumn(0).getInt64(), {}};
    std::string text = select.getColumn(1).getString();
    for (auto found = next_citation(text, 0); found; found = next_citation(text, found->locator_end)) {
      auto begin = title_begin(db, text, found->title_end);
      if (!begin) continue;
      auto all = continued(text.substr(*begin, found->locator_end - *begin), std::string_view(text).substr(found->locator_end));
      citing.citations.insert(citing.citations.end(), all.begin(), all.end());
    }
    if (!citing.citations.empty()) out.push_back(std::move(citing));
  }
  return out;
}

}  // namespace

void Library::link_citations() {
  auto waiting = database_.read([](SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT id FROM editions WHERE linked = 0 ORDER BY id");
    std::vector<int64_t> editions;
    while (select.executeStep()) editions.push_back(select.getColumn(0).getInt64());
    return editions;
  });
  for (int64_t edition : waiting) {
    std::vector<Citing> citing;
    database_.read([&](SQLite::Database& db) { citing = citations_in(db, edition); });
    for (const auto& one : citing) {
      for (const auto& citation : one.citations) bind_citation(one.clause, citation);
    }
    database_.write([&](SQLite::Database& db) {
      SQLite::Statement done(db, "UPDATE editions SET linked = 1 WHERE id = ?");
      done.bind(1, edition);
      done.exec();
    });
  }
}

void Library::bind_citation(int64_t from, std::string citation) {
  // What follows a place may look like part of it (「第2条の規定」, 「第1条）」).
  std::vector<int64_t> named;
  for (size_t cut = 0; cut < most_cut && named.empty() && !citation.empty(); ++cut) {
    named = named_by(Viewer::everything(), citation);
    if (named.empty()) citation.resize(last_character(citation));
  }
  // All of them, as who reads may see one and not another.
  for (int64_t to : named) {
    if (to == from) continue;
    auto quote = database_.read([&](SQLite::Database& db) {
      SQLite::Statement select(db, "SELECT heading, text FROM clauses WHERE id = ?");
      select.bind(1, to);
      select.executeStep();
      return quote_of(select.getColumn(0).getString(), select.getColumn(1).getString());
    });
    add_citation(from, to, quote);
  }
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
