#include "search/conditions.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "corpus/rows.h"
#include "search/index_format.h"
#include "search/sight.h"
#include "search/xapian_access.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::search {

using Q = Xapian::Query;
using text::TokenKind;

namespace {

constexpr size_t most_expansions = 500;
constexpr size_t most_scanned = 100'000;
constexpr size_t most_scans = 2;  ///< each reads all texts

Q any_of(std::vector<Q> queries) { return queries.empty() ? Q::MatchNothing : Q(Q::OP_OR, queries.begin(), queries.end()); }
Q all_of(std::vector<Q> queries) { return queries.empty() ? Q::MatchNothing : Q(Q::OP_AND, queries.begin(), queries.end()); }

Q any_term(std::string_view prefix, const std::vector<std::string>& words) {
  std::vector<Q> queries;
  for (const auto& word : words) queries.emplace_back(term(prefix, word));
  return any_of(std::move(queries));
}

Q within(unsigned slot, const Range& range) { return {Q::OP_VALUE_RANGE, slot, range.from.empty() ? "0" : range.from, range.to.empty() ? "9" : range.to}; }

std::vector<std::string> terms_in(const std::string& text, const text::Analyzer& analyzer) {
  std::vector<std::string> out;
  for (auto& token : analyzer.analyze(text)) {
    if (token.kind != TokenKind::reference) out.push_back(std::move(token.term));
  }
  return out;
}

/// A text to be looked into, taken apart when that is needed first and there is something left to spend on it.
class Read {
 public:
  Read(const std::string& text, Proof& proof, const text::Analyzer& analyzer) : folded_(text::fold(text)), text_(text), proof_(proof), analyzer_(analyzer) {}

  /// As written, or the same words in other spellings.
  bool holds_phrase(const std::string& phrase) {
    const Proof::Wanted& wanted = proof_.wanted(phrase, analyzer_);
    return holds_written(wanted) || (!wanted.terms.empty() && !std::ranges::search(terms(), wanted.terms).empty());
  }
  bool holds(const Unit& unit) {
    switch (unit.kind) {
      case Unit::Kind::phrase: return holds_phrase(unit.text);
      case Unit::Kind::prefix: return holds_written(proof_.wanted(unit.text, analyzer_));
      default: return holds_words(unit.text);
    }
  }
  bool holds(const Near& near) const {
    auto left = places(near.left.text), right = places(near.right.text);
    const size_t far = 4 * static_cast<size_t>(near.distance);  // no character takes more bytes
    // Both are in order: what lies too far before is passed over for good.
    size_t from = 0;
    for (const auto& a : left) {
      while (from < right.size() && right[from].second + far < a.first) ++from;
      for (size_t i = from; i < right.size() && right[i].first <= a.second + far; ++i) {
        const auto& b = right[i];
        if (a == b) continue;
        size_t begin = std::min(a.second, b.second), end = std::max(a.first, b.first);
        if (end <= begin || text::length_utf8(std::string_view(folded_).substr(begin, end - begin)) <= static_cast<size_t>(near.distance)) return true;
      }
    }
    return false;
  }

 private:
  bool holds_written(const Proof::Wanted& wanted) const { return folded_.find(wanted.folded) != folded_.npos; }
  bool holds_words(const std::string& words) {
    const Proof::Wanted& wanted = proof_.wanted(words, analyzer_);
    if (holds_written(wanted)) return true;
    return !wanted.terms.empty() && std::ranges::all_of(wanted.terms, [&](const auto& word) { return std::ranges::find(terms(), word) != terms().end(); });
  }
  const std::vector<std::string>& terms() {
    if (!taken_apart_ && proof_.may_take_apart(text_.size())) terms_ = terms_in(text_, analyzer_);
    taken_apart_ = true;
    return terms_;
  }
  std::vector<std::pair<size_t, size_t>> places(const std::string& text) const {
    std::vector<std::pair<size_t, size_t>> out;
    const std::string& wanted = proof_.wanted(text, analyzer_).folded;
    for (size_t at = wanted.empty() ? folded_.npos : folded_.find(wanted); at != folded_.npos; at = folded_.find(wanted, at + 1)) out.emplace_back(at, at + wanted.size());
    return out;
  }

