#include "office/workbook.h"

#include <fmt/format.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>

#include "store/files.h"
#include "text/date.h"
#include "text/error.h"
#include "text/plain.h"
#include "text/utf8.h"

namespace shirube::office {

namespace {

constexpr uint64_t largest_workbook = 256 << 20;
constexpr const char* typeface = "游ゴシック";
constexpr uint8_t a4 = 9;
/// Excel's own format 「@」, which also keeps what people type later as they type it: 001, =1.
constexpr uint8_t as_text = 49;
constexpr const char* day = "yyyy/mm/dd";
/// Below the list choices are offered in so many rows more.
constexpr size_t spare_rows = 1000;

/// A folder that nobody else reads, gone with the scope.
class PrivateFolder {
 public:
  PrivateFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "shirube-workbook-XXXXXX").string();
    if (!mkdtemp(name.data())) throw Error(ErrorKind::unavailable, "一時ファイルを作れません。", "ディスクの空きを確かめてください。");
    path_ = name;
  }
  ~PrivateFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Freed {
  void operator()(lxw_workbook* workbook) const { lxw_workbook_free(workbook); }
};

size_t utf16_length(std::string_view s) {
  size_t units = 0;
  for (size_t at = 0; at < s.size();) {
    auto [c, length] = text::code_point_at(s, at);
    units += c > 0xFFFF ? 2 : 1;
    at += length;
  }
  return units;
}

/// 「_x000D_」 in a text: Excel would read the character that it stands for.
std::string without_escapes(const std::string& s) {
  std::string out;
  for (size_t at = 0; at < s.size(); ++at) {
    std::string_view rest = std::string_view(s).substr(at);
    bool escape = rest.size() >= 7 && rest.starts_with("_x") && rest[6] == '_' && rest.substr(2, 4).find_first_not_of("0123456789ABCDEFabcdef") == std::string_view::npos;
    if (escape) out += "_x005F";
    out += rest[0];
  }
  return out;
}

/// A number that is read back as it was written: a spreadsheet keeps 15 digits and no zeros around them.
bool is_canonical_number(std::string_view s) {
  constexpr size_t most_digits = 15;
  bool negative = s.starts_with('-');
  if (negative) s.remove_prefix(1);
  size_t point = s.find('.');
  std::string_view whole = s.substr(0, point), decimals = point == s.npos ? std::string_view() : s.substr(point + 1);
  auto digits = [](std::string_view part) { return !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; }); };
  if (!digits(whole) || (whole.size() > 1 && whole[0] == '0') || whole.size() + decimals.size() > most_digits) return false;
  if (point != s.npos && (!digits(decimals) || decimals.back() == '0')) return false;
  return !(negative && whole == "0" && decimals.empty());
}

/// The number that stands for an ISO day. Before March 1900 Excel counts a day that never was.
std::optional<double> serial_of(std::string_view iso) {
  using namespace std::chrono;
  auto date = text::from_iso(iso);
  if (!date || *date < text::Date{1900, 3, 1}) return {};
  sys_days day = year(date->year) / month(static_cast<unsigned>(date->month)) / std::chrono::day(static_cast<unsigned>(date->day));
  return static_cast<double>((day - sys_days(year(1899) / 12 / 30)).count());
}

struct Formats {
  explicit Formats(lxw_workbook* workbook) : plain(made(workbook)), heading(made(workbook)) {
    format_set_bold(heading);
    format_set_bg_color(heading, 0xE8EEF7);
    for (auto& format : cells) format = made(workbook);
    for (lxw_format* format : {heading, of(CellKind::text), of(CellKind::number), of(CellKind::date)}) {
      format_set_border(format, LXW_BORDER_THIN);
      format_set_text_wrap(format);
      format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    }
    for (lxw_format* format : {plain, heading, of(CellKind::text)}) format_set_num_format_index(format, as_text);
    format_set_num_format(of(CellKind::date), day);
    for (auto& format : columns) format = made(workbook);
    format_set_num_format_index(column(CellKind::text), as_text);
    format_set_num_format(column(CellKind::date), day);
  }
  lxw_format* of(CellKind kind) const { return cells[static_cast<size_t>(kind)]; }
  /// Of the cells of a column that hold nothing yet.
  lxw_format* column(CellKind kind) const { return columns[static_cast<size_t>(kind)]; }

  lxw_format *plain, *heading;
  lxw_format* cells[3];
  lxw_format* columns[3];

 private:
  static lxw_format* made(lxw_workbook* workbook) {
    lxw_format* format = workbook_add_format(workbook);
    format_set_font_name(format, typeface);
    format_set_font_size(format, 10);
    return format;
  }
};

