#include "search/ranker.h"

#include <xapian.h>

#include <algorithm>
#include <cmath>

#include "search/index_format.h"

namespace shirube::search {

namespace {

constexpr double shortest = 0.5;  ///< a clause shorter than half the average is not favoured further

/// Robertson and Sparck Jones' weight without relevance information, kept above zero.
double idf(double clauses, double frequency) { return std::log(1 + (clauses - frequency + 0.5) / (frequency + 0.5)); }

double saturated(double count, double length, const FieldWeight& field) {
  return count * (field.k1 + 1) / (count + field.k1 * (1 - field.b + field.b * std::max(shortest, length)));
}

}  // namespace

Lengths::Lengths(const Xapian::Database& index) {
  if (index.get_doccount() == 0) return;
  lengths_.resize(size_t{index.get_lastdocid()} + 1);
  for (auto it = index.valuestream_begin(slot::lengths), end = index.valuestream_end(slot::lengths); it != end; ++it) {
    const std::string value = *it;
    auto& lengths = lengths_[it.get_docid()];
    for (size_t i = 0; i < measured && 2 * i + 1 < value.size(); ++i) {
      lengths[i] = static_cast<uint16_t>((static_cast<unsigned char>(value[2 * i]) << 8) | static_cast<unsigned char>(value[2 * i + 1]));
      per_mean_[i] += lengths[i];
    }
  }
  for (double& mean : per_mean_) mean = mean > 0 ? index.get_doccount() / mean : 0;
}

double Lengths::of(uint32_t clause, Field field) const {
  auto i = static_cast<size_t>(field);
  return i < measured && clause < lengths_.size() && per_mean_[i] > 0 ? lengths_[clause][i] * per_mean_[i] : 1;
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
  };

  const Xapian::Database& index;
  const Lengths& lengths;
  Question question;
  std::vector<Term> terms;  ///< in byte order, as a clause's own list is
  std::vector<Want> wants;
  std::vector<double> subject_weights;  ///< by subject
  double all_subjects = 0;

  Private(const Xapian::Database& database, const Lengths& lengths_of_index, const Question& asked)
      : index(database), lengths(lengths_of_index), question(asked) {
    for (const auto& wanted : question.wanted) {
      for (const auto& name : wanted.terms) terms.push_back({name});
    }
    std::ranges::sort(terms, {}, &Term::name);
    terms.erase(std::unique(terms.begin(), terms.end(), [](const Term& a, const Term& b) { return a.name == b.name; }), terms.end());
    double clauses = index.get_doccount();
    for (auto& one : terms) {
      one.frequency = index.get_termfreq(one.name);
      one.idf = idf(clauses, static_cast<double>(one.frequency));
    }
    subject_weights.resize(question.subjects.size() + 1);
    for (const auto& wanted : question.wanted) {
      Want want{&wanted, {}};
      for (const auto& name : wanted.terms) want.terms.push_back(static_cast<size_t>(std::ranges::lower_bound(terms, name, {}, &Term::name) - terms.begin()));
      if (wanted.subject && wanted.field == Field::word && subject_weights[wanted.subject] == 0) subject_weights[wanted.subject] = terms[want.terms[0]].idf;
      wants.push_back(std::move(want));
    }
    for (double weight : subject_weights) all_subjects += weight;
  }

  bool possible(const Want& want) const {
    return std::ranges::all_of(want.terms, [&](size_t i) { return terms[i].frequency > 0; });
  }
  /// The most that a wanted thing can add to a score, but for repetition.
  double promise(const Want& want) const {
    double sum = 0;
    for (size_t i : want.terms) sum += terms[i].idf;
    return of(want.wanted->field).weight * want.wanted->weight * sum / static_cast<double>(want.terms.size());
  }
};

Ranker::Ranker(const Xapian::Database& index, const Lengths& lengths, const Question& question) : self_(std::make_unique<Private>(index, lengths, question)) {}
Ranker::~Ranker() = default;

