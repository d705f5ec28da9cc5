#include "search/searcher.h"

#include <fmt/format.h>
#include <xapian.h>

#include <algorithm>
#include <map>
#include <set>

#include "search/index_format.h"
#include "store/database.h"
#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::search {

namespace {

using text::TokenKind;

// BM25 (Robertson et al., TREC-3). Clauses are short and of one subject, so repetition and length
// count for little.
constexpr double bm25_k1 = 0.9, bm25_b = 0.4, bm25_min_length = 0.5;
constexpr double bigram_weight = 0.3, heading_weight = 0.4, reference_weight = 1.0, own_weight = 2.0, place_weight = 10.0;

/// Above so many clauses, pairs only order what the words found first: looking up all of them costs
/// more than it brings. Below, nothing is left out.
constexpr Xapian::doccount few_clauses = 50'000;
constexpr size_t first_stage = 200;

/// A phrase is verified in the text of the candidates; so many are looked at for one answer.
constexpr size_t most_verified = 5000;
constexpr size_t first_verified = 200;  ///< then twice as many each time, as each time is a search

Xapian::Query scaled(double factor, std::vector<Xapian::Query> queries) {
  if (queries.empty()) return {};
  return {Xapian::Query::OP_SCALE_WEIGHT, Xapian::Query(Xapian::Query::OP_OR, queries.begin(), queries.end()), factor};
}

/// All pairs of characters of a phrase: what a clause that holds it must hold.
Xapian::Query all_bigrams(const std::string& phrase) {
  std::vector<Xapian::Query> queries;
  for (const auto& token : text::bigrams(text::normalize(phrase))) queries.emplace_back(term(prefix::bigram, token.term));
  if (queries.empty()) return Xapian::Query::MatchNothing;
  return {Xapian::Query::OP_AND, queries.begin(), queries.end()};
}

/// What a clause that holds an unwanted word holds: its pairs, or the word itself when it has none.
Xapian::Query unwanted(const std::string& word) {
  std::string folded = text::fold(word);
  return {Xapian::Query::OP_OR, Xapian::Query(term("", folded)), all_bigrams(word)};
}

Xapian::Query any_of(std::string_view prefix, const std::vector<std::string>& words) {
  std::vector<std::string> terms;
  for (const auto& word : words) terms.push_back(term(prefix, word));
  return {Xapian::Query::OP_OR, terms.begin(), terms.end()};
}

/// What typed words look for: a clause is found by its words and clause numbers, and ordered by its
/// headings and pairs of characters as well.
struct Question {
  Xapian::Query full;
  Xapian::Query found_by;  ///< the cheaper one that finds the candidates; empty: none
};

Question words_question(const std::string& typed, const text::Analyzer& analyzer) {
  text::Normalized normalized = text::normalize(typed);
  std::map<std::string, unsigned> words, pairs;
  std::vector<Xapian::Query> body, headings, numbers, own, places, bigrams;
  std::string place;
  size_t place_end = 0;
  for (const auto& token : analyzer.analyze(normalized)) {
    if (token.kind == TokenKind::reference) {
      numbers.emplace_back(term(prefix::reference, token.term));
      // 「第22条第2項」 is two numbers but one place; its first step alone is not meant.
      bool goes_on = !place.empty() && place_end == token.begin;
      place = goes_on ? place + token.term : token.term;
      place_end = token.end;
      if (goes_on) {
        places.back() = Xapian::Query(term(prefix::place, place));
        own.clear();
      } else {
        places.emplace_back(term(prefix::place, place));
        own.emplace_back(term(prefix::own, token.term));
      }
    } else if (token.kind != TokenKind::function) ++words[token.term];
  }
  for (const auto& [word, count] : words) {
    body.emplace_back(term("", word), count);
    headings.emplace_back(term(prefix::heading, word), count);
  }
  for (const auto& token : text::bigrams(normalized)) ++pairs[token.term];
  for (const auto& [pair, count] : pairs) bigrams.emplace_back(term(prefix::bigram, pair), count);
  using Q = Xapian::Query;
  Q found_by(Q::OP_OR, body.begin(), body.end());
  if (!numbers.empty()) found_by = Q(Q::OP_OR, found_by, scaled(reference_weight, numbers));
  if (!places.empty()) found_by = Q(Q::OP_OR, found_by, scaled(place_weight, places));
  Q parts[] = {found_by, scaled(heading_weight, headings), scaled(own_weight, own), scaled(bigram_weight, bigrams)};
  return {Q(Q::OP_OR, std::begin(parts), std::end(parts)), found_by};
}

Xapian::Query with_filters(Xapian::Query query, const Filters& filters, const corpus::Viewer& viewer) {
  using Q = Xapian::Query;
  bool sees_all = std::ranges::all_of(corpus::audiences(), [&](const corpus::Choice& audience) { return viewer.sees(audience.key); });
  if (!sees_all) query = Q(Q::OP_FILTER, query, any_of(prefix::audience, viewer.audiences));
  if (!filters.kinds.empty()) query = Q(Q::OP_FILTER, query, any_of(prefix::kind, filters.kinds));
  if (!filters.issuers.empty()) query = Q(Q::OP_FILTER, query, any_of(prefix::issuer, filters.issuers));
  if (const auto& [from, to] = filters.begins; !filters.begins.empty()) {
    query = Q(Q::OP_FILTER, query, Q(Q::OP_VALUE_RANGE, slot::begins, from.empty() ? "0" : from, to.empty() ? "9" : to));
  }
  return query;
}

Error translate(const Xapian::Error& e) {
  return {ErrorKind::unavailable, fmt::format("検索索引を読めません（{}）。", e.get_msg()), "shirube reindex で索引を作り直してください。資料そのものは失われません。"};
}

/// Runs `work`; when the index moved on under an open snapshot, takes the new one and runs it again.
template <typename Work>
auto with_index(Xapian::Database& db, Work work) {
  try {
    for (int attempt = 0;; ++attempt) {
      try {
        return work();
      } catch (const Xapian::DatabaseModifiedError&) {
        if (attempt == 5) throw;
        db.reopen();
      }
    }
  } catch (const Xapian::Error& e) {
    throw translate(e);
  }
}

}  // namespace

