#include "search/listing.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "store/database.h"

namespace shirube::search {

namespace {

/// So many candidates are given their full score for the first pages; more only for those who page on.
constexpr size_t candidates_of_small = 300, candidates_beyond = 1000;
SHIRUBE_CONSTANT size_t candidates_of_large = static_cast<size_t>(tuned("candidates.large", 200));
/// Of what the unread lists could add at most, a clause that was found lower is granted so much: the
/// better ones have words of these lists as well.
SHIRUBE_CONSTANT double unread_share = tuned("share.unread", 0.6);
/// Where the text must prove a condition, so many are read for one answer.
constexpr size_t most_read = 5000;

bool is_better(const Listed& a, const Listed& b) { return a.score != b.score ? a.score > b.score : a.clause < b.clause; }

/// The clauses to be given their full score, those that were found with most first.
struct Chosen {
  std::vector<Candidate> candidates;
  uint64_t looked_at = 0, matching = 0;
  bool exhausted = false;  ///< there are no more
};

class Lister {
 public:
  Lister(const OpenIndex& index, store::Database& database, const Asked& asked, const Xapian::Query& query)
      : index_(index), database_(database), asked_(asked), query_(query), by_score_(asked.window.sort == Sort::relevance) {}

  List list() {
    if (asked_.tally && asked_.unconditioned) {
      for (const auto& one : asked_.candidates) asked_.tally->add(one.clause);
    }
    // What a second, deeper look adds stands behind: what a page holds does not hang on how far one paged.
    for (size_t depth : {asked_.conditions.sight().large() ? candidates_of_large : candidates_of_small, candidates_beyond}) {
      choose(depth);
      size_t begin = listed_.size();
      bool enough = score_chosen(begin);
      std::sort(listed_.begin() + static_cast<std::ptrdiff_t>(begin), listed_.end(), is_better);
      if (chosen_.exhausted || enough || (by_score_ && last_wanted())) break;
    }
    List out;
    size_t chosen = chosen_.candidates.size();
    out.total_exact = scored_ == chosen && (chosen_.exhausted || chosen_.looked_at >= chosen_.matching) && !asked_.conditions.passed_over();
    double proved_share = chosen_.looked_at ? static_cast<double>(chosen) / static_cast<double>(chosen_.looked_at) : 0;
    double kept_share = scored_ ? proved_share * static_cast<double>(listed_.size()) / static_cast<double>(scored_) : 0;
    out.total = listed_.size();
    if (!out.total_exact) out.total = std::max(out.total, static_cast<uint64_t>(kept_share * static_cast<double>(chosen_.matching)));
    if (asked_.window.sort == Sort::newest) sort_by_day();
    if (asked_.window.sort == Sort::added) std::ranges::sort(listed_, std::greater<>(), &Listed::clause);
    out.clauses = std::move(listed_);
    return out;
  }

 private:
  /// Goes on until `wanted` are chosen.
  void choose(size_t wanted) {
    if (asked_.unconditioned) {
      chosen_.candidates.resize(std::min(wanted, asked_.candidates.size()));
      std::ranges::partial_sort_copy(asked_.candidates, chosen_.candidates,
                                     [](const Candidate& a, const Candidate& b) { return a.score != b.score ? a.score > b.score : a.clause < b.clause; });
      chosen_.looked_at = chosen_.candidates.size();
      chosen_.matching = asked_.candidates.size();
      chosen_.exhausted = chosen_.matching <= wanted;
      return;
    }
    bool to_prove = asked_.conditions.to_prove();
    while (chosen_.candidates.size() < wanted && chosen_.looked_at < most_read && !chosen_.exhausted) {
      // What must be proved is read much at a time: who knows how little of it holds.
      size_t step = to_prove && chosen_.looked_at > 0 ? most_read - chosen_.looked_at : wanted - chosen_.candidates.size();
      Xapian::MSet mset = best_of(index_, asked_.conditions.sight(), query_, chosen_.looked_at, step, chosen_.looked_at == 0 ? asked_.tally : nullptr);
      std::vector<Candidate> read;
      std::vector<uint32_t> ids;
      for (auto it = mset.begin(); it != mset.end(); ++it) {
        read.push_back({*it, static_cast<float>(it.get_weight())});
        ids.push_back(*it);
      }
      chosen_.looked_at += ids.size();
      chosen_.matching = mset.get_matches_estimated();
      chosen_.exhausted = mset.size() < step;
      if (to_prove) {
        ids = database_.read([&](SQLite::Database& db) { return asked_.conditions.proved(db, ids); });
        std::ranges::sort(ids);
        std::erase_if(read, [&](const Candidate& one) { return !std::ranges::binary_search(ids, one.clause); });
      }
      chosen_.candidates.insert(chosen_.candidates.end(), read.begin(), read.end());
    }
  }

