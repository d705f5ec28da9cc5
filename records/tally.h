#pragma once

#include <span>
#include <string>
#include <vector>

#include "records/ledger.h"
#include "records/values.h"

// The answers to a survey, counted. Pure: safe between threads.
namespace shirube::records {

struct Tally {
  Values values;                   ///< of the fields that it fills: the rows that are counted, the whole, free words
  size_t answers = 0;              ///< how many answered
  std::vector<std::string> left;   ///< headings of columns that no question has: they are not looked at
  size_t texts = 0;                ///< free words that come new
};

constexpr size_t most_questions = 200, most_answers = 20'000;  ///< that are counted at once

/// Counts a table of answers as Field::tally says: its first row that is not empty holds the headings, each other one what somebody answered.
/// A column answers the question whose words its heading is, whatever their width, and with a number before them or not (「Q1. …」, 「問2　…」).
/// In a cell stand one choice or several, divided by lines, by ; or by 、 (a choice may hold 、 itself: the longest is taken); what is none of
/// them is counted as その他, once for who wrote it, in the choice that begins so where there is one, and its words go to the texts; a cell
/// in which nothing is said is 無回答. All choices are counted, those that nobody chose with 0. The counts take the place of the rows that
/// there were; free words are added to those that there are, where these are not among them yet.
///
/// `takes_texts`: whether free words are taken at all; for who does not see them they are not. Values are to be checked() as others are.
/// Throws Error{invalid} for a record without questions, a question or a choice that comes twice, a question without a column or with two,
/// a table without answers, and more than most_questions, most_answers, or most_rows of what comes out.
Tally tally(const Ledger& ledger, const Field& field, const Values& held, std::span<const std::vector<std::string>> table, bool takes_texts);

}  // namespace shirube::records
