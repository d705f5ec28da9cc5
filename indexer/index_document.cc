#include "indexer/index_document.h"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <xapian.h>

#include <algorithm>
#include <map>

#include "corpus/definition.h"
#include "corpus/rows.h"
#include "search/index_format.h"
#include "text/analyzer.h"
#include "text/normalize.h"

namespace shirube::indexer {

using search::term;

std::vector<Source> sources(SQLite::Database& db, int64_t first, int64_t last) {
  SQLite::Statement select(db, fmt::format("SELECT c.id, e.id, d.id, d.title, d.kind, d.issuer, d.audience, {}, e.begins, e.issued, e.effective, "
                                           "c.label, c.heading, c.text, c.locator, c.parent, c.readings, c.audience "
                                           "FROM editions e JOIN documents d ON d.id = e.document_id JOIN clauses c ON c.edition_id = e.id "
                                           "WHERE e.id BETWEEN :first AND :last ORDER BY e.id, c.position", corpus::edition_state));
  select.bind(":first", first);
  select.bind(":last", last);
  corpus::bind_today(select);
  std::vector<Source> out;
  size_t edition_begin = 0;
  while (select.executeStep()) {
    auto text = [&](int i) { return select.getColumn(i).getString(); };
    auto number = [&](int i) { return select.getColumn(i).getInt64(); };
    if (!out.empty() && out.back().edition_id != number(1)) edition_begin = out.size();
    out.push_back({number(0), number(1), number(2), text(3), text(4), text(5), search::audience_expression(text(6), text(17)), text(7), text(8), text(9), text(10), "", text(11), text(12), text(13), text(14), text(16)});
    if (select.getColumn(15).isNull()) continue;
    const Source& parent = out[edition_begin + static_cast<size_t>(number(15))];
    out.back().above = parent.above + "\n" + parent.heading;
  }
  return out;
}

namespace {

/// Adds the words of a text to `words` and what it mentions by number to `references`. Returns how many words.
size_t add_words(std::map<std::string, search::Counts>& words, unsigned search::Counts::*place, std::map<std::string, unsigned>& references,
                 const text::Normalized& normalized, const text::Analyzer& analyzer) {
  size_t length = 0;
  for (const auto& token : analyzer.analyze(normalized)) {
    // 「第1項」 stands in every other clause and tells nothing; 「第16条」 does.
    bool names = token.kind == text::TokenKind::reference && (token.term.find("条") != token.term.npos || token.term[0] > '9');
    if (names) ++references[term(search::prefix::reference, token.term)];
    if (token.kind == text::TokenKind::function || token.kind == text::TokenKind::reference) continue;
    ++(words[term("", token.term)].*place);
    ++length;
  }
  return length;
}

}  // namespace

Xapian::Document make_document(const Source& source, const text::Analyzer& analyzer) {
  std::map<std::string, unsigned> terms;  // with how often each stands in it
  std::map<std::string, search::Counts> counted;
  text::Normalized body = text::normalize(source.label + "　" + source.heading + "\n" + source.text);
  size_t words = add_words(counted, &search::Counts::body, terms, body, analyzer), pairs = 0;
  // How a word is read adds nothing to the length: the original has the word once.
  std::map<std::string, unsigned> unnamed;
  if (!source.readings.empty()) add_words(counted, &search::Counts::body, unnamed, text::normalize(source.readings), analyzer);
  for (const auto& token : text::bigrams(body)) {
    if (!search::is_kept_pair(token.term)) continue;
    ++terms[term(search::prefix::bigram, token.term)];
    ++pairs;
  }
  for (const auto& token : text::references(text::normalize(source.label + "　" + source.heading))) ++terms[term(search::prefix::own, token.term)];
  // Its whole number as one: 第22条第2項.
  std::string place;
  for (const auto& token : text::references(text::normalize(source.locator))) place += token.term;
  if (!place.empty()) ++terms[term(search::prefix::place, place)];
  for (const auto& definition : corpus::definitions(source.text)) {
    ++terms[search::definition_term(search::prefix::defined, search::stable_hash(text::fold(definition.term)))];
    if (!definition.meaning.empty()) ++terms[search::definition_term(search::prefix::meaning, search::stable_hash(text::fold(definition.meaning)))];
  }
  // What a bulk import calls a title is its clause's heading as well: one of the two is enough.
  std::string headings = source.above + "\n" + source.heading;
  if (source.title != source.heading) headings = source.title + "\n" + headings;
  size_t heading_words = add_words(counted, &search::Counts::heading, terms, text::normalize(headings), analyzer);
  std::string lengths;
  for (size_t length : {words, pairs, heading_words}) lengths.push_back(static_cast<char>(search::short_length(length)));

  Xapian::Document doc;
  for (const auto& [name, counts] : counted) doc.add_term(name, search::packed(counts));
  for (const auto& [name, count] : terms) doc.add_term(name, count);
  doc.add_boolean_term(term(search::prefix::kind, source.kind));
  doc.add_boolean_term(search::audience_term(source.audience));
  doc.add_boolean_term(term(search::prefix::state, source.state));
  if (!source.issuer.empty()) doc.add_boolean_term(term(search::prefix::issuer, source.issuer));
  const std::pair<unsigned, std::string> values[] = {
      {search::slot::begins, source.begins}, {search::slot::issued, source.issued}, {search::slot::effective, source.effective},
      {search::slot::document, std::to_string(source.document_id)}, {search::slot::kind, source.kind}, {search::slot::issuer, source.issuer},
      {search::slot::lengths, lengths}};
  for (const auto& [slot, value] : values) {
    if (!value.empty()) doc.add_value(slot, value);
  }
  return doc;
}

}  // namespace shirube::indexer