Finding Ranker::find(uint64_t most_postings) const {
  std::vector<const Private::Want*> order;
  for (const auto& want : self_->wants) {
    if (self_->possible(want)) order.push_back(&want);
  }
  std::ranges::stable_sort(order, std::greater<>(), [&](const Private::Want* want) { return self_->promise(*want); });
  // Term by term into one array: cheaper than a merge of the lists as long as they are read whole. The
  // array is kept by its thread, since to have it from the system each time costs as much as a list;
  // all of it is zero between two calls.
  static thread_local std::vector<float> scores;
  size_t wanted = self_->index.get_doccount() ? size_t{self_->index.get_lastdocid()} + 1 : 0;
  if (scores.size() < wanted) scores.resize(wanted);
  std::vector<uint32_t> touched;
  struct Reset {
    const std::vector<uint32_t>& touched;
    ~Reset() {
      for (uint32_t clause : touched) scores[clause] = 0;
    }
  } reset{touched};  // also when the index changes under the reading
  Finding out;
  uint64_t postings = 0;
  size_t taken = 0;
  for (const auto* want : order) {
    std::vector<const Private::Term*> terms;
    for (size_t i : want->terms) terms.push_back(&self_->terms[i]);
    std::ranges::sort(terms, {}, &Private::Term::frequency);
    if (taken > 0 && postings + terms[0]->frequency > most_postings) {
      out.complete = false;
      continue;
    }
    postings += terms[0]->frequency;
    ++taken;
    const FieldWeight& field = of(want->wanted->field);
    double factor = field.weight * want->wanted->weight / static_cast<double>(terms.size());
    std::vector<Xapian::PostingIterator> others;
    for (size_t i = 1; i < terms.size(); ++i) others.push_back(self_->index.postlist_begin(terms[i]->name));
    for (auto it = self_->index.postlist_begin(terms[0]->name), end = self_->index.postlist_end(terms[0]->name); it != end; ++it) {
      Xapian::docid clause = *it;
      double length = self_->lengths.of(clause, field.field), sum = terms[0]->idf * saturated(it.get_wdf(), length, field);
      bool all = true;
      for (size_t i = 0; i < others.size() && all; ++i) {
        if (others[i] != Xapian::PostingIterator()) others[i].skip_to(clause);
        all = others[i] != Xapian::PostingIterator() && *others[i] == clause;
        if (all) sum += terms[i + 1]->idf * saturated(others[i].get_wdf(), length, field);
      }
      if (!all) continue;
      if (scores[clause] == 0) touched.push_back(clause);
      scores[clause] += static_cast<float>(factor * sum);
    }
  }
  out.candidates.reserve(touched.size());
  for (uint32_t clause : touched) out.candidates.push_back({clause, scores[clause]});
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
  for (const auto& want : self_->wants) {
    if (std::ranges::any_of(want.terms, [&](size_t i) { return counts[i] == 0; })) continue;
    const FieldWeight& field = of(want.wanted->field);
    double sum = 0;
    for (size_t i : want.terms) sum += terms[i].idf * saturated(counts[i], self_->lengths.of(clause, field.field), field);
    double value = field.weight * want.wanted->weight * sum / static_cast<double>(want.terms.size());
    out.value += value;
    spoken[want.wanted->subject] = true;
    if (!parts) continue;
    std::string said;
    for (size_t i : want.terms) said += (said.empty() ? "" : " ") + word_of(terms[i].name);
    parts->push_back({field.field, said, value});
  }
  for (size_t i = 1; i < spoken.size(); ++i) {
    if (spoken[i]) out.share += self_->subject_weights[i];
    else if (parts) out.missing.push_back(self_->question.subjects[i - 1]);
  }
  out.share = self_->all_subjects > 0 ? out.share / self_->all_subjects : 1;
  return out;
}

}  // namespace shirube::search
