#include "indexer/readers/rows.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "corpus/outline_marker.h"
#include "indexer/readers/readers.h"
#include "text/encoding.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace {

using corpus::Core;
using corpus::Marker;
using corpus::Shell;

/// A number may stand behind a column or two of categories.
constexpr size_t farthest_number = 4;
/// A plain 1, 2, 3 … beyond this counts records, not clauses.
constexpr size_t most_plain_numbers = 3000;
/// What a cell takes beside its text.
constexpr size_t cell_bytes = 16;

/// What a cell of a numbering column says: 「6.1(3)」 is 6.1 and (3), 「第3条（目的）」 is 第3条 and its title.
struct CellNumber {
  std::vector<std::string> labels;
  std::vector<int> number;  ///< of all labels
  bool plain = false;       ///< a bare 3
  bool unit = false;        ///< 第3条: nothing else is written so
  std::string rest;
};

std::optional<Marker> marker_of(std::string_view s) {
  auto markers = corpus::read_markers(s);
  if (markers.empty() || markers[0].family.core == Core::style) return {};
  return markers[0];
}

std::optional<CellNumber> number_of(std::string_view cell) {
  std::string line = one_line(cell);
  std::string_view whole = text::trim(line);
  if (whole.size() > 400) return {};
  // Alone in its cell, a number has its text in the next: the space between them is a wide one.
  auto read = [](std::string_view s) { return marker_of(std::string(s) + "　文"); };
  size_t bracket = std::min(whole.find('('), whole.find("（"));
  if (bracket != whole.npos && bracket > 0 && (whole.ends_with(")") || whole.ends_with("）"))) {
    auto first = read(whole.substr(0, bracket)), second = read(whole.substr(bracket));
    bool both = first && second && first->length == bracket + 3 && second->length == whole.size() - bracket + 3 && second->family.shell == Shell::paren;
    if (both) {
      CellNumber out{{std::string(whole.substr(0, bracket)), std::string(whole.substr(bracket))}, first->number, false, corpus::legal_rank(first->family.core) > 0, {}};
      out.number.insert(out.number.end(), second->number.begin(), second->number.end());
      return out;
    }
  }
  auto marker = read(whole);
  if (!marker) return {};
  bool alone = marker->length == whole.size() + 3;
  bool unit = corpus::legal_rank(marker->family.core) > 0 || marker->family.core == Core::ordinal;
  if (!alone && (marker->doubtful || (marker->gap == corpus::Gap::none && marker->family.shell == Shell::bare && !unit))) return {};
  size_t length = std::min(marker->length, whole.size());
  return CellNumber{{std::string(text::trim(whole.substr(0, length)))}, marker->number, marker->family.core == Core::digits && marker->family.shell == Shell::bare, unit,
                    std::string(text::trim(whole.substr(length)))};
}

bool is_first(const std::vector<int>& number) {
  return std::ranges::all_of(number, [](int n) { return n == 1; });
}

/// What may stand below a number: its next (2 → 3, 1.9 → 2.1, 1.2 → 1.2.1), or the same once more.
bool may_follow(const std::vector<int>& last, const std::vector<int>& next) {
  if (corpus::follows(last, next)) return true;
  size_t same = 0;
  while (same < last.size() && same < next.size() && last[same] == next[same]) ++same;
  if (same == next.size()) return same == last.size();  // the same once more
  auto tail = next.begin() + static_cast<std::ptrdiff_t>(same);
  bool one_more = same == last.size() ? *tail == 1 : *tail == last[same] + 1;
  return one_more && std::all_of(tail + 1, next.end(), [](int n) { return n == 1; });
}

const std::string* cell_at(const TableRow& row, int column) {
  auto found = std::ranges::lower_bound(row, column, {}, &Cell::column);
  return found != row.end() && found->column == column ? &found->text : nullptr;
}

