#include "indexer/sheets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "indexer/readers/number_format.h"
#include "indexer/readers/ole.h"
#include "indexer/readers/rows.h"
#include "indexer/readers/spreadsheet.h"
#include "text/encoding.h"
#include "text/error.h"
#include "text/plain.h"

namespace shirube::indexer {

namespace {

constexpr const char* save_as_workbook = "Excel で開き、「Excel ブック（.xlsx）」の形式で保存し直してください。";

[[noreturn]] void refuse(std::string message, std::string hint) { throw Error(ErrorKind::invalid, std::move(message), std::move(hint)); }

/// Takes cells in, each in its place, within the limits of all sheets.
class Grid {
 public:
  void begin(std::string name) {
    if (sheets_.size() == most_sheets) refuse(fmt::format("シートが多すぎます（{} 枚まで）。", most_sheets), "ファイルを分けてください。");
    sheets_.push_back({std::move(name), {}});
  }

  /// Of a cell that comes twice the first one stays.
  void set(size_t row, size_t column, std::string_view text) {
    std::string words = text::plain(text);
    if (words.empty()) return;
    Sheet& sheet = sheets_.back();
    if (row >= most_sheet_rows || column >= most_sheet_columns) {
      refuse(fmt::format("シート「{}」が大きすぎます（{} 行目 {} 列目に値があります）。", sheet.name, row + 1, column + 1),
             fmt::format("{} 行・{} 列以内にし、離れたところに残った値を消してください。", most_sheet_rows, most_sheet_columns));
    }
    if (row >= sheet.rows.size()) take(row + 1 - sheet.rows.size(), 0), sheet.rows.resize(row + 1);
    auto& cells = sheet.rows[row];
    if (column >= cells.size()) take(column + 1 - cells.size(), 0), cells.resize(column + 1);
    take(0, words.size());
    if (cells[column].empty()) cells[column] = std::move(words);
  }

  /// Leaves of a range only its first cell: no more is seen of it.
  void merge(size_t top, size_t left, size_t bottom, size_t right) {
    auto& rows = sheets_.back().rows;
    for (size_t r = top; r <= bottom && r < rows.size(); ++r) {
      for (size_t c = left; c <= right && c < rows[r].size(); ++c) {
        if (r != top || c != left) rows[r][c].clear();
      }
    }
  }

  std::vector<Sheet> take_all() {
    for (Sheet& sheet : sheets_) {
      for (auto& cells : sheet.rows) {
        while (!cells.empty() && cells.back().empty()) cells.pop_back();
      }
      while (!sheet.rows.empty() && sheet.rows.back().empty()) sheet.rows.pop_back();
    }
    return std::move(sheets_);
  }

 private:
  void take(size_t cells, size_t bytes) {
    cells_ += cells;
    bytes_ += bytes;
    if (cells_ > most_sheet_cells || bytes_ > most_sheet_bytes) {
      refuse(fmt::format("表が大きすぎます（{} セル・{} MiB まで）。", most_sheet_cells, most_sheet_bytes >> 20), "シートや期間などで、ファイルを分けてください。");
    }
  }