  /// Scores what is chosen and not scored yet. True when the rest cannot reach what is wanted.
  bool score_chosen(size_t begin) {
    const auto& candidates = chosen_.candidates;
    while (scored_ < candidates.size()) {
      // In steps, each in the order of the index, where neighbours are read together.
      constexpr size_t step = 30;
      std::vector<uint32_t> ids;
      for (; scored_ < candidates.size() && ids.size() < step; ++scored_) ids.push_back(candidates[scored_].clause);
      std::ranges::sort(ids);
      for (uint32_t clause : ids) {
        Score score = asked_.ranker.score(clause);
        if ((asked_.by_subjects && score.share < least_share) || (asked_.holds_all && !score.holds_all)) continue;
        listed_.push_back({clause, score.value * (asked_.window.authority ? index_.authority_of(clause) : 1)});
      }
      if (!by_score_ || begin > 0 || chosen_.exhausted || scored_ == candidates.size()) continue;
      // None of the rest was found with more than the next one.
      double ceiling = (candidates[scored_].score + unread_share * asked_.finding.unread) * (asked_.window.authority ? index_.most_authority() : 1);
      auto least = last_wanted();
      if (least && ceiling < *least) return true;
    }
    return false;
  }

  /// How good the last one is that the page wants; folded when that is asked for.
  std::optional<double> last_wanted() const {
    size_t wanted = asked_.window.first + asked_.window.most + 1, documents = 0;  // one more says that there is a next page
    if (listed_.size() < wanted) return std::nullopt;
    auto found = listed_;
    std::ranges::sort(found, std::greater<>(), &Listed::score);
    if (!asked_.window.one_per_document) return found[wanted - 1].score;
    std::unordered_set<uint32_t> seen;
    for (const auto& one : found) {
      if (seen.insert(index_.document_of(one.clause)).second && ++documents == wanted) return one.score;
    }
    return std::nullopt;
  }

  void sort_by_day() {
    std::vector<std::pair<std::string, Listed>> dated;
    for (const auto& one : listed_) dated.emplace_back(index_.value(one.clause, slot::begins), one);
    std::ranges::sort(dated, [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : is_better(a.second, b.second); });
    for (size_t i = 0; i < dated.size(); ++i) listed_[i] = dated[i].second;
  }

  const OpenIndex& index_;
  store::Database& database_;
  const Asked& asked_;
  const Xapian::Query& query_;
  bool by_score_;
  Chosen chosen_;
  std::vector<Listed> listed_;
  size_t scored_ = 0;  ///< of what is chosen
};

}  // namespace

Xapian::Query as_query(const std::vector<Candidate>& found) {
  std::vector<GivenPostings::Posting> postings;
  postings.reserve(found.size());
  for (const auto& one : found) postings.push_back({one.clause, one.score});
  std::ranges::sort(postings, {}, &GivenPostings::Posting::number);
  return GivenPostings::query(std::move(postings));
}

Xapian::MSet best_of(const OpenIndex& index, const Sight& sight, const Xapian::Query& query, size_t first, size_t most, Tally* tally) {
  Xapian::Enquire enquire(index.db);
  enquire.set_query(query);
  if (tally) enquire.add_matchspy(tally);
  // An estimate would be made of figures of all clauses.
  bool count_all = tally || !sight.large() || !sight.all();
  return enquire.get_mset(static_cast<Xapian::doccount>(first), static_cast<Xapian::doccount>(most), count_all ? index.db.get_doccount() : 0);
}

List list(const OpenIndex& index, store::Database& database, const Asked& asked, const Xapian::Query& query) { return Lister(index, database, asked, query).list(); }

}  // namespace shirube::search
