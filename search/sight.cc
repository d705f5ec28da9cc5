#include "search/sight.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "search/index_format.h"

namespace shirube::search {

namespace {

/// Below it nothing is left out.
constexpr uint64_t few_clauses = 50'000;
/// The terms of so many clauses are read one by one.
constexpr uint64_t few_seen = 2'000;
/// So many hidden clauses are kept by number.
constexpr size_t few_hidden = 20'000;
/// To skip to a clause in a list costs as much as to read so many entries.
constexpr uint64_t skip_cost = 16;
constexpr size_t most_frequencies = 50'000;  ///< some megabytes

/// What is seen, as a source of postings.
class SeenPostings : public Xapian::PostingSource {
 public:
  SeenPostings(std::shared_ptr<const std::vector<uint64_t>> bits, uint64_t count) : bits_(std::move(bits)), count_(static_cast<Xapian::doccount>(count)) {}

  void init(const Xapian::Database&) override {
    at_ = 0;
    set_maxweight(0);
  }
  Xapian::doccount get_termfreq_min() const override { return count_; }
  Xapian::doccount get_termfreq_est() const override { return count_; }
  Xapian::doccount get_termfreq_max() const override { return count_; }
  void next(double) override { find(at_ + 1); }
  void skip_to(Xapian::docid wanted, double) override {
    if (wanted > at_) find(wanted);
  }
  bool at_end() const override { return at_ / 64 >= bits_->size(); }
  Xapian::docid get_docid() const override { return static_cast<Xapian::docid>(at_); }
  Xapian::PostingSource* clone() const override { return new SeenPostings(bits_, count_); }
  std::string get_description() const override { return "SeenPostings"; }

 private:
  void find(uint64_t from) {
    for (at_ = from; at_ / 64 < bits_->size(); at_ = (at_ / 64 + 1) * 64) {
      if (uint64_t rest = (*bits_)[at_ / 64] >> (at_ % 64)) {
        at_ += static_cast<unsigned>(std::countr_zero(rest));
        return;
      }
    }
  }

  std::shared_ptr<const std::vector<uint64_t>> bits_;
  Xapian::doccount count_;
  uint64_t at_ = 0;
};

}  // namespace

Sight::Sight(const Xapian::Database& index, const Lengths& lengths) : index_(index), lengths_(lengths), count_(index.get_doccount()) {
  all_current_ = index_.get_termfreq(term(prefix::state, "current")) == count_;
}

Sight::Sight(const Xapian::Database& index, const Lengths& lengths, Bits bits) : index_(index), bits_(std::make_shared<const Bits>(std::move(bits))) {
  for (uint64_t word : *bits_) count_ += static_cast<unsigned>(std::popcount(word));
  lengths_ = lengths.among([&](uint32_t clause) { return sees(clause); }, count_);
  all_current_ = frequency(term(prefix::state, "current")) == count_;
  if (index.get_doccount() - count_ > few_hidden) return;
  for (auto it = index_.postlist_begin(""), end = index_.postlist_end(""); it != end; ++it) {
    if (!sees(*it)) hidden_.push_back(*it);
  }
}

bool Sight::large() const { return count_ > few_clauses; }

uint64_t Sight::count(uint32_t first, uint32_t last) const {
  if (all()) return uint64_t{last} - first + 1;
  uint64_t out = 0;
  for (uint64_t clause = first; clause <= last; ++clause) out += sees(static_cast<uint32_t>(clause));
  return out;
}

uint64_t Sight::frequency(const std::string& term) const {
  if (all()) return index_.get_termfreq(term);
  if (frequencies_.size() >= most_frequencies) frequencies_.clear();
  auto [known, fresh] = frequencies_.try_emplace(term, 0);
  if (fresh) {
    try {
      known->second = count_frequency(term);
    } catch (...) {
      frequencies_.erase(known);
      throw;
    }
  }
  return known->second;
}

uint64_t Sight::count_frequency(const std::string& term) const {
  uint64_t entries = index_.get_termfreq(term), found = 0;
  auto it = index_.postlist_begin(term), end = index_.postlist_end(term);
  bool know_hidden = !hidden_.empty() && hidden_.size() * skip_cost < entries;
  if (!know_hidden) {
    for (; it != end; ++it) found += sees(*it);
    return found;
  }
  for (Xapian::docid clause : hidden_) {
    it.skip_to(clause);
    if (it == end) break;
    found += *it == clause;
  }
  return entries - found;
}

std::vector<int64_t> Sight::holding(const std::string& term, size_t most) const {
  std::vector<int64_t> out;
  for (auto it = index_.postlist_begin(term), end = index_.postlist_end(term); it != end && out.size() < most; ++it) {
    if (sees(*it)) out.push_back(*it);
  }
  return out;
}

std::vector<int64_t> Sight::holding(const Xapian::Query& query, size_t most) const {
  std::vector<int64_t> out;
  Xapian::Enquire enquire(index_);
  enquire.set_weighting_scheme(Xapian::BoolWeight());
  enquire.set_query(narrow(query));
  Xapian::MSet found = enquire.get_mset(0, static_cast<Xapian::doccount>(most));
  for (auto it = found.begin(); it != found.end(); ++it) out.push_back(*it);
  return out;
}

std::vector<std::string> Sight::beginning_with(const std::string& beginning, size_t most) const {
  if (!all() && count_ <= few_seen) return beginning_among_few(beginning, most);
  std::vector<std::string> out;
  for (auto it = index_.allterms_begin(beginning), end = index_.allterms_end(beginning); it != end && out.size() < most; ++it) {
    if (all() || !holding(*it, 1).empty()) out.push_back(*it);
  }
  return out;
}

/// The same by the terms of each clause.
std::vector<std::string> Sight::beginning_among_few(const std::string& beginning, size_t most) const {
  std::set<std::string> names;
  SeenPostings seen(bits_, count_);
  seen.init(index_);
  for (seen.next(0); !seen.at_end(); seen.next(0)) {
    auto it = index_.termlist_begin(seen.get_docid());
    const auto end = index_.termlist_end(seen.get_docid());
    for (it.skip_to(beginning); it != end && (*it).starts_with(beginning); ++it) {
      bool beyond = names.size() == most && *it > *names.rbegin();
      if (beyond) break;
      names.insert(*it);
      if (names.size() > most) names.erase(std::prev(names.end()));
    }
  }
  return {names.begin(), names.end()};
}

uint64_t Sight::count(const Xapian::Query& query) const {
  Xapian::Enquire enquire(index_);
  enquire.set_weighting_scheme(Xapian::BoolWeight());
  enquire.set_query(narrow(query));
  return enquire.get_mset(0, 0, index_.get_doccount()).get_matches_estimated();
}

Xapian::Query Sight::narrow(Xapian::Query found) const {
  if (all()) return found;
  return {Xapian::Query::OP_FILTER, found, Xapian::Query((new SeenPostings(bits_, count_))->release())};
}

}  // namespace shirube::search