bool is_numbering(const std::vector<TableRow>& rows, int column) {
  size_t cells = 0, numbers = 0, followed = 0, plain = 0, units = 0, fresh = 0, with_text = 0, beside = 0;
  bool heading_above = false;
  std::optional<CellNumber> last;
  for (const TableRow& row : rows) {
    heading_above = heading_above || row.size() == 1;
    const std::string* cell = row.size() > 1 ? cell_at(row, column) : nullptr;
    if (!cell) continue;
    auto number = number_of(*cell);
    if (!number && numbers == 0 && cells < 3) continue;  // the table's head
    ++cells;
    if (!number) continue;
    // A new list begins with 1; one of bare numbers below a heading only, for else they count steps or days.
    bool anew = is_first(number->number) && (!number->plain || heading_above);
    if (last) followed += anew || may_follow(last->number, number->number), fresh += last->number != number->number;
    heading_above = false;
    beside += row.front().column < column;
    plain += number->plain, units += number->unit;
    const Cell* next = number->rest.empty() && row.back().column > column ? &*std::ranges::upper_bound(row, column, {}, &Cell::column) : nullptr;
    // What is numbered is words, not another amount.
    std::string_view words = next ? std::string_view(next->text) : std::string_view(number->rest);
    with_text += std::ranges::any_of(words, [](char c) { return static_cast<unsigned char>(c) >= 0x80 || text::is_latin(static_cast<unsigned char>(c)); });
    last = std::move(number);
    ++numbers;
  }
  size_t least = units == numbers ? 2 : 3;
  if (numbers < least || numbers * 10 < cells * 8 || followed * 10 < (numbers - 1) * 8 || fresh * 2 < numbers - 1) return false;
  // Bare numbers stand first, or behind a category that is written once for several of them.
  bool plain_list = plain * 2 > numbers;
  return with_text * 10 >= numbers * 8 && !(plain_list && (numbers > most_plain_numbers || beside * 2 > numbers));
}

/// The columns that number the rows, from the left: 章 and 条 may have one each.
std::vector<int> numbering_columns(const std::vector<TableRow>& rows, const std::vector<int>& columns) {
  std::vector<int> found;
  for (size_t i = 0; i < columns.size() && i < farthest_number; ++i) {
    if (is_numbering(rows, columns[i])) found.push_back(columns[i]);
    else if (!found.empty()) break;
  }
  return found;
}

class Writer {
 public:
  Writer(std::vector<corpus::Line>& lines, const std::vector<TableRow>& rows) : lines_(lines) {
    std::set<int> used;
    size_t filled = 0, tabular = 0;
    for (const TableRow& row : rows) {
      for (const Cell& cell : row) used.insert(cell.column);
      if (row.size() > 1) filled += row.size(), ++tabular;
    }
    columns_.assign(used.begin(), used.end());
    dense_ = filled * 2 >= tabular * columns_.size();
    numbering_ = numbering_columns(rows, columns_);
  }

  void add(const TableRow& row) {
    if (row.size() == 1) {
      previous_.clear();
      return add_single(row[0].text);
    }
    TableRow rest;
    std::vector<const Cell*> leading;
    for (const Cell& cell : row) {
      if (std::ranges::find(numbering_, cell.column) != numbering_.end() && number_of(cell.text)) leading.push_back(&cell);
      else rest.push_back(cell);
    }
    bool fresh = false;
    for (const Cell* cell : leading) {
      if (fresh) previous_.erase(cell->column);  // below a new chapter, the same number is another's
      fresh = take_number(*cell, rest, cell == leading.back()) || fresh;
    }
    if (!fresh) add_table_line(row, dense_);
    else if (!rest.empty()) add_table_line(rest, false);
    // The other cells speak of the clause itself, not of the items that its text may end with.
    if (fresh && !rest.empty()) std::rotate(lines_.begin() + static_cast<std::ptrdiff_t>(items_), lines_.end() - 1, lines_.end());
  }

