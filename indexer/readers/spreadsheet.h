#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "indexer/readers/ooxml.h"

// What all readings of a workbook share (SpreadsheetML, ECMA-376 part 1 chapter 18).
namespace shirube::indexer {

constexpr int most_columns = 16384;

/// A workbook, opened: its sheets, and the parts that they share. For one thread.
class Spreadsheet {
 public:
  struct Page {
    std::string name, part;
    bool hidden = false;
  };
  /// `string_of` makes text of a string item (si).
  Spreadsheet(const std::string& bytes, std::string (*string_of)(pugi::xml_node));

  Package& package() { return package_; }
  const std::vector<Page>& pages() const { return pages_; }  ///< without charts and macros, which are of their own kinds
  bool from_1904() const { return from_1904_; }
  /// The format of a cell's numbers.
  std::string_view format(pugi::xml_node cell) const;
  /// The shared string that a cell's value names; empty when there is none.
  std::string_view shared_string(std::string_view value) const;

 private:
  void read_strings(const std::string& part, std::string (*string_of)(pugi::xml_node));
  void read_styles(const std::string& part);

  Package package_;
  std::vector<Page> pages_;
  bool from_1904_ = false;
  std::vector<std::string> strings_, formats_;
};

bool is_true(std::string_view value);
/// A whole number, at most of nine digits.
int whole_number(std::string_view digits, int otherwise = 0);
/// 「_x000D_」 stands for a character that XML cannot hold.
std::string unescaped(std::string_view s);
/// The column of 「AB12」, from 1; 0 when it says none.
int column_of(std::string_view reference);

}  // namespace shirube::indexer