void expect(lxw_error error) {
  if (error != LXW_NO_ERROR) throw Error(ErrorKind::unavailable, fmt::format("Excel のファイルを書き出せません（{}）。", lxw_strerror(error)), "ディスクの空きを確かめてください。");
}

lxw_row_t row(size_t at) { return static_cast<lxw_row_t>(at); }
lxw_col_t column(size_t at) { return static_cast<lxw_col_t>(at); }

void write_text(lxw_worksheet* page, const std::string& sheet, size_t r, size_t c, const std::string& text, lxw_format* format) {
  std::string words = without_escapes(text::plain(text));
  if (utf16_length(words) > longest_cell) {
    throw Error(ErrorKind::invalid, fmt::format("シート「{}」の {} 行目 {} 列目が長すぎて、Excel のセルに入りません（{} 文字まで）。", sheet, r + 1, c + 1, longest_cell), "文を短くするか、分けてください。");
  }
  expect(worksheet_write_string(page, row(r), column(c), words.c_str(), format));
}

void write_cell(lxw_worksheet* page, const Sheet& sheet, size_t r, size_t c, const std::string& text, const Formats& formats) {
  CellKind kind = sheet.columns[c].kind;
  if (kind == CellKind::number && is_canonical_number(text)) {
    expect(worksheet_write_number(page, row(r), column(c), std::strtod(text.c_str(), nullptr), formats.of(kind)));
  } else if (auto serial = kind == CellKind::date ? serial_of(text) : std::nullopt) {
    expect(worksheet_write_number(page, row(r), column(c), *serial, formats.of(kind)));
  } else {
    // Of an empty cell the kind is kept, for what is typed there later.
    write_text(page, sheet.name, r, c, text, formats.of(text.empty() ? kind : CellKind::text));
  }
}

/// The choices of all columns, on a hidden sheet: what stands in the rule itself may have 255 characters and no commas.
class Choices {
 public:
  Choices(lxw_workbook* workbook, std::span<const Sheet> sheets) {
    auto has = [](const Sheet& sheet) { return std::ranges::any_of(sheet.columns, [](const auto& one) { return !one.choices.empty(); }); };
    if (std::ranges::none_of(sheets, has)) return;
    for (int i = 2; std::ranges::any_of(sheets, [&](const Sheet& sheet) { return sheet.name == name_; }); ++i) name_ = fmt::format("選択肢{}", i);
    page_ = workbook_add_worksheet(workbook, name_.c_str());
    worksheet_hide(page_);
  }

  void offer(lxw_worksheet* page, const std::vector<std::string>& choices, size_t c, size_t first, size_t last, const Formats& formats) {
    for (size_t i = 0; i < choices.size(); ++i) write_text(page_, name_, i, used_, choices[i], formats.plain);
    char cells[LXW_MAX_CELL_RANGE_LENGTH];
    lxw_rowcol_to_range_abs(cells, 0, column(used_), row(choices.size() - 1), column(used_));
    std::string list = fmt::format("='{}'!{}", name_, cells);
    ++used_;
    char title[] = "一覧にない値です", message[] = "一覧から選んでください。";
    lxw_data_validation rule{};
    rule.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
    rule.value_formula = list.data();
    rule.error_title = title;
    rule.error_message = message;
    expect(worksheet_data_validation_range(page, row(first), column(c), row(last), column(c), &rule));
  }

 private:
  std::string name_ = "選択肢";
  lxw_worksheet* page_ = nullptr;
  size_t used_ = 0;
};

void fill(lxw_worksheet* page, const Sheet& sheet, const Formats& formats, Choices& choices) {
  for (size_t i = 0; i < sheet.about.size(); ++i) write_text(page, sheet.name, i, 0, sheet.about[i], formats.plain);
  const size_t top = sheet.about.size(), bottom = top + sheet.rows.size(), last = sheet.columns.size() - 1;
  for (size_t i = 0; i < sheet.columns.size(); ++i) {
    expect(worksheet_set_column(page, column(i), column(i), sheet.columns[i].width, formats.column(sheet.columns[i].kind)));
    write_text(page, sheet.name, top, i, sheet.columns[i].name, formats.heading);
    if (!sheet.columns[i].choices.empty()) choices.offer(page, sheet.columns[i].choices, i, top + 1, std::min(bottom + spare_rows, most_sheet_rows - 1), formats);
  }
  for (size_t r = 0; r < sheet.rows.size(); ++r) {
    for (size_t i = 0; i < sheet.columns.size(); ++i) write_cell(page, sheet, top + 1 + r, i, i < sheet.rows[r].size() ? sheet.rows[r][i] : "", formats);
  }
  worksheet_freeze_panes(page, row(top + 1), 0);
  expect(worksheet_autofilter(page, row(top), 0, row(bottom), column(last)));
  worksheet_set_paper(page, a4);
  worksheet_set_landscape(page);
  worksheet_fit_to_pages(page, 1, 0);
  expect(worksheet_repeat_rows(page, row(top), row(top)));
  expect(worksheet_print_area(page, 0, 0, row(bottom), column(last)));
  expect(worksheet_set_footer(page, "&C&P / &N"));
}

