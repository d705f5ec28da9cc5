#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shirube::corpus {

/// A term that a text defines for itself.
struct Definition {
  std::string term;
  /// What it stands for, as far as one can tell from the words before it: 「行政手続における特定の個人を識別す
  /// るための番号の利用等に関する法律（以下「番号法」という。）」. Empty where a sentence explains it:
  /// 「「情報資産」とは、…をいう。」
  std::string meaning;
  bool in_article = false;  ///< 「以下この条において」, この項, この号: not beyond the article
  bool operator==(const Definition&) const = default;
};

/// The definitions of a clause's text, in order, in the forms of legislative drafting: 略称規定
/// （…以下「…」という。…と総称する。）, 定義規定 （「…」とは、…をいう。） and its list form
/// （端末　…をいう。）. Terms of 2 to 40 characters; at most 50. Pure.
std::vector<Definition> definitions(std::string_view text);

}  // namespace shirube::corpus
