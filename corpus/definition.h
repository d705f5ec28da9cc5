#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace shirube::corpus {

/// A term that a text defines for itself, and where. Offsets are bytes of the text, on character borders.
struct DefinedTerm {
  enum class Form {
    abbreviation,  ///< （…以下「…」という。）, …と総称する。
    sentence,      ///< 「…」とは、…をいう。
    item,          ///< of a list: 端末　…をいう。
    bracket,       ///< 端末（…をいう。以下同じ。）
    plain,         ///< without quotes: 端末とは、…をいう。
    table,         ///< a row under 「用語」 and 「定義」
  };
  Form form = Form::abbreviation;
  std::string term;
  /// What it stands for, as far as one can tell from the words before it: 「行政手続における特定の個人を識別す
  /// るための番号の利用等に関する法律（以下「番号法」という。）」. Empty where words explain it:
  /// 「「情報資産」とは、…をいう。」
  std::string meaning{};
  std::string explanation{};  ///< these words, cut to a few lines; empty where `meaning` says it
  size_t begin = 0, end = 0;  ///< of the term
  size_t scope_begin = 0, scope_end = 0;  ///< of the words that say where it holds: この条及び次条において; none of them: the document
  bool onward = false;        ///< from here on: 以下
};

/// The terms that a clause's text defines, in order of place. At most `most_defined_terms`, of one to 40 characters (one: an
/// abbreviation like 「法」). Pure.
std::vector<DefinedTerm> defined_terms(std::string_view text);
constexpr size_t most_defined_terms = 300;

/// As searches use them.
struct Definition {
  std::string term;
  std::string meaning;      ///< as above
  bool in_article = false;  ///< 「以下この条において」, この項, この号: not beyond the article
  bool operator==(const Definition&) const = default;
};

/// Those in the forms of legislative drafting (略称規定, 定義規定 and its list), of 2 characters or more; at most 50. Pure.
std::vector<Definition> definitions(std::string_view text);

}  // namespace shirube::corpus
