#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shirube::search {

/// Which documents are searched, beside the words.
struct Filters {
  std::vector<std::string> kinds;    ///< keys; any of them
  std::vector<std::string> issuers;  ///< any of them
  std::string from, to;              ///< ISO days between which the edition begins; empty: open
};

/// What was understood of what a person typed.
struct Query {
  std::string words;                  ///< text to find by its words, best match first
  std::vector<std::string> phrases;   ///< must stand in the clause as written, spelling variants of width and case aside
  std::vector<std::string> excluded;  ///< must not stand in the clause
  Filters filters;

  /// Nothing to look for.
  bool empty() const { return words.empty() && phrases.empty(); }
  /// The reading in one line, for people and tests: 語「…」 句「…」 除外「…」 種別「通知」.
  std::string understood() const;
};

/// Reads a query. Never fails: what is no operator is a word.
///
///   テレワーク 端末        words        "情報資産の分類"  phrase (also 「…」)
///   -委託                 excluded     -"再委託の禁止"    excluded phrase
///   種別:通知 発出者:総務省  filters      日付:2024..2026, 日付:令和7年度, 日付:2025-04-01..
///
/// The signs may be of full width. Input beyond 2,000 characters is cut.
Query parse(std::string_view text);

}  // namespace shirube::search
