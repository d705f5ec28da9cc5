#pragma once

#include <string>
#include <string_view>

// Numbers of a spreadsheet as they are printed (ECMA-376 part 1, 18.8.30 and 18.8.31). Pure functions.
namespace shirube::indexer {

/// The format code of a built-in number, as Excel has it in Japanese (27–36 and 50–58 are dates);
/// 「General」 for those that are not built in.
std::string_view built_in_format(int id);

/// A number in a format: sections by sign or condition, fixed digits, thousands, percent, dates and
/// times in 西暦 and 和暦. Days count from 1900, with the leap day that Excel gave that year, or from
/// 1904. A format that cannot be followed (fractions, days before the first) prints as General does.
std::string print_number(double value, std::string_view format, bool from_1904 = false);

/// What a number is in a format: an amount where it shows none of these.
struct Shown {
  bool day = false, time = false, seconds = false;
  bool elapsed = false;  ///< hours beyond 24, minutes beyond 60
};
Shown shown_by(double value, std::string_view format);

/// Text in a format: as it stands, unless a section says what stands around it (「"第"@"号"」) or
/// that nothing is printed (「;;;」).
std::string print_text(std::string_view value, std::string_view format);

}  // namespace shirube::indexer
