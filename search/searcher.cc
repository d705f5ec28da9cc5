#include "search/searcher.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <unordered_map>

#include "search/index_format.h"
#include "search/listing.h"
#include "search/xapian_access.h"
#include "store/database.h"
#include "store/queue.h"
#include "text/utf8.h"

namespace shirube::search {

namespace {

/// So many entries of lists are read to find the candidates of a question, and so many more for each
/// thing wanted; in small indexes all. docs/relevance.md shows what is lost.
SHIRUBE_CONSTANT double least_postings = tuned("postings.least", 25'000), postings_each = tuned("postings.each", 1'000);

/// Beyond it nobody pages.
constexpr size_t last_listed = 1000;

/// Clauses that an example is chosen from.
constexpr size_t most_examples = 20;

template <typename Work>
auto with_index(Xapian::Database& db, Work work) {
  return with_snapshot(db, index_name, work);
}

bool sees_nothing(const corpus::Viewer& viewer) { return !viewer.sees_all && viewer.audiences.empty(); }

Xapian::Query holding_all(const std::vector<std::string>& terms) {
  std::vector<std::string> names;
  for (const auto& word : terms) names.push_back(term("", word));
  return {Xapian::Query::OP_AND, names.begin(), names.end()};
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
  std::filesystem::path lexicon_folder;
  Lexicon lexicon;
  std::filesystem::file_time_type lexicon_time = std::filesystem::file_time_type::min();
  OpenIndex index;
  std::vector<int64_t> corrected{};  ///< editions whose facts of today `index` may not know
  mutable std::map<std::string, OpenIndex::Stretches> closed{};  ///< of them what is closed, by viewer
  /// The newest change of the lexicon's files.
  std::filesystem::file_time_type lexicon_changed() const {
    auto newest = std::filesystem::file_time_type::min();
    std::error_code ignored;
    for (const char* name : {"synonyms.tsv", "boilerplate.tsv", "pinned.tsv"}) {
      auto time = std::filesystem::last_write_time(lexicon_folder / name, ignored);
      if (!ignored) newest = std::max(newest, time);
    }
    return newest;
  }

  using Seen = std::shared_ptr<const Sight>;
  /// What the index may still show to a viewer who no longer sees it.
  const OpenIndex::Stretches& closed_to(const corpus::Viewer& viewer) const {
    std::string key = corrected.empty() ? "" : fmt::format("{} {} {}", viewer.sees_all, viewer.json(), viewer.only ? fmt::format("{}", fmt::join(*viewer.only, "/")) : "");
    auto [known, fresh] = closed.try_emplace(key);
    if (fresh && !corrected.empty()) known->second = corpus::Library(database).closed(viewer, corrected);
    return known->second;
  }

  Seen see(const corpus::Viewer& viewer) const {
    if (!viewer.only) return index.sight(viewer, std::nullopt, closed_to(viewer));
    std::vector<int64_t> documents;
    corpus::Library library(database);
    for (const auto& slug : *viewer.only) {
      if (auto document = library.document(viewer, slug)) documents.push_back(document->id);
    }
    std::ranges::sort(documents);
    return index.sight(viewer, documents, closed_to(viewer));
  }

  Conditions conditions(const Query& query, const Seen& seen) const {
    return database.read([&](SQLite::Database& db) { return Conditions(index.db, db, query, *seen, analyzer); });
  }

  /// What a query looks for, with what it is called elsewhere.
  Question question(const Query& query, const corpus::Viewer& viewer, const Sight& seen, bool synonyms) {
    Question out = ask(query, analyzer, lexicon, synonyms);
    for (auto& subject : out.subjects) subject.stands = !seen.holding(term("", subject.term), 1).empty();
    if (synonyms) {
      auto holding = [&](const std::string& name, size_t most) { return seen.holding(name, most); };
      index.definitions.widen(out, holding, corpus::Library(database), viewer, analyzer);
    }
    for (auto& subject : out.subjects) subject.said = subject.stands;
    if (!out.wants_all) return out;
    for (const auto& wanted : out.wanted) {
      auto unsaid = [&](size_t subject) { return subject > 0 && !out.subjects[subject - 1].said; };
      bool matters = unsaid(wanted.subject) || std::ranges::any_of(wanted.others, unsaid);
      if (!matters || !std::ranges::all_of(wanted.terms, [&](const std::string& name) { return !seen.holding(name, 1).empty(); })) continue;
      if (wanted.subject) out.subjects[wanted.subject - 1].said = true;
      for (size_t other : wanted.others) out.subjects[other - 1].said = true;
    }
    return out;
  }

  /// Lists are read up to a bound.
  static uint64_t budget(const Question& question, const Sight& seen) {
    return seen.large() ? static_cast<uint64_t>(least_postings + postings_each * static_cast<double>(question.wanted.size())) : UINT64_MAX;
  }

  /// Whether a clause meets the conditions, whatever its words.
  bool meets(const Conditions& conditions, uint32_t clause) const {
    // Held against all documents of the index: what is not indexed yet meets nothing.
    Xapian::Query one(Xapian::Query::OP_FILTER, Xapian::Query::MatchAll, GivenPostings::query(std::vector<Xapian::docid>{clause}));
    if (best_of(index, conditions.sight(), conditions.narrow(one), 0, 1).empty()) return false;
    return !conditions.to_prove() || database.read([&](SQLite::Database& db) { return !conditions.proved(db, {clause}).empty(); });
  }

  /// Of each document only the first, which counts the others.
  std::vector<Match> folded(const std::vector<Match>& matches) {
    std::vector<Match> out;
    std::unordered_map<uint32_t, size_t> places;
    for (const auto& match : matches) {
      auto [place, fresh] = places.try_emplace(index.document_of(static_cast<uint32_t>(match.clause_id)), out.size());
      if (fresh) out.push_back(match);
      else ++out[place->second].more;
    }
    return out;
  }

  /// What was typed and does not hold of a clause: 「除外「委託」」. Of fields any of whose values will do,
  /// all or none.
  std::vector<std::string> unmet(const Query& query, const Seen& seen, uint32_t clause) const {
    constexpr Part::Kind any_will_do[] = {Part::Kind::clause, Part::Kind::kind, Part::Kind::issuer, Part::Kind::number, Part::Kind::edition};
    std::vector<const Part*> failing;
    std::vector<Part::Kind> met;
    for (const auto& part : query.parts) {
      if (part.kind == Part::Kind::word || part.kind == Part::Kind::plain) continue;
      Query alone = parse(part.typed);
      if (meets(conditions(alone, seen), clause)) met.push_back(part.kind);
      else failing.push_back(&part);
    }
    std::vector<std::string> out;
    for (const Part* part : failing) {
      bool by_another = std::ranges::find(any_will_do, part->kind) != std::end(any_will_do) && std::ranges::find(met, part->kind) != met.end();
      if (!by_another) out.push_back(fmt::format("{}「{}」", japanese_name(part->kind), part->text));
    }
    return out;
  }

  /// Searcher::match() with chosen clauses before all others.
  Matches match(const Query& query, const corpus::Viewer& viewer, const Window& window, const std::vector<int64_t>& first);

  /// How much a word tells clauses apart that stands `count` times in one; nothing when it tells nothing.
  std::optional<std::pair<double, std::string>> telling(const std::string& name, unsigned count, const Sight& seen) const;
  /// The clauses that hold most of these words, weight and term; but for those of one document.
  Matches similar(std::vector<std::pair<double, std::string>> words, const Seen& seen, size_t most, const std::string& but);
};

Searcher::Searcher(std::filesystem::path data, store::Database& database, const text::AnalyzerModel& model, std::string analyzer_name, std::filesystem::path lexicon)
    : self_(new Private{std::move(data), database, std::move(analyzer_name), text::Analyzer(model), std::move(lexicon), {}, std::filesystem::file_time_type::min(), {}}) {
  refresh();
}

Searcher::~Searcher() = default;
Searcher::Searcher(Searcher&&) noexcept = default;

void Searcher::refresh() {
  // Before the index is opened: what is taken up in between is looked at twice, and none is missed.
  self_->corrected = self_->database.read(store::corrected_editions);
  self_->closed.clear();
  std::filesystem::path wanted = index_folder(self_->data, self_->database);
  if (auto time = self_->lexicon_changed(); !self_->lexicon_folder.empty() && time != self_->lexicon_time) {
    bool first = self_->lexicon_time == std::filesystem::file_time_type::min();
    try {
      self_->lexicon = Lexicon(self_->lexicon_folder, self_->analyzer);
    } catch (const Error&) {
      // Searching goes on with the one before; the next start says what is wrong.
      if (first) throw;
    }
    self_->lexicon_time = time;
  }
  try {
    self_->index.refresh(wanted, self_->analyzer_name);
  } catch (const Xapian::Error& e) {
    throw unreadable(index_name, e);
  }
}

uint64_t Searcher::size() const { return self_->index.db.get_doccount(); }
const Lexicon& Searcher::lexicon() const { return self_->lexicon; }
Question Searcher::question(const Query& query, const corpus::Viewer& viewer, bool synonyms) {
  if (self_->index.folder.empty()) return ask(query, self_->analyzer, self_->lexicon, synonyms);
  return with_index(self_->index.db, [&] { return self_->question(query, viewer, *self_->see(viewer), synonyms); });
}

namespace {

std::vector<Facet> facets(const OpenIndex& index, const Tally& tally, std::string OpenIndex::Group::*member) {
  std::map<std::string, uint64_t> counts;
  for (size_t i = 0; i < tally.counts().size(); ++i) {
    if (tally.counts()[i] > 0) counts[index.groups()[i].*member] += tally.counts()[i];
  }
  counts.erase("");
  std::vector<Facet> out;
  for (const auto& [value, count] : counts) out.push_back({value, count});
  std::ranges::stable_sort(out, std::greater<>(), &Facet::count);
  return out;
}

Explanation not_indexed() {
  Explanation out;
  out.reason = "この条項は索引にありません。";
  return out;
}

/// Which editions are looked at, one after the other: what is in force never stands below what is not.
std::vector<Xapian::Query> tiers(const Sight& seen, const Xapian::Query& query) {
  using Q = Xapian::Query;
  if (seen.all_current()) return {query};
  Q current(term(prefix::state, "current"));
  return {Q(Q::OP_FILTER, query, current), Q(Q::OP_AND_NOT, query, current)};
}

}  // namespace

Matches Searcher::match(const Query& query, const corpus::Viewer& viewer, const Window& window) { return self_->match(query, viewer, window, {}); }

Matches Searcher::Private::match(const Query& query, const corpus::Viewer& viewer, const Window& window, const std::vector<int64_t>& first) {
  if (window.most == 0 || window.most > last_listed || window.first > last_listed) {
    throw Error(ErrorKind::invalid, "表示件数または表示位置の指定が範囲外です。", "件数は1〜1000、位置は0〜1000で指定してください。");
  }
  if (query.empty() || sees_nothing(viewer) || index.folder.empty()) return {};
  return with_index(index.db, [&] {
    Seen seen = see(viewer);
    Question asked = question(query, viewer, *seen, window.synonyms);
    Matches out;
    for (const auto& subject : asked.subjects) {
      if (!subject.stands) out.unknown.push_back(subject.typed);
    }
    Conditions wanted = conditions(query, seen);
    Ranker ranker(index.db, *seen, asked);
    bool has_words = !asked.wanted.empty();
    Finding finding = has_words ? ranker.find(budget(asked, *seen)) : Finding{};
    bool words_found = !finding.candidates.empty();
    bool plain = words_found && wanted.none() && seen->all_current();
    // A phrase is condition enough, as is a group of alternatives: words only order what holds it.
    bool by_itself = !query.phrases.empty() || !query.alternatives.empty();
    // Words that stand nowhere find nothing, unless something else is asked for as well.
    bool asks_else = by_itself || !query.prefixes.empty() || !query.titles.empty() || !query.clauses.empty() || !has_words;

    std::optional<Tally> tally;
    std::vector<Match> all;
    for (int64_t clause : first) all.push_back({clause, 0});
    double best = 0;
    auto look = [&](const std::vector<Candidate>& candidates, bool holds_all) {
      Xapian::Query found = asks_else ? Xapian::Query::MatchAll : Xapian::Query::MatchNothing;
      if (words_found && !plain) found = as_query(candidates);
      if (by_itself && !holds_all) found = Xapian::Query(Xapian::Query::OP_AND_MAYBE, Xapian::Query::MatchAll, found);
      bool by_subjects = !asked.subjects.empty() && words_found && (!by_itself || holds_all);
      if (window.facets) tally.emplace(index);
      for (const auto& side : tiers(*seen, wanted.narrow(found))) {
        List listed = list(index, database, {ranker, wanted, window, finding, candidates, holds_all, by_subjects, plain, tally ? &*tally : nullptr}, side);
        out.total += listed.total;
        out.total_exact = out.total_exact && listed.total_exact;
        for (const auto& one : listed.clauses) {
          best = std::max(best, one.score);
          if (std::ranges::find(first, one.clause) == first.end()) all.push_back({static_cast<int64_t>(one.clause), one.score});
        }
      }
    };
    if (!finding.holding_all.empty()) look(finding.holding_all, true);
    out.all_words = out.total > 0;
    if (!out.all_words) {
      out.total_exact = true;
      look(finding.candidates, false);
      // Where lists were left unread, what holds all may be among what was not looked at.
      out.loosened = asked.wants_all && words_found && out.total > 0 && finding.complete;
    }
    for (size_t i = 0; i < first.size(); ++i) all[i].score = best;
    out.total = std::max<uint64_t>(out.total, all.size());
    if (window.facets) {
      // Of the clauses themselves where all were looked at, else of what the terms find.
      if (out.total_exact) {
        tally.emplace(index);
        for (const auto& match : all) tally->add(static_cast<uint32_t>(match.clause_id));
      }
      out.kinds = facets(index, *tally, &OpenIndex::Group::kind);
      out.issuers = facets(index, *tally, &OpenIndex::Group::issuer);
      out.years = facets(index, *tally, &OpenIndex::Group::year);
      out.audiences = facets(index, *tally, &OpenIndex::Group::audience);
      out.states = facets(index, *tally, &OpenIndex::Group::state);
    }
    if (window.one_per_document) {
      all = folded(all);
      out.documents = all.size();
    }
    auto begin = all.begin() + static_cast<std::ptrdiff_t>(std::min(window.first, all.size()));
    auto end = begin + static_cast<std::ptrdiff_t>(std::min(window.most, static_cast<size_t>(all.end() - begin)));
    out.matches.assign(begin, end);
    out.total_exact = out.total_exact && finding.complete;
    out.question = std::move(asked);
    return out;
  });
}

Explanation Searcher::explain(const Query& query, const corpus::Viewer& viewer, const Window& window, int64_t clause_id) {
  // What a viewer may not see does not exist.
  if (self_->index.folder.empty() || corpus::Library(self_->database).clauses_by_id(viewer, {&clause_id, 1}).empty()) return not_indexed();
  Window all = window;
  all.first = 0;
  all.most = last_listed;
  all.one_per_document = false;
  std::vector<int64_t> first;
  if (window.sort == Sort::relevance) first = placed_first(query, viewer);
  Matches found = self_->match(query, viewer, all, first);
  return with_index(self_->index.db, [&] {
    Explanation out;
    auto clause = static_cast<Xapian::docid>(clause_id);
    Private::Seen seen = self_->see(viewer);
    Question question = self_->question(query, viewer, *seen, window.synonyms);
    Ranker ranker(self_->index.db, *seen, question);
    auto at = std::ranges::find(found.matches, clause_id, &Match::clause_id);
    if (at != found.matches.end()) out.rank = static_cast<size_t>(at - found.matches.begin()) + 1;
    Score score;
    try {
      score = ranker.score(clause, &out.parts);
    } catch (const Xapian::DocNotFoundError&) {
      return not_indexed();
    }
    out.authority = window.authority ? self_->index.authority_of(clause) : 1;
    out.score = score.value * out.authority;
    out.share = score.share;
    out.missing = score.missing;
    out.found = out.rank.has_value();
    out.placed = std::ranges::find(first, clause_id) != first.end();
    std::ranges::stable_sort(out.parts, std::greater<>(), &Contribution::weight);
    if (out.found) return out;
    Conditions conditions = self_->conditions(query, seen);
    if (!self_->meets(conditions, clause)) {
      auto unmet = self_->unmet(query, seen, clause);
      out.reason = unmet.empty() ? "絞り込みの条件に当てはまりません。" : fmt::format("次の条件に当てはまりません: {}", fmt::join(unmet, "、"));
    } else if (out.parts.empty()) out.reason = "検索語がこの条項にありません。";
    else if (found.all_words && !score.holds_all) {
      std::vector<std::string> lacking = out.missing;
      std::erase_if(lacking, [&](const std::string& typed) { return std::ranges::any_of(question.subjects, [&](const auto& subject) { return subject.typed == typed && !subject.said; }); });
      out.reason = fmt::format("すべての語を含む条項だけを示しています。この条項にない語: {}", fmt::join(lacking, "、"));
    }
    else if (score.share < least_share) out.reason = "検索語のうち、この条項にある語が少なすぎます。";
    else out.reason = "より良く当てはまる条項が多く、上位に入りません。";
    return out;
  });
}

Matches Searcher::Private::similar(std::vector<std::pair<double, std::string>> words, const Seen& seen, size_t most, const std::string& but) {
  constexpr size_t most_words = 25;
  std::ranges::sort(words, std::greater<>());
  const Query nothing;
  Conditions visible = conditions(nothing, seen);
  // What stands in no other clause that the viewer may see takes no place, or hidden ones would show by it.
  size_t holders = but.empty() ? 1 : 2;
  Question asked;
  for (const auto& [weight, name] : words) {
    if (asked.subjects.size() == most_words) break;
    if (seen->holding(name, holders).size() < holders) continue;
    asked.subjects.push_back({word_of(name), word_of(name)});
    asked.wanted.push_back({Field::word, {name}, 1, asked.subjects.size()});
  }
  if (asked.subjects.empty()) return {};
  Ranker ranker(index.db, *seen, asked);
  Finding finding = ranker.find(budget(asked, *seen));
  Xapian::Query others = visible.narrow(as_query(finding.candidates));
  if (!but.empty()) others = Xapian::Query(Xapian::Query::OP_AND_NOT, others, Xapian::Query(Xapian::Query::OP_VALUE_RANGE, slot::document, but, but));
  Window window;
  window.most = most;
  Matches out;
  for (const auto& side : tiers(*seen, others)) {
    if (out.matches.size() == most) break;
    List listed = list(index, database, {ranker, visible, window, finding, finding.candidates, false, true, false, nullptr}, side);
    for (const auto& one : listed.clauses) {
      if (out.matches.size() < most) out.matches.push_back({static_cast<int64_t>(one.clause), one.score});
    }
  }
  out.total = out.matches.size();
  return out;
}

std::optional<std::pair<double, std::string>> Searcher::Private::telling(const std::string& name, unsigned count, const Sight& seen) const {
  if (lexicon.says_nothing(word_of(name))) return std::nullopt;
  auto clauses = static_cast<double>(seen.count()), those = static_cast<double>(seen.frequency(name));
  if (those < 1 || those >= clauses) return std::nullopt;
  return std::pair(std::log(clauses / those) * std::sqrt(count), name);
}

Matches Searcher::similar(int64_t clause_id, const corpus::Viewer& viewer, size_t most) {
  if (self_->index.folder.empty() || corpus::Library(self_->database).clauses_by_id(viewer, {&clause_id, 1}).empty()) return {};
  const auto& index = self_->index;
  return with_index(self_->index.db, [&]() -> Matches {
    Private::Seen seen = self_->see(viewer);
    std::vector<std::pair<double, std::string>> words;
    try {
      auto clause = static_cast<Xapian::docid>(clause_id);
      for (auto it = index.db.termlist_begin(clause), end = index.db.termlist_end(clause); it != end; ++it) {
        const std::string name = *it;
        bool is_word = name[0] < 'A' || name[0] > 'Z';  // words stand without a prefix
        Counts counts = unpacked(it.get_wdf());
        if (!is_word) continue;
        if (auto word = self_->telling(name, counts.body + counts.heading, *seen)) words.push_back(std::move(*word));
      }
    } catch (const Xapian::DocNotFoundError&) {
      return {};
    }
    return self_->similar(std::move(words), seen, most, index.value(clause_id, slot::document));
  });
}

Matches Searcher::similar(std::string_view text, const corpus::Viewer& viewer, size_t most) {
  if (self_->index.folder.empty() || sees_nothing(viewer)) return {};
  std::map<std::string, unsigned> counts;
  for (const auto& token : self_->analyzer.analyze(text)) {
    if (text::is_content(token)) ++counts[term("", token.term)];
  }
  return with_index(self_->index.db, [&] {
    Private::Seen seen = self_->see(viewer);
    std::vector<std::pair<double, std::string>> words;
    for (const auto& [name, count] : counts) {
      if (auto word = self_->telling(name, count, *seen)) words.push_back(std::move(*word));
    }
    return self_->similar(std::move(words), seen, most, "");
  });
}

int64_t Searcher::last_clause() const {
  return self_->index.folder.empty() ? 0 : with_index(self_->index.db, [&] { return int64_t{self_->index.db.get_lastdocid()}; });
}

uint64_t Searcher::frequency(const std::vector<std::string>& terms, const corpus::Viewer& viewer) const {
  if (terms.empty() || sees_nothing(viewer) || self_->index.folder.empty()) return 0;
  return with_index(self_->index.db, [&] { return self_->see(viewer)->count(holding_all(terms)); });
}

std::optional<corpus::PlacedClause> Searcher::example(const std::vector<std::string>& terms, const corpus::Viewer& viewer) const {
  if (terms.empty() || sees_nothing(viewer) || self_->index.folder.empty()) return std::nullopt;
  auto first = with_index(self_->index.db, [&] { return self_->see(viewer)->holding(holding_all(terms), most_examples); });
  auto clauses = corpus::Library(self_->database).clauses_by_id(viewer, first);
  auto shortest = std::ranges::min_element(clauses, {}, [](const corpus::PlacedClause& clause) { return clause.clause.text.size(); });
  if (shortest == clauses.end()) return std::nullopt;
  return std::move(*shortest);
}

/// Whether words may name a place without a digit: 附則, 別表, 第十二条, ４（２）.
static bool names_place(std::string_view words) {
  constexpr std::string_view signs[] = {"第", "附則", "別表", "別紙", "様式", "前文", "付録", "０", "１", "２", "３", "４", "５", "６", "７", "８", "９"};
  return std::ranges::any_of(signs, [&](std::string_view sign) { return words.find(sign) != words.npos; });
}

/// What was typed without quotes around a title, and without the address that is copied with a citation.
static std::string as_citation(const std::string& typed) {
  std::string out = typed.substr(0, std::min(typed.find("http://"), typed.find("https://")));
  for (const char* quote : {"「", "」", "『", "』", "\""}) out = text::replace_all(out, quote, "");
  return std::string(text::trim(out));
}

std::vector<int64_t> Searcher::placed_first(const Query& query, const corpus::Viewer& viewer) {
  corpus::Library library(self_->database);
  std::vector<int64_t> first;
  // A citation that names a clause leads to it, whatever else its words match; so does a pin.
  Query asked = query;
  // As it was typed, else without the fields that were typed beside it.
  for (const std::string& cited : {as_citation(query.typed), query.words}) {
    if (!first.empty() || (cited.find_first_of("0123456789") == cited.npos && !names_place(cited))) continue;
    if (auto named = library.resolve(viewer, cited, corpus::Library::Naming::tail)) {
      first.push_back(*named);
      // Quotes around a title, and an address behind, are no condition on the clause.
      asked.phrases.clear();
      asked.required.clear();
    }
  }
  for (const auto& address : self_->lexicon.pinned(query.typed)) {
    size_t edition = address.find('/'), path = address.find('/', edition + 1);
    if (path == address.npos) continue;
    auto pinned = library.clause(viewer, address.substr(0, edition), address.substr(edition + 1, path - edition - 1), address.substr(path + 1));
    if (pinned && std::ranges::find(first, pinned->id) == first.end()) first.push_back(pinned->id);
  }
  if (first.empty() || self_->index.folder.empty()) return {};
  return with_index(self_->index.db, [&] {
    Private::Seen seen = self_->see(viewer);
    Conditions conditions = self_->conditions(asked, seen);
    std::vector<int64_t> out;
    std::ranges::copy_if(first, std::back_inserter(out), [&](int64_t id) { return self_->meets(conditions, static_cast<uint32_t>(id)); });
    return out;
  });
}

Results Searcher::search(const Query& query, const corpus::Viewer& viewer, const Window& window) {
  Results results;
  std::vector<int64_t> first;
  if (window.sort == Sort::relevance) first = placed_first(query, viewer);
  results.found = self_->match(query, viewer, window, first);
  auto& matches = results.found.matches;
  corpus::Library library(self_->database);
  std::vector<int64_t> ids;
  for (const auto& match : matches) ids.push_back(match.clause_id);
  Marker marker(query, results.found.question, self_->analyzer);
  size_t i = 0;
  for (auto& clause : library.clauses_by_id(viewer, ids)) {
    while (matches[i].clause_id != clause.id) ++i;
    auto parts = marker.passages(clause.clause.text, clause.id);
    results.hits.push_back({std::move(clause), matches[i].score, std::move(parts), matches[i].more});
  }
  return results;
}

}  // namespace shirube::search
