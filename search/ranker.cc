#include "search/ranker.h"

#include <xapian.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <utility>

#include "search/index_format.h"
#include "search/sight.h"

namespace shirube::search {

namespace {

SHIRUBE_CONSTANT double shortest = tuned("length.shortest", 0.5);  ///< a clause shorter than half the average is not favoured further

/// Robertson and Sparck Jones' weight without relevance information, kept above zero.
double idf(double clauses, double frequency) { return std::log(1 + (clauses - frequency + 0.5) / (frequency + 0.5)); }

}  // namespace

Lengths::Lengths(const Xapian::Database& index) {
  std::array<double, measured> sums{};
  std::vector<OfClause> lengths;
  if (index.get_doccount() > 0) {
    lengths.resize(size_t{index.get_lastdocid()} + 1);
    for (auto it = index.valuestream_begin(slot::lengths), end = index.valuestream_end(slot::lengths); it != end; ++it) {
      const std::string value = *it;
      for (size_t i = 0; i < std::min(measured, value.size()); ++i) {
        auto length = static_cast<uint8_t>(value[i]);
        lengths[it.get_docid()][i] = length;
        sums[i] += long_length(length);
      }
    }
  }
  lengths_ = std::make_shared<const std::vector<OfClause>>(std::move(lengths));
  first_ = lengths_->data();
  size_ = lengths_->size();
  set_penalties(sums, index.get_doccount());
}

Lengths Lengths::among(const std::function<bool(uint32_t clause)>& sees, uint64_t clauses) const {
  std::array<double, 256> lengths{};
  for (size_t length = 0; length < lengths.size(); ++length) lengths[length] = long_length(static_cast<uint8_t>(length));
  std::array<double, measured> sums{};
  for (uint32_t clause = 0; clause < size_; ++clause) {
    if (!sees(clause)) continue;
    for (size_t i = 0; i < measured; ++i) sums[i] += lengths[first_[clause][i]];
  }
  Lengths out = *this;
  out.set_penalties(sums, clauses);
  return out;
}

void Lengths::set_penalties(const std::array<double, measured>& sums, uint64_t clauses) {
  for (size_t i = 0; i < measured; ++i) {
    const FieldWeight& field = fields[i];
    double mean = clauses > 0 ? sums[i] / static_cast<double>(clauses) : 0;
    for (size_t length = 0; length < penalties_[i].size(); ++length) {
      double relative = mean > 0 ? long_length(static_cast<uint8_t>(length)) / mean : 1;
      penalties_[i][length] = static_cast<float>(field.k1 * (1 - field.b + field.b * std::max(shortest, relative)));
    }
  }
}

float Lengths::penalty(uint32_t clause, Field field) const {
  auto i = static_cast<size_t>(field);
  if (i >= measured || clause >= size_) return static_cast<float>(of(field).k1);
  return penalties_[i][first_[clause][i]];
}

struct Ranker::Private {
  struct Term {
    std::string name;
    double idf = 0;
    uint64_t frequency = 0;
  };
  struct Want {
    const Wanted* wanted;
    std::vector<size_t> terms;  ///< of `terms`
    bool holds(uint32_t clause) const {
      const auto& ranges = wanted->within;
      return ranges.empty() || std::ranges::any_of(ranges, [&](const ClauseRange& range) { return clause >= range.first && clause <= range.last; });
    }
  };

  const Xapian::Database& index;
  const Sight& sight;
  const Lengths& lengths;
  Question question;
  std::vector<Term> terms;  ///< in byte order, as a clause's own list is
  std::vector<Want> wants;
  std::vector<double> subject_weights;  ///< by subject
  std::vector<bool> holds_all;          ///< of a question that wants all: by the set of subjects that a clause speaks of
  double all_subjects = 0;