  std::string folded_;
  const std::string& text_;
  Proof& proof_;
  const text::Analyzer& analyzer_;
  std::vector<std::string> terms_;
  bool taken_apart_ = false;
};

std::vector<std::string> kept_pairs(const std::string& text) {
  std::vector<std::string> out;
  for (auto& token : text::bigrams(text::normalize(text))) {
    // A character alone between signs may stand in a pair of the clause.
    if (text::length_utf8(token.term) > 1 && is_kept_pair(token.term)) out.push_back(std::move(token.term));
  }
  return out;
}

/// The clauses whose text holds a phrase as it was typed or folded.
std::vector<Xapian::docid> scan(SQLite::Database& db, const std::string& phrase, const Sight& sight) {
  SQLite::Statement select(db, "SELECT id FROM clauses WHERE instr(text, :typed) OR instr(heading, :typed) OR instr(text, :folded) ORDER BY id");
  select.bind(":typed", phrase);
  select.bind(":folded", text::fold(phrase));
  std::vector<Xapian::docid> out;
  while (out.size() < most_scanned && select.executeStep()) {
    auto clause = static_cast<Xapian::docid>(select.getColumn(0).getInt64());
    if (sight.sees(clause)) out.push_back(clause);
  }
  return out;
}

bool asks_edition(const EditionChoice& choice) { return choice.kind == EditionChoice::Kind::label || choice.kind == EditionChoice::Kind::day; }

/// An edition as far as filters ask for it.
struct EditionFacts {
  std::string number, label, begins, state;
  std::string ends;  ///< the day the next one begins; empty: none
};

bool fits(const EditionChoice& choice, const EditionFacts& edition) {
  switch (choice.kind) {
    case EditionChoice::Kind::all: return true;
    case EditionChoice::Kind::current: return edition.state == "current";
    case EditionChoice::Kind::past: return edition.state == "past";
    case EditionChoice::Kind::future: return edition.state == "future";
    case EditionChoice::Kind::label: return text::fold(edition.label).find(text::fold(choice.value)) != std::string::npos;
    default: return edition.begins <= choice.value && (edition.ends.empty() || choice.value < edition.ends);
  }
}

/// The clauses of the editions that filters by document, number, label or day let through, which no term
/// tells.
std::vector<Xapian::docid> clauses_of(SQLite::Database& db, const Filters& filters) {
  std::string of_documents;
  for (size_t i = 0; i < filters.documents.size(); ++i) of_documents += fmt::format("{}:document{}", i ? ", " : "", i);
  if (!of_documents.empty()) of_documents = fmt::format(" WHERE e.document_id IN (SELECT id FROM documents WHERE slug IN ({}))", of_documents);
  SQLite::Statement editions(db, fmt::format("SELECT e.id, e.number, e.label, e.begins, {}, "
                                             "ifnull((SELECT min(n.begins) FROM editions n WHERE n.document_id = e.document_id AND n.begins > e.begins), '') "
                                             "FROM editions e{}", corpus::edition_state, of_documents));
  corpus::bind_today(editions);
  for (size_t i = 0; i < filters.documents.size(); ++i) editions.bind(fmt::format(":document{}", i), filters.documents[i]);
  SQLite::Statement clauses(db, "SELECT id FROM clauses WHERE edition_id = ?");
  std::vector<Xapian::docid> out;
  auto any = [](const auto& choices, auto good) { return choices.empty() || std::ranges::any_of(choices, good); };
  while (editions.executeStep()) {
    auto column = [&](int i) { return editions.getColumn(i).getString(); };
    EditionFacts edition{column(1), column(2), column(3), column(4), column(5)};
    bool wanted = any(filters.editions, [&](const auto& choice) { return fits(choice, edition); }) &&
                  any(filters.numbers, [&](const auto& number) { return text::fold(edition.number).find(text::fold(number)) != std::string::npos; });
    if (!wanted) continue;
    clauses.reset();
    clauses.bind(1, editions.getColumn(0).getInt64());
    while (clauses.executeStep()) out.push_back(static_cast<Xapian::docid>(clauses.getColumn(0).getInt64()));
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace

const Proof::Wanted& Proof::wanted(const std::string& text, const text::Analyzer& analyzer) {
  auto [known, fresh] = wanted_.try_emplace(text);
  if (fresh) known->second = {text::fold(text), terms_in(text, analyzer)};
  return known->second;
}

bool Proof::may_take_apart(size_t bytes) {
  if (bytes > left_) {
    spent_ = true;
    return false;
  }
  left_ -= bytes;
  return true;
}

Conditions::Conditions(const Xapian::Database& index, SQLite::Database& db, const Query& query, const Sight& sight, const text::Analyzer& analyzer)
    : index_(index), query_(query), sight_(sight), analyzer_(analyzer) {
  auto phrases = query.phrases;
  auto take = [&](const Unit& unit) {
    if (unit.kind == Unit::Kind::phrase || unit.kind == Unit::Kind::word) phrases.push_back(unit.text);
  };
  for (const auto& group : query.alternatives) std::ranges::for_each(group, take);
  for (const auto& near : query.nears) take(near.left), take(near.right);
  phrases.insert(phrases.end(), query.required.begin(), query.required.end());
  for (const auto& phrase : phrases) {
    bool needed = kept_pairs(phrase).empty() && !scanned_.contains(phrase);
    if (needed && scanned_.size() < most_scans) scanned_[phrase] = scan(db, phrase, sight_);
  }
  if (!query.filters.documents.empty() || !query.filters.numbers.empty() || std::ranges::any_of(query.filters.editions, asks_edition)) of_editions_ = clauses_of(db, query.filters);
  to_prove_ = !query.phrases.empty() || !query.nears.empty() || !query.alternatives.empty() || !query.excluded.empty();
}

/// All words, in any spelling; of what has none, all pairs of characters.
Q Conditions::words(const std::string& text) const {
  std::vector<Q> queries;
  for (const auto& token : analyzer_.analyze(text)) {
    if (text::is_content(token)) queries.emplace_back(term("", token.term));
  }
  return queries.empty() ? phrase(text) : all_of(std::move(queries));
}

/// What a clause that holds the phrase must hold: its pairs as written, or its words in other
/// spellings. A phrase without kept pairs was looked for in the texts before.
Q Conditions::phrase(const std::string& text) const {
  std::vector<Q> pairs, words;
  for (const auto& pair : kept_pairs(text)) pairs.emplace_back(term(prefix::bigram, pair));
  for (const auto& token : analyzer_.analyze(text)) {
    if (text::is_content(token)) words.emplace_back(term("", token.term));
  }
  Q written;
  if (!pairs.empty()) {
    written = all_of(std::move(pairs));
  } else {
    auto found = scanned_.find(text);
    written = Q::MatchAll;  // one scan too many: left to the proof
    if (found != scanned_.end()) written = GivenPostings::query(found->second);
  }
  return words.empty() ? written : any_of({written, all_of(std::move(words))});
}

/// The clauses that have a word in a heading.
Q Conditions::in_headings(const std::string& name) const {
  std::vector<Xapian::docid> clauses;
  for (auto it = index_.postlist_begin(name), end = index_.postlist_end(name); it != end; ++it) {
    if (unpacked(it.get_wdf()).heading > 0) clauses.push_back(*it);
  }
  return GivenPostings::query(clauses);
}

/// Words that begin with what was typed.
Q Conditions::prefixed(const std::string& beginning) const {
  std::vector<Q> queries;
  for (const auto& name : sight_.beginning_with(term("", text::fold(beginning)), most_expansions)) queries.emplace_back(name);
  return any_of(std::move(queries));
}

Q Conditions::unit(const Unit& unit) const {
  switch (unit.kind) {
    case Unit::Kind::phrase: return phrase(unit.text);
    case Unit::Kind::prefix: return prefixed(unit.text);
    default: return words(unit.text);
  }
}

bool Conditions::none() const {
  return !to_prove_ && query_.required.empty() && query_.prefixes.empty() && query_.titles.empty() && query_.clauses.empty() && query_.filters == Filters{};
}

Q Conditions::narrow(Q found) const {
  auto filter = [&](Q condition) { found = Q(Q::OP_FILTER, found, condition); };
  found = sight_.narrow(found);
  for (const auto& text : query_.phrases) filter(phrase(text));
  for (const auto& text : query_.required) filter(words(text));
  for (const auto& text : query_.prefixes) filter(prefixed(text));
  for (const auto& group : query_.alternatives) {
    std::vector<Q> queries;
    for (const auto& one : group) queries.push_back(unit(one));
    filter(any_of(std::move(queries)));
  }
  for (const auto& near : query_.nears) filter(all_of({unit(near.left), unit(near.right)}));
  for (const auto& title : query_.titles) {
    std::vector<Q> queries;
    for (const auto& token : analyzer_.analyze(title)) {
      if (text::is_content(token)) queries.push_back(in_headings(term("", token.term)));
    }
    filter(all_of(std::move(queries)));
  }
  if (!query_.clauses.empty()) {
    // The first paragraph of an article is the article itself.
    auto clauses = query_.clauses;
    constexpr std::string_view first = "1項", article = "条";
    for (const auto& clause : query_.clauses) {
      std::string_view above = clause;
      if (above.ends_with(first) && above.substr(0, above.size() - first.size()).ends_with(article)) clauses.emplace_back(above.substr(0, above.size() - first.size()));
    }
    filter(any_of({any_term(prefix::place, clauses), any_term(prefix::own, clauses)}));
  }
  const Filters& filters = query_.filters;
  if (!filters.kinds.empty()) filter(any_term(prefix::kind, filters.kinds));
  if (!filters.issuers.empty()) {
    std::vector<Q> queries;
    for (const auto& issuer : filters.issuers) queries.emplace_back(Q::OP_WILDCARD, term(prefix::issuer, issuer));
    filter(any_of(std::move(queries)));
  }
  if (!filters.audiences.empty()) {
    std::vector<Q> queries;
    std::string p(prefix::audience);
    for (auto it = index_.allterms_begin(p), end = index_.allterms_end(p); it != end; ++it) {
      if (std::ranges::find(filters.audiences, narrowest(expression_of(*it))) != filters.audiences.end()) queries.emplace_back(*it);
    }
    filter(any_of(std::move(queries)));
  }
  if (filters.added_after > 0) filter(LaterPostings::query(static_cast<Xapian::docid>(filters.added_after), index_.get_lastdocid()));
  if (!filters.begins.empty()) filter(within(slot::begins, filters.begins));
  if (!filters.issued.empty()) filter(within(slot::issued, filters.issued));
  if (!filters.effective.empty()) filter(within(slot::effective, filters.effective));
  if (of_editions_) {
    filter(GivenPostings::query(*of_editions_));
    return found;
  }
  std::vector<std::string> states;
  for (const auto& choice : filters.editions) {
    if (choice.kind == EditionChoice::Kind::current) states.emplace_back("current");
    if (choice.kind == EditionChoice::Kind::past) states.emplace_back("past");
    if (choice.kind == EditionChoice::Kind::future) states.emplace_back("future");
  }
  if (!states.empty() && states.size() == filters.editions.size()) filter(any_term(prefix::state, states));
  return found;
}

std::vector<uint32_t> Conditions::proved(SQLite::Database& db, const std::vector<uint32_t>& clauses) const {
  SQLite::Statement select(db, "SELECT label || '　' || heading || char(10) || text FROM clauses WHERE id = ?");
  std::vector<uint32_t> out;
  for (uint32_t id : clauses) {
    if (auto known = proof_.known.find(id); known != proof_.known.end()) {
      if (known->second) out.push_back(id);
      continue;
    }
    select.reset();
    select.bind(1, static_cast<int64_t>(id));
    if (!select.executeStep()) continue;
    std::string text = select.getColumn(0).getString();
    Read read(text, proof_, analyzer_);
    bool holds = std::ranges::all_of(query_.phrases, [&](const auto& phrase) { return read.holds_phrase(phrase); }) &&
                 std::ranges::none_of(query_.excluded, [&](const auto& unit) { return read.holds(unit); }) &&
                 std::ranges::all_of(query_.alternatives, [&](const auto& group) { return std::ranges::any_of(group, [&](const auto& unit) { return read.holds(unit); }); }) &&
                 std::ranges::all_of(query_.nears, [&](const auto& near) { return read.holds(near); });
    proof_.known.emplace(id, holds);
    if (holds) out.push_back(id);
  }
  return out;
}

}  // namespace shirube::search
