#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The query language: what a person types, and what is understood of it. Pure, safe from any thread.
//
//   テレワーク 端末            words, best match first; whole questions too
//   "情報資産の分類" 「…」『…』“…”   phrase: must stand as written
//   -委託 -"再委託の禁止" NOT 委託     excluded
//   +監査                     required: must be there
//   =サーバ                   plain: this word without its synonyms (+= is both)
//   暗号*                     prefix: a word that begins so must be there
//   機密性 OR "完全性" | 可用性   any of them; the sign needs no spaces
//   委託 NEAR 監査 NEAR/5 報告   both within 10 (or 1 to 100) characters; a chain is pairs
//   件名:分類 (題名: title:)     title or headings must contain it; all of several
//   条:12 条:第12条第2項 条:12-2 条:12の2 (clause:)       any of several, as of the next four
//   種別:通知 (kind:)  発出者:総務省 (issuer:)  番号:総行情第1号 (number:)  公開範囲:庁内 (audience:)
//   版:現行 旧版 未施行 すべて, 版:令和7年4月1日版 (edition:); 版:2025-04-01 時点:2025-04-01 in force then
//   2024..2026 2025-04-01.. ..2026     days between which the edition begins, as 日付:
//   日付:2024〜2026 日付:2027- 日付:令和7年4月 年度:令和7 年度:2024..2025 発出:… 施行:…
//
// Signs and letters of full width are those of half width. A value of several words is quoted:
// 件名:"情報資産 の分類". Only capital OR, NEAR and NOT are operators. Signs and quotes count at the
// beginning of a word, so that 「LGWAN-ASP」 and a 「…」 within a sentence stay text. Nothing is an
// error: what is not understood is a word.
namespace shirube::search {

/// A word or phrase that stands for itself in a list of others.
struct Unit {
  enum class Kind { word, phrase, prefix };
  Kind kind = Kind::word;
  std::string text;  ///< without quotes and star
  bool operator==(const Unit&) const = default;
};

/// Both within `distance` characters of each other, in either order.
struct Near {
  Unit left, right;
  int distance = 10;
  bool operator==(const Near&) const = default;
};

/// ISO days, both included; empty: open.
struct Range {
  std::string from, to;
  bool empty() const { return from.empty() && to.empty(); }
  bool operator==(const Range&) const = default;
};

/// Which editions are asked for.
struct EditionChoice {
  enum class Kind { all, current, past, future, label, day };
  Kind kind = Kind::all;
  std::string value;  ///< the label as typed, or the ISO day on which the edition is in force
  bool operator==(const EditionChoice&) const = default;
};

/// Which documents and editions are searched, beside the words. An empty list asks nothing.
struct Filters {
  std::vector<std::string> kinds;       ///< keys; any of them
  std::vector<std::string> issuers;     ///< as typed; any of them
  std::vector<std::string> audiences;   ///< keys, names of groups; any of them: of the clause where it is narrower than its document
  std::vector<std::string> numbers;     ///< document numbers as typed; any of them
  std::vector<std::string> documents;   ///< slugs; any of them. Not typed: chosen on a page
  std::vector<EditionChoice> editions;  ///< any of them
  Range begins;                         ///< of the day the edition begins: effective, else issued
  Range issued, effective;
  int64_t added_after = 0;              ///< only clauses whose number is higher: those that came later. Not typed
  bool operator==(const Filters&) const = default;
};

/// A piece of the query as a person sees it: what it was taken for, and where it was typed.
struct Part {
  enum class Kind {
    word, required, plain, phrase, excluded, prefix, alternatives, near,
    title, clause, kind, issuer, audience, number, edition, begins, issued, effective,
  };
  Kind kind = Kind::word;  ///< of +=word `required`; of a chain of OR or NEAR one part for the whole
  std::string text;   ///< as understood(): 監査, 機密性|完全性, 12条2項, 2024-01-01〜2026-12-31
  std::string typed;  ///< the exact text typed, with its signs
  size_t begin = 0;   ///< where `typed` stands in Query::typed, in bytes
};
std::string_view name(Part::Kind kind);           ///< word, required, …: as the enum
std::string_view japanese_name(Part::Kind kind);  ///< 語, 必須, …: as in understood()

/// What was understood of what a person typed.
struct Query {
  /// Text to find by its words, best match first: every word in the order typed, those of
  /// `required`, `plain`, `alternatives` and `nears` among them. No phrases, no prefixes.
  std::string words;
  std::vector<std::string> required;  ///< of `words`: must be there
  std::vector<std::string> plain;     ///< of `words`: not widened by synonyms
  std::vector<std::string> phrases;   ///< must stand in the clause as written, spelling variants aside
  std::vector<std::string> prefixes;  ///< a word that begins so must be there
  std::vector<Unit> excluded;         ///< must not be there
  std::vector<std::vector<Unit>> alternatives;  ///< of each group (two or more) one must be there
  std::vector<Near> nears;                      ///< all of them
  std::vector<std::string> titles;   ///< the document's title or the clause's headings contain each
  std::vector<std::string> clauses;  ///< steps of text::references() put together, 「12条2項」; any of them
  Filters filters;

  std::string typed;        ///< what was read, at most 2,000 characters of well-formed UTF-8
  std::vector<Part> parts;  ///< what is understood of `typed`, in its order; filters added later are not in it

  /// Nothing to look for: at most exclusions and filters that fit any number of documents.
  bool empty() const;
  /// The reading in one line, for people and tests: 語「…」 句「…」 除外「…」 種別「通知」.
  std::string understood() const;
  /// The text to type for the same query with `instead` in the place of a part; without it when
  /// `instead` is empty: parse() of that gives the other parts as they are.
  std::string with(const Part& part, std::string_view instead) const;
};

/// Reads a query. Never fails. Beyond 2,000 characters text is cut; beyond 64 units (all parts but
/// words; members of alternatives and nears count each) and 20 values of a field it is words.
///
/// A range typed the wrong way round is turned; of several of one field each end is the one typed
/// last. 年度: is April to March; a bare 2025 or 令和7年度 is a word.
Query parse(std::string_view text);

}  // namespace shirube::search