  Private(const Xapian::Database& database, const Sight& seen, const Question& asked) : index(database), sight(seen), lengths(seen.lengths()), question(asked) {
    for (const auto& wanted : question.wanted) {
      for (const auto& name : wanted.terms) terms.push_back({name});
    }
    std::ranges::sort(terms, {}, &Term::name);
    terms.erase(std::unique(terms.begin(), terms.end(), [](const Term& a, const Term& b) { return a.name == b.name; }), terms.end());
    for (auto& one : terms) {
      one.frequency = sight.frequency(one.name);
      one.idf = idf(static_cast<double>(sight.count()), static_cast<double>(one.frequency));
    }
    subject_weights.resize(question.subjects.size() + 1);
    for (const auto& wanted : question.wanted) {
      Want want{&wanted, {}};
      for (const auto& name : wanted.terms) want.terms.push_back(static_cast<size_t>(std::ranges::lower_bound(terms, name, {}, &Term::name) - terms.begin()));
      if (wanted.subject && wanted.field == Field::word && subject_weights[wanted.subject] == 0) subject_weights[wanted.subject] = terms[want.terms[0]].idf;
      wants.push_back(std::move(want));
    }
    for (double weight : subject_weights) all_subjects += weight;
    if (question.wants_all) count_pieces();
  }

  /// Subject n is bit n - 1 of a set.
  static uint16_t bit(size_t subject) { return subject ? static_cast<uint16_t>(1u << (subject - 1)) : uint16_t{0}; }
  static uint16_t subjects_of(const Wanted& wanted) {
    uint16_t set = bit(wanted.subject);
    for (size_t other : wanted.others) set |= bit(other);
    return set;
  }

  /// By numbers of words: what a piece asks for does not hang on how rare they are.
  void count_pieces() {
    size_t pieces = 0;
    for (const auto& subject : question.subjects) pieces = std::max(pieces, subject.piece);
    auto held = [&](size_t set) {
      std::vector<size_t> counts(pieces + 1);
      for (size_t i = 0; i < question.subjects.size(); ++i) {
        if (question.subjects[i].said && (set >> i & 1)) ++counts[question.subjects[i].piece];
      }
      return counts;
    };
    size_t sets = size_t{1} << question.subjects.size();
    auto wanted = held(sets - 1);
    for (size_t set = 0; set < sets; ++set) {
      auto counts = held(set);
      bool all = true;
      for (size_t piece = 1; piece <= pieces; ++piece) all = all && (wanted[piece] == 0 || counts[piece] * 2 > wanted[piece]);
      holds_all.push_back(all);
    }
  }

  bool possible(const Want& want) const {
    return std::ranges::all_of(want.terms, [&](size_t i) { return terms[i].frequency > 0; });
  }
  /// What a wanted thing adds to a score where it stands once in a text of mean length.
  double promise(const Want& want) const {
    double sum = 0;
    for (size_t i : want.terms) sum += terms[i].idf;
    return of(want.wanted->field).weight * want.wanted->weight * sum / static_cast<double>(want.terms.size());
  }
  /// The most that it can add, however often it stands in a clause.
  double ceiling(const Want& want) const {
    Field field = want.wanted->field;
    double most = of(field).k1 + 1;
    if (field == Field::word) most += of(Field::heading).weight / of(Field::word).weight * (of(Field::heading).k1 + 1);
    return most * promise(want);
  }
  /// BM25 of one field for a term that stands `count` times in it.
  float saturated(uint32_t clause, unsigned count, Field field) const {
    if (count == 0) return 0;
    auto times = static_cast<float>(count), k1 = static_cast<float>(of(field).k1);
    return static_cast<float>(of(field).weight) * times * (k1 + 1) / (times + lengths.penalty(clause, field));
  }
  /// The same for what a posting counts; a word's posting counts two fields.
  float weigh(uint32_t clause, unsigned count, Field field) const {
    if (field != Field::word) return saturated(clause, count, field);
    Counts counts = unpacked(count);
    return saturated(clause, counts.body, Field::word) + saturated(clause, counts.heading, Field::heading);
  }
};

Ranker::Ranker(const Xapian::Database& index, const Sight& sight, const Question& question) : self_(std::make_unique<Private>(index, sight, question)) {}
Ranker::~Ranker() = default;

namespace {

/// Adds up scores by clause: into one array, which is cheaper than a merge of lists as long as these are
/// read whole. The array is kept by its thread, since to have it from the system each time costs as
/// much as a list; all of it is zero between two uses.
class Sums {
 public:
  explicit Sums(size_t clauses) {
    if (kept_.size() < clauses) kept_.resize(clauses);
  }
  ~Sums() {
    for (uint32_t clause : touched_) kept_[clause] = {};  // when the index changed under the reading
  }
  Sums(const Sums&) = delete;
  Sums& operator=(const Sums&) = delete;