std::filesystem::path index_folder(const std::filesystem::path& data, const store::Database& database) {
  return database.read([&](SQLite::Database& db) -> std::filesystem::path {
    SQLite::Statement select(db, "SELECT value FROM settings WHERE name = 'index'");
    if (!select.executeStep()) return {};
    return data / select.getColumn(0).getString();
  });
}

struct Searcher::Private {
  std::filesystem::path data;
  store::Database& database;
  std::string analyzer_name;
  text::Analyzer analyzer;
  std::filesystem::path folder;
  Xapian::Database index;

  /// Takes the index of another folder; on failure the one before stays.
  void open(const std::filesystem::path& wanted) {
    Xapian::Database found = wanted.empty() ? Xapian::Database() : Xapian::Database(wanted.string());
    bool fits = found.get_metadata(std::string(format_key)) == index_format && found.get_metadata(std::string(analyzer_key)) == analyzer_name;
    if (!wanted.empty() && !fits) {
      throw Error(ErrorKind::unavailable, "検索索引が今の設定や版と合っていません。", "shirube reindex で索引を作り直してください。");
    }
    index = std::move(found);
    folder = wanted;
  }

  Xapian::MSet run(const Xapian::Query& query, size_t first, size_t most, bool one_per_document) {
    Xapian::Enquire enquire(index);
    enquire.set_weighting_scheme(Xapian::BM25Weight(bm25_k1, 0, 1, bm25_b, bm25_min_length));
    enquire.set_query(query);
    if (one_per_document) enquire.set_collapse_key(slot::document);
    // People trust a total: where it costs little, it is counted instead of estimated.
    Xapian::doccount counted = index.get_doccount() <= few_clauses ? index.get_doccount() : static_cast<Xapian::doccount>(first + most);
    return enquire.get_mset(static_cast<Xapian::doccount>(first), static_cast<Xapian::doccount>(most), counted);
  }

  /// The better ordering of the best that `found` gives.
  Xapian::MSet reorder(const Xapian::MSet& found, const Xapian::Query& full, size_t skip, size_t most, bool one_per_document) {
    std::vector<std::string> ids;
    for (auto it = found.begin(); it != found.end(); ++it) ids.push_back(term(prefix::clause, std::to_string(*it)));
    Xapian::Query among(Xapian::Query::OP_OR, ids.begin(), ids.end());
    return run(Xapian::Query(Xapian::Query::OP_FILTER, full, among), skip, most, one_per_document);
  }

  /// Matches of one question, appended to `out` after `skip` of them; `skip` and `most` count down.
  void collect(const Question& question, size_t& skip, size_t& most, bool one_per_document, Matches& out) {
    bool staged = index.get_doccount() > few_clauses && !question.found_by.empty();
    Xapian::MSet mset = staged ? run(question.found_by, 0, std::max(first_stage, skip + most), one_per_document) : run(question.full, skip, most, one_per_document);
    out.total += mset.get_matches_estimated();
    out.total_exact = out.total_exact && mset.get_matches_lower_bound() == mset.get_matches_upper_bound();
    if (staged) mset = reorder(mset, question.full, skip, most, one_per_document);
    for (auto it = mset.begin(); it != mset.end(); ++it) out.matches.push_back({static_cast<int64_t>(*it), it.get_weight()});
    // With fewer matches than asked for, their number is exact.
    skip = mset.empty() ? skip - std::min<size_t>(skip, mset.get_matches_estimated()) : 0;
    most -= mset.size();
  }

  static bool holds(const std::string& text, const std::vector<std::string>& phrases) {
    std::string folded = text::fold(text);
    return std::ranges::all_of(phrases, [&](const std::string& phrase) { return folded.find(phrase) != folded.npos; });
  }

