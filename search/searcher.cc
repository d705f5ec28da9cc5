#include "search/searcher.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "search/conditions.h"
#include "search/definitions.h"
#include "search/index_format.h"
#include "search/xapian_access.h"
#include "store/database.h"

namespace shirube::search {

namespace {

/// So many entries of lists are read to find the candidates of a question, and so many more for each
/// thing wanted. Below `few_clauses` all are: nothing is left out. docs/relevance.md shows what is lost
/// above.
constexpr Xapian::doccount few_clauses = 50'000;
constexpr uint64_t least_postings = 25'000, postings_each = 1'000;

/// So many candidates are given their full score; more only for those who page on.
constexpr size_t candidates = 300, candidates_of_large = 150, more_candidates = 1000;
/// Of what the unread lists could add at most, a clause that was found lower is granted so much: the
/// better ones have words of these lists as well.
constexpr double unread_share = 0.6;
/// Beyond it nobody pages.
constexpr size_t last_listed = 1000;
/// Where the text must prove a condition, so many are read for one answer.
constexpr size_t most_read = 5000;

/// A clause that speaks of less of a question's subjects is no match.
SHIRUBE_CONSTANT double least_share = tuned("share.least", 0.02);

/// What binds stands a little before what explains it (住民への説明は法令が先).
struct Authority {
  std::string_view kind;
  double factor;
};
constexpr Authority authorities[] = {{"law", 1.06}, {"notice", 1.06}, {"policy", 1.06}, {"guideline", 1.04}, {"commentary", 0.98}, {"answer", 0.96}};
constexpr double most_authority = 1.06;

template <typename Work>
auto with_index(Xapian::Database& db, Work work) {
  return with_snapshot(db, index_name, work);
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
  std::filesystem::path folder;
  Xapian::Database index;
  Lengths lengths;
  Definitions definitions;
  Xapian::rev measured = 0;  ///< the revision that lengths and definitions are of
  bool has_authority = false;  ///< some clause is of a kind that stands before or behind others

  /// Takes the index of another folder; on failure the one before stays.
  void open(const std::filesystem::path& wanted) {
    Xapian::Database found = wanted.empty() ? Xapian::Database() : Xapian::Database(wanted.string());
    if (!wanted.empty()) require_fit(found, index_name, index_format, analyzer_name);
    index = std::move(found);
    folder = wanted;
  }

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

  Conditions conditions(const Query& query, const corpus::Viewer& viewer) {
    return database.read([&](SQLite::Database& db) { return Conditions(index, db, query, viewer, analyzer); });
  }

  /// What a query looks for, with what it is called elsewhere.
  Question question(const Query& query, const corpus::Viewer& viewer, bool synonyms) {
    Question out = ask(query, analyzer, lexicon, synonyms);
    if (synonyms) definitions.widen(out, query.words, index, corpus::Library(database), viewer, analyzer);
    return out;
  }

  double authority_of(uint32_t clause) const {
    if (!has_authority) return 1;
    auto row = std::ranges::find(authorities, index.get_document(clause).get_value(slot::kind), &Authority::kind);
    return row == std::end(authorities) ? 1 : row->factor;
  }

  /// Lists are read up to a bound; below it nothing is left out.
  uint64_t budget(const Question& question) const { return large() ? least_postings + postings_each * question.wanted.size() : UINT64_MAX; }

  bool large() const { return index.get_doccount() > few_clauses; }

  struct Found {
    uint32_t clause;
    double score;
    std::string begins;
  };
  struct Tier {
    std::vector<Found> found;  ///< best first
    uint64_t total = 0;
    bool total_exact = true;
  };
  struct Spies {
    Xapian::ValueCountMatchSpy kinds{slot::kind}, issuers{slot::issuer}, begins{slot::begins};
  };

  /// The clauses that a question finds, as a query that gives each the score it was found with.
  static Xapian::Query as_query(const std::vector<Candidate>& found) {
    std::vector<GivenPostings::Posting> postings;
    postings.reserve(found.size());
    for (const auto& one : found) postings.push_back({one.clause, one.score});
    std::ranges::sort(postings, {}, &GivenPostings::Posting::number);
    return GivenPostings::query(std::move(postings));
  }

  /// Whether a clause meets the conditions, whatever its words.
  bool meets(const Conditions& conditions, uint32_t clause) {
    // Held against all documents of the index: what is not indexed yet meets nothing.
    Xapian::Query one(Xapian::Query::OP_FILTER, Xapian::Query::MatchAll, GivenPostings::query(std::vector<Xapian::docid>{clause}));
    if (best(conditions.narrow(one), 0, 1, nullptr).empty()) return false;
    return !conditions.to_prove() || database.read([&](SQLite::Database& db) { return !conditions.proved(db, {clause}).empty(); });
  }

  /// Whether a viewer may see any of what was found. Stops at the first.
  bool any_visible(const Finding& finding, const corpus::Viewer& viewer) {
    Query nothing;
    Conditions visible = conditions(nothing, viewer);
    return visible.none() || !best(visible.narrow(as_query(finding.candidates)), 0, 1, nullptr).empty();
  }

  /// Whether some clause that a viewer may see holds a word. Stops at the first.
  bool stands(const std::string& word, const corpus::Viewer& viewer) {
    Query nothing;
    Conditions visible = conditions(nothing, viewer);
    if (visible.none()) return index.term_exists(term("", word));
    Xapian::Enquire enquire(index);
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    enquire.set_query(visible.narrow(Xapian::Query(term("", word))));
    return !enquire.get_mset(0, 1).empty();
  }

  /// A ranker whose scores may be shown to the viewer: it counts what they may see.
  Ranker ranker_to_show(const Question& question, const corpus::Viewer& viewer) {
    Query nothing;
    Conditions visible = conditions(nothing, viewer);
    if (visible.none()) return Ranker(index, lengths, question);
    auto count = [&](const Xapian::Query& query) {
      Xapian::Enquire enquire(index);
      enquire.set_weighting_scheme(Xapian::BoolWeight());
      enquire.set_query(visible.narrow(query));
      return uint64_t{enquire.get_mset(0, 0, index.get_doccount()).get_matches_estimated()};
    };
    return Ranker(index, lengths, question, count(Xapian::Query::MatchAll), [&](const std::string& name) { return count(Xapian::Query(name)); });
  }

  /// The best of what a query finds, from `first` on.
  Xapian::MSet best(const Xapian::Query& query, size_t first, size_t take, Spies* spies) {
    Xapian::Enquire enquire(index);
    enquire.set_query(query);
    if (spies) {
      for (auto* spy : {&spies->kinds, &spies->issuers, &spies->begins}) enquire.add_matchspy(spy);
    }
    return enquire.get_mset(static_cast<Xapian::doccount>(first), static_cast<Xapian::doccount>(take), spies || !large() ? index.get_doccount() : 0);
  }

  /// Of each document only the first, which counts the others.
  std::vector<Match> folded(const std::vector<Match>& matches) {
    std::vector<Match> out;
    std::map<std::string, size_t> places;
    for (const auto& match : matches) {
      auto [place, fresh] = places.try_emplace(index.get_document(static_cast<Xapian::docid>(match.clause_id)).get_value(slot::document), out.size());
      if (fresh) out.push_back(match);
      else ++out[place->second].more;
    }
    return out;
  }

  /// What was typed and does not hold of a clause: 「除外「委託」」. Of fields any of whose values will do,
  /// all or none.
  std::vector<std::string> unmet(const Query& query, const corpus::Viewer& viewer, uint32_t clause) {
    constexpr Part::Kind any_will_do[] = {Part::Kind::clause, Part::Kind::kind, Part::Kind::issuer, Part::Kind::number, Part::Kind::edition};
    std::vector<const Part*> failing;
    std::vector<Part::Kind> met;
    for (const auto& part : query.parts) {
      if (part.kind == Part::Kind::word || part.kind == Part::Kind::plain) continue;
      Query alone = parse(part.typed);
      if (meets(conditions(alone, viewer), clause)) met.push_back(part.kind);
      else failing.push_back(&part);
    }
    std::vector<std::string> out;
    for (const Part* part : failing) {
      bool by_another = std::ranges::find(any_will_do, part->kind) != std::end(any_will_do) && std::ranges::find(met, part->kind) != met.end();
      if (!by_another) out.push_back(fmt::format("{}「{}」", japanese_name(part->kind), part->text));
    }
    return out;
  }

  /// What was asked, and the ways to answer it.
  struct Asked {
    const Ranker& ranker;
    bool has_subjects;
    const Conditions& conditions;
    const Window& window;
    Spies* spies;
    const Finding& finding;
    bool unconditioned;  ///< nothing narrows what was found: Xapian is not needed
  };

  /// The best, best first.
  static std::vector<Candidate> best(const std::vector<Candidate>& found, size_t most) {
    std::vector<Candidate> out(std::min(most, found.size()));
    std::ranges::partial_sort_copy(found, out, [](const Candidate& a, const Candidate& b) { return a.score != b.score ? a.score > b.score : a.clause < b.clause; });
    return out;
  }

  /// The clauses to be given their full score, those that were found with most first.
  struct Chosen {
    std::vector<Candidate> candidates;
    uint64_t looked_at = 0, matching = 0;
    bool exhausted = false;  ///< there are no more
  };
  /// Goes on until there are `wanted` of them.
  void choose(const Asked& asked, const Xapian::Query& query, size_t wanted, Chosen& chosen) {
    if (asked.unconditioned) {
      chosen.candidates = best(asked.finding.candidates, wanted);
      chosen.looked_at = chosen.candidates.size();
      chosen.matching = asked.finding.candidates.size();
      chosen.exhausted = chosen.matching <= wanted;
      return;
    }
    while (chosen.candidates.size() < wanted && chosen.looked_at < most_read && !chosen.exhausted) {
      // What must be proved is read much at a time: who knows how little of it holds.
      size_t step = asked.conditions.to_prove() && chosen.looked_at > 0 ? most_read - chosen.looked_at : wanted - chosen.candidates.size();
      Xapian::MSet mset = best(query, chosen.looked_at, step, chosen.looked_at == 0 ? asked.spies : nullptr);
      std::vector<Candidate> read;
      std::vector<uint32_t> ids;
      for (auto it = mset.begin(); it != mset.end(); ++it) {
        read.push_back({*it, static_cast<float>(it.get_weight())});
        ids.push_back(*it);
      }
      chosen.looked_at += ids.size();
      chosen.matching = mset.get_matches_estimated();
      chosen.exhausted = mset.size() < step;
      if (asked.conditions.to_prove()) {
        ids = database.read([&](SQLite::Database& db) { return asked.conditions.proved(db, ids); });
        std::ranges::sort(ids);
        std::erase_if(read, [&](const Candidate& one) { return !std::ranges::binary_search(ids, one.clause); });
      }
      chosen.candidates.insert(chosen.candidates.end(), read.begin(), read.end());
    }
  }

  /// How good the `wanted`th best of what is found is; folded when that is asked for.
  std::optional<double> reached(const Window& window, std::vector<Found> found) const {
    size_t wanted = window.first + window.most + 1, documents = 0;  // one more says that there is a next page
    if (found.size() < wanted) return std::nullopt;
    std::ranges::sort(found, std::greater<>(), &Found::score);
    if (!window.one_per_document) return found[wanted - 1].score;
    std::set<std::string> seen;
    for (const auto& one : found) {
      if (seen.insert(index.get_document(one.clause).get_value(slot::document)).second && ++documents == wanted) return one.score;
    }
    return std::nullopt;
  }

  Tier tier(const Asked& asked, const Xapian::Query& query) {
    const Window& window = asked.window;
    bool by_score = window.sort == Sort::relevance;
    Tier out;
    Chosen chosen;
    size_t scored = 0;
    // As many as the first pages need, and more only for those who page on. These stand behind, so that
    // what a page holds does not hang on how deep one looked.
    for (size_t depth : {large() ? candidates_of_large : candidates, more_candidates}) {
      choose(asked, query, depth, chosen);
      const auto& candidates = chosen.candidates;
      size_t begin = out.found.size();
      bool enough = false;
      while (scored < candidates.size() && !enough) {
        // In steps, each in the order of the index, where neighbours are read together.
        constexpr size_t step = 30;
        std::vector<uint32_t> ids;
        for (; scored < candidates.size() && ids.size() < step; ++scored) ids.push_back(candidates[scored].clause);
        std::ranges::sort(ids);
        for (uint32_t clause : ids) {
          Score score = asked.ranker.score(clause);
          if (asked.has_subjects && score.share < least_share) continue;
          double factor = window.authority ? authority_of(clause) : 1;
          out.found.push_back({clause, score.value * factor, {}});
        }
        // The rest cannot reach what is wanted: none of it was found with more than the next one.
        if (!by_score || begin > 0 || chosen.exhausted || scored == candidates.size()) continue;
        double ceiling = (candidates[scored].score + unread_share * asked.finding.unread) * (window.authority && has_authority ? most_authority : 1);
        auto least = reached(window, out.found);
        enough = least && ceiling < *least;
      }
      auto fresh = std::ranges::subrange(out.found.begin() + static_cast<std::ptrdiff_t>(begin), out.found.end());
      std::ranges::sort(fresh, [](const Found& a, const Found& b) { return a.score != b.score ? a.score > b.score : a.clause < b.clause; });
      if (chosen.exhausted || enough || (by_score && reached(window, out.found))) break;
    }
    if (window.sort == Sort::newest) {
      for (auto& one : out.found) one.begins = index.get_document(one.clause).get_value(slot::begins);
      std::ranges::sort(out.found, [](const Found& a, const Found& b) { return std::tie(b.begins, b.score, a.clause) < std::tie(a.begins, a.score, b.clause); });
    }
    const auto& candidates = chosen.candidates;
    out.total_exact = scored == candidates.size() && (chosen.exhausted || chosen.looked_at >= chosen.matching);
    double proved_share = chosen.looked_at ? static_cast<double>(candidates.size()) / static_cast<double>(chosen.looked_at) : 0;
    double kept_share = scored ? proved_share * static_cast<double>(out.found.size()) / static_cast<double>(scored) : 0;
    out.total = out.total_exact ? out.found.size() : std::max<uint64_t>(out.found.size(), static_cast<uint64_t>(kept_share * static_cast<double>(chosen.matching)));
    return out;
  }
};

Searcher::Searcher(std::filesystem::path data, store::Database& database, const text::AnalyzerModel& model, std::string analyzer_name, std::filesystem::path lexicon)
    : self_(new Private{std::move(data), database, std::move(analyzer_name), text::Analyzer(model), std::move(lexicon), {}, std::filesystem::file_time_type::min(), {}, {}, {}, {}, 0, false}) {
  refresh();
}

Searcher::~Searcher() = default;
Searcher::Searcher(Searcher&&) noexcept = default;

void Searcher::refresh() {
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
    bool changed = wanted != self_->folder;
    if (changed) self_->open(wanted);
    else if (!wanted.empty()) changed = self_->index.reopen() || self_->index.get_revision() != self_->measured;  // a search may have reopened it
    if (changed) {
      self_->measured = wanted.empty() ? 0 : self_->index.get_revision();
      self_->lengths = with_index(self_->index, [&] { return Lengths(self_->index); });
      self_->definitions = with_index(self_->index, [&] { return Definitions(self_->index); });
      self_->has_authority = std::ranges::any_of(authorities, [&](const Authority& row) { return self_->index.term_exists(term(prefix::kind, row.kind)); });
    }
  } catch (const Xapian::Error& e) {
    throw unreadable(index_name, e);
  }
}

uint64_t Searcher::size() const { return self_->index.get_doccount(); }
const Lexicon& Searcher::lexicon() const { return self_->lexicon; }
Question Searcher::question(const Query& query, const corpus::Viewer& viewer, bool synonyms) {
  return with_index(self_->index, [&] { return self_->question(query, viewer, synonyms); });
}

namespace {

/// Of the clauses themselves where all were looked at, else of what the terms find.
std::vector<Facet> facets(const Xapian::Database& index, const std::vector<Match>* all, const Xapian::ValueCountMatchSpy& spy, unsigned slot, size_t length) {
  std::map<std::string, uint64_t> counts;
  if (all) {
    for (const auto& match : *all) ++counts[index.get_document(static_cast<Xapian::docid>(match.clause_id)).get_value(slot).substr(0, length)];
    counts.erase("");
  } else {
    for (auto it = spy.values_begin(); it != spy.values_end(); ++it) counts[(*it).substr(0, length)] += it.get_termfreq();
  }
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
std::vector<Xapian::Query> tiers(const Xapian::Database& index, const Xapian::Query& query) {
  using Q = Xapian::Query;
  Q current(term(prefix::state, "current"));
  bool all_current = index.get_termfreq(term(prefix::state, "current")) == index.get_doccount();
  if (all_current) return {query};
  return {Q(Q::OP_FILTER, query, current), Q(Q::OP_AND_NOT, query, current)};
}

}  // namespace

Matches Searcher::match(const Query& query, const corpus::Viewer& viewer, const Window& window) { return match(query, viewer, window, {}); }

Matches Searcher::match(const Query& query, const corpus::Viewer& viewer, const Window& window, const std::vector<int64_t>& first) {
  if (window.most == 0 || window.most > last_listed || window.first > last_listed) {
    throw Error(ErrorKind::invalid, "表示件数または表示位置の指定が範囲外です。", "件数は1〜1000、位置は0〜1000で指定してください。");
  }
  if (query.empty() || viewer.audiences.empty() || self_->folder.empty()) return {};
  return with_index(self_->index, [&] {
    Question question = self_->question(query, viewer, window.synonyms);
    Matches out;
    out.question = question;
    Ranker ranker(self_->index, self_->lengths, question);
    for (const auto& subject : question.subjects) {
      if (!self_->stands(subject.term, viewer)) out.unknown.push_back(subject.typed);
    }
    Conditions conditions = self_->conditions(query, viewer);
    bool has_words = !question.wanted.empty();
    Finding finding = has_words ? ranker.find(self_->budget(question)) : Finding{};
    // Words that stand nowhere find nothing, unless something else is asked for as well.
    bool asks_else = !query.phrases.empty() || !query.prefixes.empty() || !query.titles.empty() || !query.clauses.empty() || !has_words;
    // What only others may see is not found at all, lest the total tell that it stands somewhere.
    bool nothing_found = finding.candidates.empty() || !self_->any_visible(finding, viewer);
    if (nothing_found) finding.candidates.clear();
    bool all_current = self_->index.get_termfreq(term(prefix::state, "current")) == self_->index.get_doccount();
    bool plain = !nothing_found && conditions.none() && all_current && !window.facets;
    Xapian::Query found = !nothing_found && !plain ? Private::as_query(finding.candidates) : asks_else ? Xapian::Query::MatchAll : Xapian::Query::MatchNothing;
    // A phrase is condition enough, as is a group of alternatives: words only order what holds it.
    bool by_itself = !query.phrases.empty() || !query.alternatives.empty();
    if (by_itself) found = Xapian::Query(Xapian::Query::OP_AND_MAYBE, Xapian::Query::MatchAll, found);
    bool by_subjects = !question.subjects.empty() && !by_itself && !nothing_found;
    Private::Spies spies;
    std::vector<Match> all;
    for (int64_t clause : first) all.push_back({clause, 0});
    double best = 0;
    for (const auto& side : tiers(self_->index, conditions.narrow(found))) {
      auto tier = self_->tier({ranker, by_subjects, conditions, window, window.facets ? &spies : nullptr, finding, plain}, side);
      out.total += tier.total;
      out.total_exact = out.total_exact && tier.total_exact;
      for (const auto& one : tier.found) {
        best = std::max(best, one.score);
        if (std::ranges::find(first, one.clause) == first.end()) all.push_back({static_cast<int64_t>(one.clause), one.score});
      }
    }
    for (size_t i = 0; i < first.size(); ++i) all[i].score = best;
    out.total = std::max<uint64_t>(out.total, all.size());
    if (window.facets) {
      const auto* listed = out.total_exact ? &all : nullptr;
      out.kinds = facets(self_->index, listed, spies.kinds, slot::kind, std::string::npos);
      out.issuers = facets(self_->index, listed, spies.issuers, slot::issuer, std::string::npos);
      out.years = facets(self_->index, listed, spies.begins, slot::begins, 4);
    }
    if (window.one_per_document) {
      all = self_->folded(all);
      out.documents = all.size();
    }
    auto begin = all.begin() + static_cast<std::ptrdiff_t>(std::min(window.first, all.size()));
    auto end = begin + static_cast<std::ptrdiff_t>(std::min(window.most, static_cast<size_t>(all.end() - begin)));
    out.matches.assign(begin, end);
    out.total_exact = out.total_exact && finding.complete;
    return out;
  });
}

Explanation Searcher::explain(const Query& query, const corpus::Viewer& viewer, const Window& window, int64_t clause_id) {
  // What a viewer may not see does not exist.
  if (self_->folder.empty() || corpus::Library(self_->database).clauses_by_id(viewer, {&clause_id, 1}).empty()) return not_indexed();
  Window all = window;
  all.first = 0;
  all.most = last_listed;
  all.one_per_document = false;
  std::vector<int64_t> first;
  if (window.sort == Sort::relevance) first = placed_first(query, viewer);
  Matches found = match(query, viewer, all, first);
  return with_index(self_->index, [&] {
    Explanation out;
    auto clause = static_cast<Xapian::docid>(clause_id);
    Question question = self_->question(query, viewer, window.synonyms);
    Ranker ranker = self_->ranker_to_show(question, viewer);
    auto at = std::ranges::find(found.matches, clause_id, &Match::clause_id);
    if (at != found.matches.end()) out.rank = static_cast<size_t>(at - found.matches.begin()) + 1;
    Score score;
    try {
      score = ranker.score(clause, &out.parts);
    } catch (const Xapian::DocNotFoundError&) {
      return not_indexed();
    }
    out.authority = window.authority ? self_->authority_of(clause) : 1;
    out.score = score.value * out.authority;
    out.share = score.share;
    out.missing = score.missing;
    out.found = out.rank.has_value();
    out.placed = std::ranges::find(first, clause_id) != first.end();
    std::ranges::stable_sort(out.parts, std::greater<>(), &Contribution::weight);
    if (out.found) return out;
    Conditions conditions = self_->conditions(query, viewer);
    if (!self_->meets(conditions, clause)) {
      auto unmet = self_->unmet(query, viewer, clause);
      out.reason = unmet.empty() ? "絞り込みの条件に当てはまりません。" : fmt::format("次の条件に当てはまりません: {}", fmt::join(unmet, "、"));
    } else if (out.parts.empty()) out.reason = "検索語がこの条項にありません。";
    else if (score.share < least_share) out.reason = "検索語のうち、この条項にある語が少なすぎます。";
    else out.reason = "より良く当てはまる条項が多く、上位に入りません。";
    return out;
  });
}

Matches Searcher::similar(int64_t clause_id, const corpus::Viewer& viewer, size_t most) {
  if (self_->folder.empty() || corpus::Library(self_->database).clauses_by_id(viewer, {&clause_id, 1}).empty()) return {};
  return with_index(self_->index, [&]() -> Matches {
    Query query;
    Question question;
    auto clause = static_cast<Xapian::docid>(clause_id);
    constexpr size_t most_words = 25;
    std::vector<std::pair<double, std::string>> words;
    double clauses = self_->index.get_doccount();
    try {
      for (auto it = self_->index.termlist_begin(clause), end = self_->index.termlist_end(clause); it != end; ++it) {
        const std::string name = *it;
        if (name[0] >= 'A' && name[0] <= 'Z') continue;  // words stand without a prefix
        Counts counts = unpacked(it.get_wdf());
        double frequency = it.get_termfreq();
        if (frequency > 1 && frequency < clauses && !self_->lexicon.says_nothing(word_of(name))) words.emplace_back(-std::log(clauses / frequency) * std::sqrt(counts.body + counts.heading), name);
      }
    } catch (const Xapian::DocNotFoundError&) {
      return {};
    }
    std::ranges::sort(words);
    if (words.size() > most_words) words.resize(most_words);
    for (const auto& [weight, name] : words) {
      question.subjects.push_back({word_of(name), word_of(name)});
      question.wanted.push_back({Field::word, {name}, 1, question.subjects.size()});
    }
    if (words.empty()) return {};
    Ranker ranker(self_->index, self_->lengths, question);
    Conditions conditions = self_->conditions(query, viewer);
    std::string own = self_->index.get_document(clause).get_value(slot::document);
    Finding finding = ranker.find(self_->budget(question));
    Xapian::Query others(Xapian::Query::OP_AND_NOT, conditions.narrow(Private::as_query(finding.candidates)),
                         Xapian::Query(Xapian::Query::OP_VALUE_RANGE, slot::document, own, own));
    Window window;
    window.most = most;
    Matches out;
    for (const auto& side : tiers(self_->index, others)) {
      if (out.matches.size() == most) break;
      auto tier = self_->tier({ranker, true, conditions, window, nullptr, finding, false}, side);
      for (const auto& one : tier.found) {
        if (out.matches.size() < most) out.matches.push_back({static_cast<int64_t>(one.clause), one.score});
      }
    }
    out.total = out.matches.size();
    return out;
  });
}

uint64_t Searcher::frequency(const std::vector<std::string>& terms, const corpus::Viewer& viewer) const {
  if (terms.empty() || viewer.audiences.empty() || self_->folder.empty()) return 0;
  return with_index(self_->index, [&]() -> uint64_t {
    std::vector<std::string> names;
    for (const auto& word : terms) names.push_back(term("", word));
    Query query;
    Conditions conditions = self_->conditions(query, viewer);
    Xapian::Enquire enquire(self_->index);
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    enquire.set_query(conditions.narrow(Xapian::Query(Xapian::Query::OP_AND, names.begin(), names.end())));
    return uint64_t{enquire.get_mset(0, 0, self_->index.get_doccount()).get_matches_estimated()};
  });
}

std::vector<int64_t> Searcher::placed_first(const Query& query, const corpus::Viewer& viewer) {
  corpus::Library library(self_->database);
  std::vector<int64_t> first;
  // A citation that names a clause leads to it, whatever else its words match; so does a pin.
  if (query.words.find("条") != query.words.npos) {
    if (auto named = library.resolve(viewer, query.words)) first.push_back(*named);
  }
  for (const auto& address : self_->lexicon.pinned(query.typed)) {
    size_t edition = address.find('/'), path = address.find('/', edition + 1);
    if (path == address.npos) continue;
    auto pinned = library.clause(viewer, address.substr(0, edition), address.substr(edition + 1, path - edition - 1), address.substr(path + 1));
    if (pinned && std::ranges::find(first, pinned->id) == first.end()) first.push_back(pinned->id);
  }
  if (first.empty() || self_->folder.empty()) return {};
  return with_index(self_->index, [&] {
    Conditions conditions = self_->conditions(query, viewer);
    std::vector<int64_t> out;
    std::ranges::copy_if(first, std::back_inserter(out), [&](int64_t id) { return self_->meets(conditions, static_cast<uint32_t>(id)); });
    return out;
  });
}

Results Searcher::search(const Query& query, const corpus::Viewer& viewer, const Window& window) {
  Results results;
  std::vector<int64_t> first;
  if (window.sort == Sort::relevance) first = placed_first(query, viewer);
  results.found = match(query, viewer, window, first);
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
