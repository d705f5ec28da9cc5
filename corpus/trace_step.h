#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "corpus/trace.h"

// The steps of legal numbering, followed; for trace.cc.
namespace shirube::corpus {

/// The number of a document that nothing more is known of.
constexpr size_t unknown = none - 1;
/// The act that an 附則 of an amendment belongs to, the 附則 aside.
constexpr size_t amending_act = none - 2;

/// A place that was spoken of: by its numbers, or as a clause where it is a chapter, an annex or a label.
struct Spoken {
  size_t document = 0;
  Place place{};
  size_t clause = none;
};

/// How far down the steps of a reference went.
enum class Depth { other, article, paragraph, item };

/// What was spoken of last, for 同条 and 同法.
struct Context {
  std::optional<Spoken> article, paragraph, item, annex;
  std::optional<Spoken> own_article;  ///< in which 第1項 was said without more: 同条 is another, if any was spoken of
  bool taken_over = false;            ///< `article` was spoken of in brackets
  size_t last_document = unknown;
  bool spoke = false;  ///< of any other document
  std::vector<std::pair<char32_t, size_t>> documents;  ///< by the last character of their names: 法, 令, 則

  /// `bare`: without an article, of the one that the words stand in.
  void speak(const Spoken& spoken, Depth depth, bool bare);
  /// Takes over what was spoken of in brackets, where nothing was outside.
  void take_over(const Context& inner);
  void speak_of(size_t document, std::string_view name);
  size_t document(std::string_view same) const;
};

/// From where a mention is followed.
struct Asked {
  size_t clause;
  Context* context;
  std::optional<Spoken> joined;    ///< what it goes on from
  std::optional<Spoken> attached;  ///< what the brackets around it belong to
  std::optional<Spoken> quoted;    ///< the provision of another document that the words around are quoted from
};

struct Found {
  enum class Kind { no_reference, held, missing, elsewhere } kind = Kind::no_reference;
  Spoken spoken{};
  std::vector<size_t> clauses{};  ///< where `missing`, the nearest
  Depth depth = Depth::other;
};

/// Whether a clause stands in the 附則 of an amending act, whose bare numbers are those of that act.
bool amending_annex(const Places& places, size_t at);

/// Whether what a clause says of the text may be of an older one: it stands in an 附則, and there are amendments.
bool speaks_of_the_past(const Places& places, size_t at);

/// The clauses from one to another of the same kind, both with them, at most `most_of_range`.
std::vector<size_t> between(const Places& places, size_t first, size_t last);
constexpr size_t most_of_range = 200;

/// Follows a mention of legal numbering (no label first).
Found find_steps(const Places& own, Documents& documents, const Mention& mention, const Asked& asked, std::optional<size_t> document);

}  // namespace shirube::corpus
