#pragma once

#include <array>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>

// The automatic numbering of Word files (ECMA-376 part 1, 17.9): the numbers stand in no paragraph, they are
// counted as Word counts them.
namespace shirube::indexer {

/// A number as a w:numFmt writes it: 「十二」 of japaneseCounting, 「⑫」 of decimalEnclosedCircle. What a format
/// has no sign for, and formats that are not known, are decimal digits.
std::string format_number(std::string_view format, int number);

/// The lists of one document and how far they have counted. For one thread; `part` (numbering.xml, may be
/// empty) must outlive it.
class Numbering {
 public:
  static constexpr int kLevels = 9;

  struct Level {
    int start = 0;
    std::string format = "decimal";
    std::string text;               ///< 「第%1条」
    std::string suffix = "　";      ///< between number and text
    std::optional<int> restart;     ///< w:lvlRestart; 0: never
    bool legal = false;             ///< w:isLgl: all its numbers are decimal
    bool hidden = false;
    bool symbol_font = false;       ///< its characters are pictures
    std::string style;              ///< w:pStyle
    pugi::xml_node paragraph;       ///< w:pPr, for the indent
  };

  explicit Numbering(pugi::xml_node part);

  /// Counts the next paragraph of a list and gives its label with the space after it; empty where nothing is
  /// printed. A list that is not there counts nothing.
  std::string next(const std::string& num, int level);

  /// nullptr when there is no such list.
  const Level* level(const std::string& num, int level) const;
  /// The level of a list that belongs to a paragraph style.
  std::optional<int> level_of_style(const std::string& num, std::string_view style) const;

 private:
  struct Num {
    std::string abstract;                                ///< whose counts it shares
    std::array<std::optional<Level>, kLevels> levels;    ///< its own in place of the abstract one's
    std::array<std::optional<int>, kLevels> starts;
  };
  struct Abstract {
    std::array<Level, kLevels> levels;
    std::string style, linked_style;                     ///< w:styleLink, w:numStyleLink
    std::array<std::optional<int>, kLevels> counts;
  };

  const Num* find(const std::string& num) const;
  int start(const Num& num, int level) const;
  const Level& level_of(const Num& num, int level) const;
  std::string label(const Num& num, const Level& level, int at) const;

  std::map<std::string, Num> nums_;
  std::map<std::string, Abstract> abstracts_;
  std::set<std::pair<const Num*, int>> restarted_;       ///< lists whose own start was taken, by level
};

/// The character of a symbol font (Wingdings, Symbol) as one of Unicode; 0 for those that have none.
char32_t symbol(char32_t code);
bool is_symbol_font(std::string_view font);
/// An on/off property: present without a value is on.
bool is_on(pugi::xml_node property);

}  // namespace shirube::indexer
