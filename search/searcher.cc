#include "search/searcher.h"

#include <fmt/format.h>
#include <xapian.h>

#include <algorithm>
#include <map>

#include "search/index_format.h"
#include "store/database.h"
#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::search {

namespace {

using text::TokenKind;

// BM25 (Robertson et al., TREC-3). Clauses are short and of one subject, so repetition and length
// count for little; see docs/relevance.md.
constexpr double bm25_k1 = 0.9, bm25_b = 0.4, bm25_min_length = 0.5;
constexpr double bigram_weight = 0.3, heading_weight = 0.4, reference_weight = 1.5;

/// A phrase is verified in the text of the candidates; so many are looked at for one answer.
constexpr size_t most_verified = 5000;
constexpr size_t verify_step = 200;

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

Xapian::Query any_of(std::string_view prefix, const std::vector<std::string>& words) {
  std::vector<std::string> terms;
  for (const auto& word : words) terms.push_back(term(prefix, word));
  return {Xapian::Query::OP_OR, terms.begin(), terms.end()};
}

Xapian::Query best_match(const std::string& words, const text::Analyzer& analyzer) {
  text::Normalized normalized = text::normalize(words);
  std::map<std::string, unsigned> counts;
  std::vector<Xapian::Query> word_queries, heading_queries, bigram_queries, reference_queries;
  for (const auto& token : analyzer.analyze(normalized)) {
    if (token.kind == TokenKind::reference) reference_queries.emplace_back(term(prefix::reference, token.term));
    else if (token.kind != TokenKind::function) ++counts[token.term];
  }
  for (const auto& [word, count] : counts) {
    word_queries.emplace_back(term("", word), count);
    heading_queries.emplace_back(term(prefix::heading, word), count);
  }
  counts.clear();
  for (const auto& token : text::bigrams(normalized)) ++counts[token.term];
  for (const auto& [pair, count] : counts) bigram_queries.emplace_back(term(prefix::bigram, pair), count);
  Xapian::Query parts[] = {Xapian::Query(Xapian::Query::OP_OR, word_queries.begin(), word_queries.end()), scaled(heading_weight, heading_queries),
                           scaled(bigram_weight, bigram_queries), scaled(reference_weight, reference_queries)};
  return {Xapian::Query::OP_OR, std::begin(parts), std::end(parts)};
}

Xapian::Query with_filters(Xapian::Query query, const Filters& filters, const corpus::Viewer& viewer) {
  using Q = Xapian::Query;
  if (viewer.audiences.size() < corpus::audiences().size()) query = Q(Q::OP_FILTER, query, any_of(prefix::audience, viewer.audiences));
  if (!filters.kinds.empty()) query = Q(Q::OP_FILTER, query, any_of(prefix::kind, filters.kinds));
  if (!filters.issuers.empty()) query = Q(Q::OP_FILTER, query, any_of(prefix::issuer, filters.issuers));
  if (!filters.from.empty() || !filters.to.empty()) {
    query = Q(Q::OP_FILTER, query, Q(Q::OP_VALUE_RANGE, slot::begins, filters.from.empty() ? "0" : filters.from, filters.to.empty() ? "9" : filters.to));
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

  void open(const std::filesystem::path& wanted) {
    folder = wanted;
    if (folder.empty()) {
      index = Xapian::Database();
      return;
    }
    index = Xapian::Database(folder.string());
    if (index.get_metadata(std::string(format_key)) != index_format || index.get_metadata(std::string(analyzer_key)) != analyzer_name) {
      throw Error(ErrorKind::unavailable, "検索索引が今の設定や版と合っていません。", "shirube reindex で索引を作り直してください。");
    }
  }

  Xapian::MSet run(const Xapian::Query& query, size_t first, size_t most, bool one_per_document) {
    Xapian::Enquire enquire(index);
    enquire.set_weighting_scheme(Xapian::BM25Weight(bm25_k1, 0, 1, bm25_b, bm25_min_length));
    enquire.set_query(query);
    if (one_per_document) enquire.set_collapse_key(slot::document);
    return enquire.get_mset(static_cast<Xapian::doccount>(first), static_cast<Xapian::doccount>(most));
  }

  /// Matches of one query, appended to `out` after `skip` of them; `skip` and `most` count down.
  void collect(const Xapian::Query& query, size_t& skip, size_t& most, bool one_per_document, Matches& out) {
    Xapian::MSet mset = run(query, skip, most, one_per_document);
    out.total += mset.get_matches_estimated();
    out.total_exact = out.total_exact && mset.get_matches_lower_bound() == mset.get_matches_upper_bound();
    for (auto it = mset.begin(); it != mset.end(); ++it) out.matches.push_back({static_cast<int64_t>(*it), it.get_weight()});
    // With fewer matches than asked for, their number is exact.
    skip = mset.empty() ? skip - std::min<size_t>(skip, mset.get_matches_estimated()) : 0;
    most -= mset.size();
  }

  bool holds(const std::string& text, const std::vector<std::string>& phrases, const std::vector<std::string>& excluded) const {
    std::string folded = text::fold(text);
    auto inside = [&](const std::string& phrase) { return folded.find(phrase) != folded.npos; };
    return std::ranges::all_of(phrases, inside) && std::ranges::none_of(excluded, inside);
  }

  /// The same when candidates must be looked at: bigrams promise a phrase but do not prove it.
  void collect_verified(const Xapian::Query& query, const Query& asked, size_t& skip, size_t& most, bool one_per_document, Matches& out) {
    std::vector<std::string> phrases, excluded;
    for (const auto& phrase : asked.phrases) phrases.push_back(text::fold(phrase));
    for (const auto& word : asked.excluded) excluded.push_back(text::fold(word));
    std::map<std::string, bool> seen;
    for (size_t first = 0; first < most_verified; first += verify_step) {
      Xapian::MSet mset = run(query, first, verify_step, false);
      database.read([&](SQLite::Database& db) {
        SQLite::Statement select(db, "SELECT label || ' ' || heading || char(10) || text FROM clauses WHERE id = ?");
        for (auto it = mset.begin(); it != mset.end(); ++it) {
          select.reset();
          select.bind(1, static_cast<int64_t>(*it));
          if (!select.executeStep() || !holds(select.getColumn(0).getString(), phrases, excluded)) continue;
          if (one_per_document && !seen.emplace(it.get_document().get_value(slot::document), true).second) continue;
          ++out.total;
          if (skip > 0) --skip;
          else if (most > 0) --most, out.matches.push_back({static_cast<int64_t>(*it), it.get_weight()});
        }
      });
      if (mset.size() < verify_step) return;
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
  if (query.empty() || viewer.audiences.empty() || self_->folder.empty()) return {};
  Q base = query.words.empty() ? all_bigrams(query.phrases.front()) : best_match(query.words, self_->analyzer);
  for (const auto& phrase : query.phrases) {
    // A phrase of one character between signs has no pair; the text decides alone.
    Q pairs = all_bigrams(phrase);
    if (!text::bigrams(text::normalize(phrase)).empty()) base = Q(Q::OP_FILTER, base, pairs);
  }
  base = with_filters(base, query.filters, viewer);
  return with_index(self_->index, [&] {
    Matches out;
    size_t skip = window.first, most = window.most;
    bool verify = !query.phrases.empty() || !query.excluded.empty();
    Q current(term(prefix::state, "current"));
    bool all_current = self_->index.get_termfreq(term(prefix::state, "current")) == self_->index.get_doccount();
    // Two questions instead of a boost: what is in force never stands below what is not.
    std::vector<Q> questions = {all_current ? base : Q(Q::OP_FILTER, base, current)};
    if (!all_current) questions.emplace_back(Q::OP_AND_NOT, base, current);
    for (const Q& question : questions) {
      if (verify) self_->collect_verified(question, query, skip, most, window.one_per_document, out);
      else self_->collect(question, skip, most, window.one_per_document, out);
    }
    return out;
  });
}

Results Searcher::search(const Query& query, const corpus::Viewer& viewer, const Window& window) {
  Matches found = match(query, viewer, window);
  std::vector<int64_t> ids;
  for (const auto& match : found.matches) ids.push_back(match.clause_id);
  corpus::Library library(self_->database);
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
