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

}  // namespace

size_t Library::link_citations(int64_t edition_id) {
  std::vector<std::pair<int64_t, std::string>> citing;  // clause, citation
  database_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT id, text FROM clauses WHERE edition_id = ?");
    select.bind(1, edition_id);
    while (select.executeStep()) {
      std::string text = select.getColumn(1).getString();
      for (auto found = next_citation(text, 0); found; found = next_citation(text, found->locator_end)) {
        if (auto begin = title_begin(db, text, found->title_end)) {
          citing.emplace_back(select.getColumn(0).getInt64(), text.substr(*begin, found->locator_end - *begin));
        }
      }
    }
  });
  size_t linked = 0;
  for (const auto& [from, citation] : citing) {
    auto to = resolve(Viewer::everything(), citation);
    if (!to || *to == from) continue;
    auto quote = database_.read([&](SQLite::Database& db) {
      SQLite::Statement select(db, "SELECT heading, text FROM clauses WHERE id = ?");
      select.bind(1, *to);
      select.executeStep();
      return quote_of(select.getColumn(0).getString(), select.getColumn(1).getString());
    });
    add_citation(from, *to, quote);
    ++linked;
  }
  return linked;
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