  std::vector<Sheet> sheets_;
  size_t cells_ = 0, bytes_ = 0;
};

/// A string item without the readings above it (rPh).
std::string string_of(pugi::xml_node item) {
  std::string out;
  auto add = [&](pugi::xml_node words) {
    for (auto piece : words.children()) out += piece.value();
  };
  for (auto one : item.children()) {
    auto name = local_name(one);
    if (name == "t") add(one);
    else if (name == "r") add(child(one, "t"));
  }
  return unescaped(out);
}

/// A number in plain digits. 1.1000000000000001 is what binary makes of 1.1; a spreadsheet keeps 15 digits.
std::string decimal(double value) {
  constexpr int most_digits = 15;
  constexpr double exact = 9007199254740992;  // whole numbers below are kept one by one
  if (!std::isfinite(value) || value == 0) return "0";
  if (value == std::floor(value) && std::abs(value) < exact) return fmt::format("{:.0f}", value);
  std::string written = fmt::format("{:.{}e}", std::abs(value), most_digits - 1);
  size_t mark = written.find('e');
  int exponent = std::atoi(written.c_str() + mark + 1);
  std::string digits = written.substr(0, 1) + written.substr(2, mark - 2);
  digits.erase(digits.find_last_not_of('0') + 1);
  int count = static_cast<int>(digits.size());
  if (exponent < 0) digits = "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  else if (exponent + 1 >= count) digits += std::string(static_cast<size_t>(exponent + 1 - count), '0');
  else digits.insert(static_cast<size_t>(exponent + 1), ".");
  return (value < 0 ? "-" : "") + digits;
}

std::string number_or_moment(double value, std::string_view format, bool from_1904) {
  constexpr double last_day = 2'958'466;
  Shown shown = shown_by(value, format);
  if ((!shown.day && !shown.time) || value < 0 || value >= last_day) return decimal(value);
  double day = std::floor(value), second = std::round((value - day) * 86'400);
  bool seconds = shown.seconds && std::fmod(second, 60) != 0;
  if (shown.elapsed) return print_number(value, seconds ? "[hh]:mm:ss" : "[hh]:mm", from_1904);
  std::string out;
  if (shown.day) out = print_number(second >= 86'400 ? day + 1 : day, "yyyy-mm-dd", from_1904);
  if (!shown.time || (shown.day && (second == 0 || second >= 86'400))) return out;
  return out + (out.empty() ? "" : " ") + print_number(value - day, seconds ? "hh:mm:ss" : "hh:mm", from_1904);
}

/// 「2026-04-03T09:30:00」, as some programs write it.
std::string from_instant(std::string value) {
  size_t mark = value.find('T');
  if (mark == value.npos) return value;
  std::string time = value.substr(mark + 1, 8);
  if (time.ends_with(":00")) time.resize(5);
  return value.substr(0, mark) + (time == "00:00" ? "" : " " + time);
}

class WorkbookReader {
 public:
  explicit WorkbookReader(const std::string& bytes) : book_(bytes, string_of) {}

  std::vector<Sheet> read() {
    for (const auto& page : book_.pages()) {
      if (page.hidden || !book_.package().has(page.part)) continue;
      grid_.begin(page.name);
      read_page(page.part);
    }
    return grid_.take_all();
  }

 private:
  std::string value_of(pugi::xml_node cell) const {
    auto type = attribute(cell, "t");
    if (type == "inlineStr") return string_of(child(cell, "is"));
    std::string value = child(cell, "v").text().get();
    if (value.empty()) return {};
    if (type == "s") return std::string(book_.shared_string(value));
    if (type == "str") return unescaped(value);
    if (type == "b") return is_true(value) ? "TRUE" : "FALSE";
    if (type == "e") return value;
    if (type == "d") return from_instant(value);
    char* end = nullptr;
    double amount = std::strtod(value.c_str(), &end);
    return *end == '\0' && std::isfinite(amount) ? number_or_moment(amount, book_.format(cell), book_.from_1904()) : value;
  }

  void read_page(const std::string& part) {
    auto document = book_.package().xml(part);
    auto sheet = document.document_element();
    int row = 0;
    for (auto one : child(sheet, "sheetData").children()) {
      if (local_name(one) != "row") continue;
      int said_row = whole_number(attribute(one, "r"));
      row = said_row > 0 ? said_row : row + 1;
      int column = 0;
      for (auto cell : one.children()) {
        if (local_name(cell) != "c") continue;
        int said = column_of(attribute(cell, "r"));
        column = said > 0 ? said : column + 1;
        grid_.set(static_cast<size_t>(row - 1), static_cast<size_t>(column - 1), value_of(cell));
      }
    }
    for (auto one : child(sheet, "mergeCells").children()) merge(attribute(one, "ref"));
  }

  /// 「B2:C4」.
  void merge(std::string_view range) {
    size_t colon = range.find(':');
    if (colon == range.npos) return;
    auto place = [](std::string_view reference) {
      size_t digits = std::min(reference.find_first_of("0123456789"), reference.size());
      return std::pair{whole_number(reference.substr(digits)), column_of(reference)};
    };
    auto [top, left] = place(range.substr(0, colon));
    auto [bottom, right] = place(range.substr(colon + 1));
    if (top < 1 || left < 1 || bottom < top || right < left) return;
    grid_.merge(static_cast<size_t>(top - 1), static_cast<size_t>(left - 1), static_cast<size_t>(bottom - 1), static_cast<size_t>(right - 1));
  }

  Spreadsheet book_;
  Grid grid_;
};

std::vector<Sheet> read_workbook(const std::string& bytes) {
  {
    Archive archive(bytes);
    if (archive.has("xl/workbook.bin")) refuse("バイナリ形式（.xlsb）の Excel ファイルは読み取れません。", save_as_workbook);
    bool workbook = archive.has("[Content_Types].xml") && std::ranges::any_of(archive.members(), [](const auto& member) { return member.name.starts_with("xl/"); });
    if (!workbook) refuse("Excel のファイル（.xlsx）ではありません。", save_as_workbook);
  }
  return WorkbookReader(bytes).read();
}

std::vector<Sheet> read_separated(const std::string& bytes) {
  bool utf16 = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
  if (!utf16 && bytes.find('\0') != bytes.npos) refuse("Excel（.xlsx）又は CSV のファイルではありません。", save_as_workbook);
  auto decoded = text::decode(bytes);
  if (decoded.replaced > 0) refuse(fmt::format("読めない文字が {} か所あります。", decoded.replaced), "文字コードを UTF-8 にして保存し直すか、Excel ブック（.xlsx）で保存してください。");
  Grid grid;
  grid.begin({});
  size_t row = 0;
  for (const auto& [line, cells] : read_records(decoded.text)) {
    for (const Cell& cell : cells) grid.set(row, static_cast<size_t>(cell.column - 1), cell.text);
    ++row;
  }
  return grid.take_all();
}

}  // namespace

std::vector<Sheet> read_sheets(const std::string& bytes) {
  if (bytes.empty()) refuse("ファイルが空です。", save_as_workbook);
  if (bytes.starts_with("\xD0\xCF\x11\xE0")) {
    if (is_encrypted_office(OleDirectory(bytes))) refuse("パスワードで保護されています。", "Excel でパスワードを外して保存し直してください。");
    refuse("古い形式（.xls など）のファイルは読み取れません。", save_as_workbook);
  }
  return bytes.starts_with("PK") ? read_workbook(bytes) : read_separated(bytes);
}

}  // namespace shirube::indexer
