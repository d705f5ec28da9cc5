#pragma once

#include <fmt/format.h>
#include <xapian.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "search/index_format.h"
#include "search/unreadable.h"
#include "text/error.h"

// What the readers and writers of Xapian's databases have in common. Private to search/ and indexer/,
// and therefore the one header that shows Xapian's own.
namespace shirube::search {

constexpr const char* rebuild_hint = "shirube reindex で索引を作り直してください。";

/// `what` is 検索索引 or 入力候補の索引.
inline UnreadableIndex unreadable(std::string_view what, const Xapian::Error& e) {
  return {ErrorKind::unavailable, fmt::format("{}を読めません（{}）。", what, e.get_msg()), std::string(rebuild_hint) + "資料そのものは失われません。"};
}

/// Refuses a database of another format, or whose words other dictionaries cut.
inline void require_fit(const Xapian::Database& db, std::string_view what, std::string_view format, const std::string& analyzer_name) {
  if (db.get_metadata(std::string(format_key)) == format && db.get_metadata(std::string(analyzer_key)) == analyzer_name) return;
  throw UnreadableIndex(ErrorKind::unavailable, fmt::format("{}が今の設定や版と合っていません。", what), rebuild_hint);
}

/// Runs `work`; when the database moved on under an open snapshot, takes the new one and runs it again.
template <typename Work>
auto with_snapshot(Xapian::Database& db, std::string_view what, Work work) {
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
    throw unreadable(what, e);
  }
}

/// Documents that are known by number, with a weight each, as a source of postings.
class GivenPostings : public Xapian::PostingSource {
 public:
  struct Posting {
    Xapian::docid number;
    float weight;
  };
  /// In order of their numbers.
  explicit GivenPostings(std::vector<Posting> postings) : postings_(std::move(postings)) {}
  static Xapian::Query query(std::vector<Posting> postings) { return Xapian::Query((new GivenPostings(std::move(postings)))->release()); }
  /// Without weight.
  static Xapian::Query query(const std::vector<Xapian::docid>& numbers) {
    std::vector<Posting> postings;
    postings.reserve(numbers.size());
    for (Xapian::docid number : numbers) postings.push_back({number, 0});
    return query(std::move(postings));
  }

  void init(const Xapian::Database&) override {
    begun_ = false;
    at_ = 0;
    float most = 0;
    for (const auto& one : postings_) most = std::max(most, one.weight);
    set_maxweight(most);
  }
  Xapian::doccount get_termfreq_min() const override { return get_termfreq_max(); }
  Xapian::doccount get_termfreq_est() const override { return get_termfreq_max(); }
  Xapian::doccount get_termfreq_max() const override { return static_cast<Xapian::doccount>(postings_.size()); }
  double get_weight() const override { return postings_[at_].weight; }
  void next(double least) override {
    if (begun_) ++at_;
    begun_ = true;
    while (at_ < postings_.size() && postings_[at_].weight < least) ++at_;
  }
  void skip_to(Xapian::docid wanted, double) override {
    begun_ = true;
    auto from = postings_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ = static_cast<size_t>(std::ranges::lower_bound(from, postings_.end(), wanted, {}, &Posting::number) - postings_.begin());
  }
  bool at_end() const override { return at_ >= postings_.size(); }
  Xapian::docid get_docid() const override { return postings_[at_].number; }
  Xapian::PostingSource* clone() const override { return new GivenPostings(postings_); }
  std::string get_description() const override { return "GivenPostings"; }

 private:
  std::vector<Posting> postings_;
  size_t at_ = 0;
  bool begun_ = false;
};

/// All clauses of a higher number than one, without weight: a range, however many there are.
class LaterPostings : public Xapian::PostingSource {
 public:
  LaterPostings(Xapian::docid after, Xapian::docid last) : after_(after), last_(last) {}
  static Xapian::Query query(Xapian::docid after, Xapian::docid last) { return after >= last ? Xapian::Query::MatchNothing : Xapian::Query((new LaterPostings(after, last))->release()); }

  void init(const Xapian::Database&) override {
    at_ = after_;
    set_maxweight(0);
  }
  Xapian::doccount get_termfreq_min() const override { return 0; }
  Xapian::doccount get_termfreq_est() const override { return get_termfreq_max(); }
  Xapian::doccount get_termfreq_max() const override { return last_ - after_; }
  void next(double) override { ++at_; }
  void skip_to(Xapian::docid wanted, double) override { at_ = std::max({at_, after_ + 1, wanted}); }
  bool at_end() const override { return at_ > last_; }
  Xapian::docid get_docid() const override { return at_; }
  Xapian::PostingSource* clone() const override { return new LaterPostings(after_, last_); }
  std::string get_description() const override { return "LaterPostings"; }

 private:
  Xapian::docid after_, last_, at_ = 0;
};

}  // namespace shirube::search