 private:
  /// A number that stands in the row above too (once per row of a merged cell) opens nothing anew.
  bool take_number(const Cell& cell, TableRow& rest, bool last) {
    CellNumber number = *number_of(cell.text);
    auto& before = previous_[cell.column];
    if (before.number == number.number && before.rest == number.rest) return false;
    size_t first = 0;
    while (first + 1 < number.labels.size() && first < before.labels.size() && before.labels[first] == number.labels[first]) ++first;
    for (size_t i = first; i < number.labels.size(); ++i) {
      std::string line = number.labels[i];
      if (i + 1 == number.labels.size()) {
        if (!number.rest.empty()) {
          line += "　" + number.rest;
        } else if (last) {
          auto content = std::ranges::upper_bound(rest, cell.column, {}, &Cell::column);
          if (content != rest.end()) {
            line += "　" + content->text;
            rest.erase(content);
          }
        }
      }
      // Below its number, a cell's lines are what they look like: paragraphs and items of the clause.
      items_ = 0;
      for (auto one : split_lines(line)) {
        auto words = text::trim(one);
        if (items_ == 0 && one.data() != line.data() && marker_of(words)) items_ = lines_.size();
        add_line(std::string(words), false);
      }
      if (items_ == 0) items_ = lines_.size();
    }
    before = std::move(number);
    return true;
  }

  /// A line across the table: a title, a chapter, a sentence; not an amount left alone.
  void add_single(const std::string& cell) {
    auto words = text::trim(cell);
    auto marker = marker_of(words);
    bool number_only = words.find_first_not_of("0123456789.,-%()") == words.npos || (marker && marker->length == words.size() && corpus::legal_rank(marker->family.core) == 0);
    for (auto one : split_lines(words)) add_line(std::string(text::trim(one)), number_only);
  }

  void add_table_line(const TableRow& row, bool aligned) {
    std::string line;
    int at = 0;
    for (const Cell& cell : row) {
      auto place = static_cast<int>(std::ranges::lower_bound(columns_, cell.column) - columns_.begin());
      if (aligned) line.append(static_cast<size_t>(place - at), '\t');
      else if (!line.empty()) line += '\t';
      at = place;
      line += one_line(cell.text);
    }
    add_line(std::move(line), true);
  }

  void add_line(std::string words, bool table) {
    corpus::Line line;
    line.text = std::move(words);
    line.table = table;
    if (!line.text.empty()) lines_.push_back(std::move(line));
  }

  std::vector<corpus::Line>& lines_;
  std::vector<int> columns_, numbering_;
  bool dense_ = false;
  size_t items_ = 0;  ///< where the items below the clause written last begin
  std::map<int, CellNumber> previous_;
};

}  // namespace

void TextBudget::take(size_t bytes) {
  taken_ += bytes + cell_bytes;
  if (taken_ > kMostTextBytes) throw Error(ErrorKind::invalid, "表や文字が多すぎます（64 MiB を超えます）", "シートや期間などで、ファイルを分けて登録してください。");
}

std::string one_line(std::string_view s) {
  std::string out;
  for (auto line : split_lines(s)) {
    auto words = text::trim(line);
    if (words.empty()) continue;
    if (!out.empty()) out += ' ';
    out += words;
  }
  std::ranges::replace(out, '\t', ' ');
  return out;
}

std::string sound_line(std::string_view s) { return one_line(text::clamp_utf8(text::decode_as(s.substr(0, 1000), "UTF-8").text, 150)); }

void add_rows(std::vector<corpus::Line>& lines, std::vector<TableRow> rows) {
  for (TableRow& row : rows) std::erase_if(row, [](const Cell& cell) { return text::trim(cell.text).empty(); });
  std::erase_if(rows, [](const TableRow& row) { return row.empty(); });
  Writer writer(lines, rows);
  for (const TableRow& row : rows) writer.add(row);
}

}  // namespace shirube::indexer