  /// Has the processor fetch what add() will need.
  static void prefetch(uint32_t clause) { __builtin_prefetch(&kept_[clause], 1); }
  void add(uint32_t clause, float weight, uint16_t subjects) {
    Kept& kept = kept_[clause];
    if (kept.sum == 0) touched_.push_back(clause);
    kept.sum += weight;
    kept.spoken |= subjects;
  }
  size_t size() const { return touched_.size(); }
  /// Gives each clause that something was added to, with the sum and the set of subjects, and begins anew.
  template <typename Take>
  void drain(Take take) {
    constexpr size_t ahead = 16;
    for (size_t i = 0; i < touched_.size(); ++i) {
      if (i + ahead < touched_.size()) prefetch(touched_[i + ahead]);
      Kept kept = std::exchange(kept_[touched_[i]], {});
      take(touched_[i], kept.sum, kept.spoken);
    }
    touched_.clear();
  }

 private:
  struct Kept {
    float sum = 0;
    uint16_t spoken = 0;  ///< set of subjects
  };
  static thread_local std::vector<Kept> kept_;
  std::vector<uint32_t> touched_;
};

thread_local std::vector<Sums::Kept> Sums::kept_;

}  // namespace

Finding Ranker::find(uint64_t most_postings) const {
  const Xapian::Database& index = self_->index;
  std::vector<const Private::Want*> order;
  for (const auto& want : self_->wants) {
    if (self_->possible(want)) order.push_back(&want);
  }
  std::ranges::stable_sort(order, std::greater<>(), [&](const Private::Want* want) { return self_->promise(*want); });
  Finding out;
  bool wants_all = self_->question.wants_all;
  Sums sums(index.get_doccount() ? size_t{index.get_lastdocid()} + 1 : 0);
  uint64_t postings = 0;
  uint16_t unread = 0;  // subjects that a clause may speak of although nothing says so
  for (const auto* want : order) {
    std::vector<const Private::Term*> terms;
    for (size_t i : want->terms) terms.push_back(&self_->terms[i]);
    std::ranges::sort(terms, {}, &Private::Term::frequency);
    uint64_t entries = terms[0]->frequency;
    if (const auto& ranges = want->wanted->within; !ranges.empty()) {
      uint64_t most = 0;
      for (const auto& range : ranges) most += self_->sight.count(range.first, range.last);
      entries = std::min(entries, most);
    }
    if (postings > 0 && postings + entries > most_postings) {
      out.complete = false;
      if (wants_all) unread |= Private::subjects_of(*want->wanted);
      out.unread += self_->ceiling(*want);
      continue;
    }
    postings += entries;
    Field field = want->wanted->field;
    uint16_t subjects = wants_all ? Private::subjects_of(*want->wanted) : uint16_t{0};
    double factor = want->wanted->weight / static_cast<double>(terms.size());
    std::vector<Xapian::PostingIterator> others;
    for (size_t i = 1; i < terms.size(); ++i) others.push_back(index.postlist_begin(terms[i]->name));
    // Read in blocks, so that the processor fetches what the sums need of many clauses at a time.
    struct Posting {
      uint32_t clause;
      unsigned count;
    };
    std::array<Posting, 256> block;
    auto once = static_cast<float>(factor * terms[0]->idf);
    const Sight* partial = self_->sight.all() ? nullptr : &self_->sight;
    auto it = index.postlist_begin(terms[0]->name);
    auto range = want->wanted->within.begin();
    for (const auto end = index.postlist_end(terms[0]->name); it != end;) {
      size_t filled = 0;
      for (; filled < block.size() && it != end; ++it) {
        if (!want->wanted->within.empty()) {
          while (range != want->wanted->within.end() && range->last < *it) ++range;
          if (range == want->wanted->within.end()) it = end;
          else if (*it < range->first) it.skip_to(range->first);
          if (it == end) break;
          if (!want->holds(*it)) continue;
        }
        if (partial && !partial->sees(*it)) continue;
        block[filled] = {*it, it.get_wdf()};
        Sums::prefetch(block[filled].clause);
        self_->lengths.prefetch(block[filled].clause);
        ++filled;
      }
      for (const auto& [clause, count] : std::span(block).first(filled)) {
        float weight = once * self_->weigh(clause, count, field);
        bool all = true;
        for (size_t i = 0; i < others.size() && all; ++i) {
          if (others[i] != Xapian::PostingIterator()) others[i].skip_to(clause);
          all = others[i] != Xapian::PostingIterator() && *others[i] == clause;
          if (all) weight += static_cast<float>(factor * terms[i + 1]->idf) * self_->weigh(clause, others[i].get_wdf(), field);
        }
        if (all) sums.add(clause, weight, subjects);
      }
    }
  }
  out.candidates.reserve(sums.size());
  sums.drain([&](uint32_t clause, float sum, uint16_t spoken) {
    out.candidates.push_back({clause, sum});
    if (wants_all && self_->holds_all[spoken | unread]) out.holding_all.push_back({clause, sum});
  });
  return out;
}

Score Ranker::score(uint32_t clause, std::vector<Contribution>* parts) const {
  const auto& terms = self_->terms;
  std::vector<unsigned> counts(terms.size());
  Score out;
  auto it = self_->index.termlist_begin(clause), end = self_->index.termlist_end(clause);
  for (size_t i = 0; i < terms.size(); ++i) {
    if (terms[i].frequency == 0) continue;
    it.skip_to(terms[i].name);
    if (it == end) break;
    if (*it == terms[i].name) counts[i] = it.get_wdf();
  }
  std::vector<bool> spoken(self_->subject_weights.size());
  uint16_t said = 0;  // as a set, of a question that wants all
  for (const auto& want : self_->wants) {
    if (!want.holds(clause) || std::ranges::any_of(want.terms, [&](size_t i) { return counts[i] == 0; })) continue;
    Field field = want.wanted->field;
    double share = want.wanted->weight / static_cast<double>(want.terms.size());
    spoken[want.wanted->subject] = true;
    if (self_->question.wants_all) said |= Private::subjects_of(*want.wanted);
    std::string names;
    double by_body = 0, by_heading = 0;
    for (size_t i : want.terms) {
      double factor = share * terms[i].idf;
      Counts count = field == Field::word ? unpacked(counts[i]) : Counts{counts[i], 0};
      by_body += factor * self_->saturated(clause, count.body, field);
      by_heading += factor * self_->saturated(clause, count.heading, Field::heading);
      if (parts) names += (names.empty() ? "" : " ") + word_of(terms[i].name);
    }
    out.value += by_body + by_heading;
    if (parts && by_body > 0) parts->push_back({field, names, by_body});
    if (parts && by_heading > 0) parts->push_back({Field::heading, names, by_heading});
  }
  for (size_t i = 1; i < spoken.size(); ++i) {
    if (spoken[i]) out.share += self_->subject_weights[i];
    else if (parts) out.missing.push_back(self_->question.subjects[i - 1].typed);
  }
  if (self_->question.wants_all) out.holds_all = self_->holds_all[said];
  out.share = self_->all_subjects > 0 ? out.share / self_->all_subjects : 1;
  return out;
}

}  // namespace shirube::search
