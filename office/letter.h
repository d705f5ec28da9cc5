#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace shirube::office {

/// A Word document (docx) with places that are filled in, which people make and edit in Word:
///
///   {{番号}}                       a value: its lines and tabs are kept; nothing in it is markup or a place again
///   {{#出席者}} … {{/出席者}}     once for each element of a list; once for true, a text or an object; not at all where there is nothing
///   {{?経過}} … {{/経過}}         once, where there is anything: the heading of a list and its table
///   {{^回答}} … {{/回答}}         once, where there is nothing
///   {{.}}                          the element itself, in a list of texts
///   {{@図}}                        an image: {"png": its bytes or base64, "width_mm": 120}; the width may be left out
///
/// Names are looked up in the innermost section first, then outwards. Wide signs (｛｛＃出席者｝｝) are the same, and spaces within braces are nothing.
/// A section that begins and ends in one paragraph repeats what is between; one whose marks stand alone in two paragraphs of one level the
/// paragraphs between, without those of the marks; one that begins and ends in rows of one table these rows. Body, tables, headers,
/// footers, notes and text boxes are filled, and a place has the format of its first character.
///
/// What Word does to a text while it is typed (runs, marks of spelling, bookmarks within a name) does not matter. Safe from any thread.
class LetterTemplate {
 public:
  /// What is wrong with a place.
  struct Fault {
    std::string part;     ///< 本文, ヘッダー, フッター, 脚注
    std::string mark;     ///< as it stands in the text: {{番合}}
    std::string message;  ///< what is wrong, and what may be meant
    std::string around;   ///< the words it stands among, on one line
  };

  /// Throws Error{invalid} for what is no docx, broken, encrypted, with macros, or beyond the limits below.
  explicit LetterTemplate(const std::string& bytes);
  ~LetterTemplate();
  LetterTemplate(LetterTemplate&&) noexcept;
  LetterTemplate& operator=(LetterTemplate&&) noexcept;

  /// All that is wrong, in the order of the text: sections that are not closed, begin where none can end, or cross each other; and names that
  /// `shape` does not have, or has as something else. A shape is a model of the same form, whose lists hold one element; of a list without any
  /// all names are taken.
  std::vector<Fault> check(const nlohmann::json& shape) const;

  /// The bytes of the letter: the same for the same model. A name that is not in the model is empty, a list where a text is wanted stands with
  /// 「、」 between. Throws Error{invalid} for a template whose sections are broken, for an image that is no PNG, and for a letter beyond the limits.
  std::string fill(const nlohmann::json& model) const;

 private:
  struct Private;
  std::unique_ptr<const Private> self_;
};

/// Limits of a template, and of a letter.
constexpr size_t largest_template = size_t{20} << 20, largest_unpacked_template = size_t{100} << 20;  // bytes
constexpr size_t most_template_parts = 2000;
constexpr size_t most_repeats = 50'000;                 // elements of all sections
constexpr size_t largest_letter = size_t{64} << 20;      // bytes before packing
constexpr size_t largest_picture = size_t{10} << 20;     // bytes of one image

constexpr const char* letter_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

}  // namespace shirube::office