  /// The same when candidates must be looked at: pairs promise a phrase but do not prove it.
  void collect_verified(const Xapian::Query& query, std::vector<std::string> phrases, size_t& skip, size_t& most, bool one_per_document, Matches& out) {
    for (auto& phrase : phrases) phrase = text::fold(phrase);
    std::set<std::string> seen;
    size_t step = first_verified;
    for (size_t first = 0; first < most_verified; first += step, step *= 2) {
      Xapian::MSet mset = run(query, first, step, false);
      database.read([&](SQLite::Database& db) {
        SQLite::Statement select(db, "SELECT label || ' ' || heading || char(10) || text FROM clauses WHERE id = ?");
        for (auto it = mset.begin(); it != mset.end(); ++it) {
          select.reset();
          select.bind(1, static_cast<int64_t>(*it));
          if (!select.executeStep() || !holds(select.getColumn(0).getString(), phrases)) continue;
          if (one_per_document && !seen.insert(it.get_document().get_value(slot::document)).second) continue;
          ++out.total;
          if (skip > 0) --skip;
          else if (most > 0) --most, out.matches.push_back({static_cast<int64_t>(*it), it.get_weight()});
        }
      });
      if (mset.size() < step) return;
    }
    out.total_exact = false;
  }
};

Searcher::Searcher(std::filesystem::path data, store::Database& database, const text::AnalyzerModel& model, std::string analyzer_name)
    : self_(new Private{std::move(data), database, std::move(analyzer_name), text::Analyzer(model), {}, {}}) {
  refresh();
}

Searcher::~Searcher() = default;
Searcher::Searcher(Searcher&&) noexcept = default;

void Searcher::refresh() {
  std::filesystem::path wanted = index_folder(self_->data, self_->database);
  try {
    if (wanted != self_->folder) self_->open(wanted);
    else if (!wanted.empty()) self_->index.reopen();
  } catch (const Xapian::Error& e) {
    throw translate(e);
  }
}

uint64_t Searcher::size() const { return self_->index.get_doccount(); }

Matches Searcher::match(const Query& query, const corpus::Viewer& viewer, const Window& window) {
  using Q = Xapian::Query;
  if (window.most == 0 || window.most > 1000 || window.first > 10000) {
    throw Error(ErrorKind::invalid, "表示件数または表示位置の指定が範囲外です。", "件数は1〜1000、位置は0〜10000で指定してください。");
  }
  if ((query.words.empty() && query.phrases.empty()) || viewer.audiences.empty() || self_->folder.empty()) return {};
  Question base;
  if (query.words.empty()) base.full = all_bigrams(query.phrases.front());
  else base = words_question(query.words, self_->analyzer);
  auto restricted = [&](Q q) {
    if (q.empty()) return q;
    for (const auto& phrase : query.phrases) {
      // A phrase of one character between signs has no pair; the text decides alone.
      if (!text::bigrams(text::normalize(phrase)).empty()) q = Q(Q::OP_FILTER, q, all_bigrams(phrase));
    }
    for (const auto& unit : query.excluded) q = Q(Q::OP_AND_NOT, q, unwanted(unit.text));
    return with_filters(q, query.filters, viewer);
  };
  return with_index(self_->index, [&] {
    Matches out;
    size_t skip = window.first, most = window.most;
    bool verify = !query.phrases.empty();
    Q current(term(prefix::state, "current"));
    bool all_current = self_->index.get_termfreq(term(prefix::state, "current")) == self_->index.get_doccount();
    // Two questions instead of a boost: what is in force never stands below what is not.
    std::vector<Q::op> sides = {Q::OP_FILTER, Q::OP_AND_NOT};
    if (all_current) sides = {Q::OP_FILTER};
    for (Q::op side : sides) {
      auto sided = [&](Q q) { return all_current || q.empty() ? q : Q(side, q, current); };
      Question question{sided(restricted(base.full)), sided(restricted(base.found_by))};
      if (verify) self_->collect_verified(question.full, query.phrases, skip, most, window.one_per_document, out);
      else self_->collect(question, skip, most, window.one_per_document, out);
    }
    return out;
  });
}

Results Searcher::search(const Query& query, const corpus::Viewer& viewer, const Window& window) {
  Matches found = match(query, viewer, window);
  std::vector<int64_t> ids;
  corpus::Library library(self_->database);
  // A citation that names a clause leads to it, whatever else its words match.
  auto named = window.first == 0 && query.words.find("条") != query.words.npos ? library.resolve(viewer, query.words) : std::nullopt;
  if (named) {
    std::erase_if(found.matches, [&](const Match& match) { return match.clause_id == *named; });
    found.matches.insert(found.matches.begin(), {*named, found.matches.empty() ? 0 : found.matches.front().score});
    if (found.matches.size() > window.most) found.matches.pop_back();
    found.total = std::max<uint64_t>(found.total, found.matches.size());
  }
  for (const auto& match : found.matches) ids.push_back(match.clause_id);
  Results results{{}, found.total, found.total_exact};
  size_t i = 0;
  for (auto& clause : library.clauses_by_id(viewer, ids)) {
    while (found.matches[i].clause_id != clause.id) ++i;
    Passage part = passage(clause.clause.text, query, self_->analyzer);
    results.hits.push_back({std::move(clause), found.matches[i].score, std::move(part)});
  }
  return results;
}

}  // namespace shirube::search
