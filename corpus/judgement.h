#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/document.h"

namespace shirube::store {
class Database;
}

namespace shirube::corpus {

/// How well a clause answers a query (評価). The clause is meant in every edition that has it, so that
/// a judgement outlives a new edition.
struct Judgement {
  std::string query;  ///< as typed
  std::string slug;   ///< of the document
  std::string path;   ///< of the clause
  int grade = 0;      ///< 0 (no answer) to `highest_grade`
};

/// A judgement as it is kept.
struct KeptJudgement {
  Judgement judgement;
  std::string question;         ///< names the query, however it was typed
  std::string title, locator;   ///< of the document; of the clause where its newest edition stands
  std::string key;              ///< of that edition
  std::string judged_at;        ///< ISO, UTC
};

constexpr int highest_grade = 3;
constexpr size_t most_judgements = 10'000;
constexpr size_t longest_judged_query = 200;  ///< characters

/// 「slug/path」, as runs and judgements in files name a clause. split_address() throws
/// Error{invalid} for what has no '/'; a slug may hold some itself.
std::string clause_address(std::string_view slug, std::string_view path);
std::pair<std::string, std::string> split_address(std::string_view address);

/// The queries that this office judged. One judgement a query and clause; queries that differ only in
/// what text::fold() folds are one. Safe to share between threads. A judgement of a clause that the
/// viewer may not see does not exist for them.
class JudgementLedger {
 public:
  explicit JudgementLedger(store::Database& database) : database_(database) {}

  /// Takes judgements, the later in place of the earlier: all or none. Throws Error{invalid} for a grade or query that cannot be, Error{missing}
  /// for a clause that is in no edition the viewer sees, Error{conflict} beyond `most_judgements`.
  /// `at`, called with the number of the judgement at fault, says where it stands: 「qrels.tsv の3行目: 」.
  void set(const Viewer& viewer, std::span<const Judgement> judgements, const std::function<std::string(size_t)>& at = {});

  /// False when there is no such judgement.
  bool remove(const Viewer& viewer, const std::string& query, const std::string& slug, const std::string& path);

  /// By query, the best first: `most` from position `first` on.
  std::vector<KeptJudgement> list(const Viewer& viewer, size_t first = 0, size_t most = most_judgements) const;
  /// Those of one query.
  std::vector<KeptJudgement> list(const Viewer& viewer, std::string_view query) const;
  size_t count(const Viewer& viewer) const;

 private:
  std::vector<KeptJudgement> select(const Viewer& viewer, const std::string* folded, size_t first, size_t most) const;

  store::Database& database_;
};

}  // namespace shirube::corpus
