#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Words that lead to a clause, read from a text without knowing what there is to lead to. Pure functions, safe from any thread.
namespace shirube::corpus {

/// One step towards a place: 第3条, 前二項, 各号, 別表第2, （1）.
struct Step {
  enum class Unit {
    part, chapter, section, subsection, division,  ///< 編 章 節 款 目
    article, paragraph, item,                      ///< 条 項 号
    point,                                         ///< イ, (1) below an item
    annex,                                         ///< 別表, 別紙, 様式, 附則
    label,                                         ///< a number of administrative documents: 5, （4）, ③, ア, 6.1
  };
  enum class Relation {
    numbered,
    previous,       ///< 前項; with `count` 2 前二項
    next,           ///< 次条
    same,           ///< 同項: the one spoken of last
    own,            ///< この条, 本章
    each,           ///< 各号
    each_previous,  ///< 前各号
  };
  Unit unit = Unit::article;
  Relation relation = Relation::numbered;
  std::string number{};  ///< as paths have it (12_2, イ, beppyo2); of a label its label_key()
  int count = 1;
  bool operator==(const Step&) const = default;
};

constexpr size_t none = std::string_view::npos;

/// What a text says of a place or of a document, with bytes of the text.
struct Mention {
  enum class Document {
    unsaid,
    own,    ///< この規程, 本仕様書
    same,   ///< 同法, 同令: the one spoken of last
    named,  ///< the words before the steps end with what may be a name
  };
  /// How sure it is that a number is a reference: a label is one only where its surroundings say so.
  enum class Certainty { sure, likely, resolving, headed };

  size_t begin = 0, end = 0;      ///< of the steps, with the words that belong to them (本仕様書, ただし書, まで)
  Document document = Document::unsaid;
  size_t name_begin = 0, name_end = 0;  ///< of what may be a name: it ends there and begins there at the earliest
  bool beside = false;            ///< the name stands right before the steps
  std::string edition{};          ///< 令和7年4月1日版, where it is named in brackets
  std::vector<Step> steps{};      ///< empty: a document as a whole
  std::vector<Step> to{};         ///< the last of a range: 第3条から第5条まで
  size_t joined = none;           ///< the mention that it goes on from: 第2項及び第4項
  size_t within = none;           ///< the mention whose place it stands below: 5（4）の業務の①
  bool below = false;             ///< 次の, 以下: what stands under this clause, and nothing else
  size_t group = 0;               ///< the brackets that it stands in, in `Mentions::groups`
  Certainty certainty = Certainty::sure;
  std::string heading{};          ///< words behind a label that may be the heading of its clause
  size_t heading_end = 0;
  bool amends = false;            ///< 第3条中「…」: a place of a text that is being amended
  bool alone = false;             ///< is all that its line says: a provision that is quoted in the lines below
};

struct Mentions {
  struct Group {
    size_t outer = 0;
    size_t attached = none;  ///< the mention that the brackets directly follow
  };
  std::vector<Mention> mentions;  ///< in order of `begin`
  std::vector<Group> groups;      ///< the first is the text itself
};

/// What a text mentions, at most `most_mentions`. Words that are quoted to be replaced (「…」を「…」に改める, 「…」とあるのは) are
/// nobody's references and left out.
Mentions mentions(std::string_view text);
constexpr size_t most_mentions = 2000;

/// Where the name of a document that `words` end with begins by the look of it (地方自治法, 業務委託契約書); none: they end with none.
size_t document_name(std::string_view words);
bool is_name_character(char32_t c);  ///< kanji, katakana, letters, digits, and the marks within names

/// A label as references are compared with it: narrow, without closing dots and spaces; （１） is (1), ⑴ too, ③ stays.
std::string label_key(std::string_view label);

}  // namespace shirube::corpus