/// Capital and small letters are the same to Excel.
std::string folded(std::string_view name) {
  std::string out(name);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

void check(std::span<const Sheet> sheets) {
  if (sheets.empty()) throw Error(ErrorKind::invalid, "書き出すシートがありません。");
  std::set<std::string> names;
  for (const Sheet& sheet : sheets) {
    if (sheet_name(sheet.name) != sheet.name) {
      throw Error(ErrorKind::invalid, fmt::format("シートの名前にできません: {}", sheet.name), fmt::format("{} 文字以内とし、[ ] : * ? / \\ を使わないでください。", longest_sheet_name));
    }
    if (!names.insert(folded(sheet.name)).second) throw Error(ErrorKind::invalid, fmt::format("同じ名前のシートがあります: {}", sheet.name), "名前を変えてください。");
    if (sheet.columns.empty() || sheet.columns.size() > most_sheet_columns || std::ranges::any_of(sheet.rows, [&](const auto& one) { return one.size() > sheet.columns.size(); })) {
      throw Error(ErrorKind::invalid, fmt::format("シート「{}」の列の数が正しくありません。", sheet.name));
    }
    if (sheet.about.size() + 1 + sheet.rows.size() > most_sheet_rows) {
      throw Error(ErrorKind::invalid, fmt::format("シート「{}」の行が多すぎます（{} 行）。", sheet.name, sheet.rows.size()), fmt::format("条件を絞り、見出しを含めて {} 行以内にしてください。", most_sheet_rows));
    }
  }
}

}  // namespace

std::string sheet_name(std::string_view wanted) {
  constexpr std::u32string_view refused = U"[]:*?/\\'", wide = U"［］：＊？／＼’";
  std::string name;
  for (char32_t c : text::to_utf32(text::plain(wanted))) {
    size_t at = refused.find(c);
    text::append_utf8(name, c == '\n' || c == '\t' ? U' ' : at == refused.npos ? c : wide[at]);
  }
  if (utf16_length(name) > longest_sheet_name) {
    while (utf16_length(name) > longest_sheet_name - 1) name.resize(text::clamp_utf8(name, name.size() - 1).size());
    name += "…";
  }
  // 「History」 is Excel's own.
  if (text::trim(name).empty() || folded(name) == "history") name = "シート" + std::string(text::trim(name));
  return name;
}

std::string write_workbook(std::span<const Sheet> sheets) {
  check(sheets);
  PrivateFolder folder;
  const std::string file = (folder.path() / "list.xlsx").string();
  std::string temporary = folder.path().string();
  lxw_workbook_options options{};
  options.constant_memory = LXW_FALSE;
  options.tmpdir = temporary.data();
  std::unique_ptr<lxw_workbook, Freed> workbook(workbook_new_opt(file.c_str(), &options));
  if (!workbook) throw Error(ErrorKind::unavailable, "一時ファイルを作れません。", "ディスクの空きを確かめてください。");
  lxw_doc_properties properties{};
  char author[] = "しるべ";
  properties.author = author;
  constexpr time_t a_day = 24 * 60 * 60;
  properties.created = std::time(nullptr) / a_day * a_day;  // the same words give the same bytes, within a day
  expect(workbook_set_properties(workbook.get(), &properties));
  Formats formats(workbook.get());
  std::vector<lxw_worksheet*> pages;
  for (const Sheet& sheet : sheets) pages.push_back(workbook_add_worksheet(workbook.get(), sheet.name.c_str()));
  Choices choices(workbook.get(), sheets);
  for (size_t i = 0; i < sheets.size(); ++i) fill(pages[i], sheets[i], formats, choices);
  expect(workbook_close(workbook.release()));  // which frees it
  return store::read_file(file, largest_workbook);
}

std::string write_workbook(const Sheet& sheet) { return write_workbook({&sheet, 1}); }

}  // namespace shirube::office
