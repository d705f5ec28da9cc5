#include "web/workbook.h"

#include <xlsxwriter.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "store/files.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::web {

namespace {

constexpr size_t longest_cell = 32'767;  // characters
constexpr uint64_t largest_workbook = 256 << 20;
constexpr const char* typeface = "Yu Gothic";
constexpr uint8_t a4 = 9;

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

/// Without what XML cannot hold, and as long as a cell may be.
std::string cell(const std::string& text) {
  std::u32string out;
  for (char32_t c : text::to_utf32(text)) {
    if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7F && c != 0xFFFE && c != 0xFFFF)) out += c;
  }
  if (out.size() > longest_cell) out.resize(longest_cell - 1), out += U'…';
  return text::to_utf8(out);
}

lxw_format* format_of(lxw_workbook* workbook) {
  lxw_format* format = workbook_add_format(workbook);
  format_set_font_name(format, typeface);
  format_set_font_size(format, 10);
  return format;
}

void fill(lxw_workbook* workbook, const Sheet& sheet) {
  lxw_worksheet* page = workbook_add_worksheet(workbook, sheet.name.c_str());
  lxw_format *plain = format_of(workbook), *heading = format_of(workbook), *body = format_of(workbook);
  format_set_bold(heading);
  format_set_bg_color(heading, 0xE8EEF7);
  for (lxw_format* format : {heading, body}) {
    format_set_border(format, LXW_BORDER_THIN);
    format_set_text_wrap(format);
    format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
  }
  auto row = [](size_t at) { return static_cast<lxw_row_t>(at); };
  auto column = [](size_t at) { return static_cast<lxw_col_t>(at); };
  for (size_t i = 0; i < sheet.about.size(); ++i) worksheet_write_string(page, row(i), 0, cell(sheet.about[i]).c_str(), plain);
  const size_t top = sheet.about.size(), last = column(sheet.columns.size() - 1);
  for (size_t i = 0; i < sheet.columns.size(); ++i) {
    worksheet_set_column(page, column(i), column(i), sheet.columns[i].width, nullptr);
    worksheet_write_string(page, row(top), column(i), cell(sheet.columns[i].title).c_str(), heading);
  }
  for (size_t r = 0; r < sheet.rows.size(); ++r) {
    for (size_t i = 0; i < sheet.rows[r].size(); ++i) worksheet_write_string(page, row(top + 1 + r), column(i), cell(sheet.rows[r][i]).c_str(), body);
  }
  worksheet_freeze_panes(page, row(top + 1), 0);
  worksheet_autofilter(page, row(top), 0, row(top + sheet.rows.size()), column(last));
  worksheet_set_paper(page, a4);
  worksheet_set_landscape(page);
  worksheet_fit_to_pages(page, 1, 0);
  worksheet_repeat_rows(page, row(top), row(top));
  worksheet_print_area(page, 0, 0, row(top + sheet.rows.size()), column(last));
  worksheet_set_footer(page, "&C&P / &N");
}

}  // namespace

std::string write_workbook(const Sheet& sheet) {
  PrivateFolder folder;
  const std::string file = (folder.path() / "list.xlsx").string();
  std::string temporary = folder.path().string();
  lxw_workbook_options options{};
  options.constant_memory = LXW_FALSE;
  options.tmpdir = temporary.data();
  lxw_workbook* workbook = workbook_new_opt(file.c_str(), &options);
  if (!workbook) throw Error(ErrorKind::unavailable, "一時ファイルを作れません。", "ディスクの空きを確かめてください。");
  lxw_doc_properties properties{};
  char author[] = "しるべ";
  properties.author = author;
  constexpr time_t a_day = 24 * 60 * 60;
  properties.created = std::time(nullptr) / a_day * a_day;  // the same words give the same bytes, within a day
  workbook_set_properties(workbook, &properties);
  fill(workbook, sheet);
  if (workbook_close(workbook) != LXW_NO_ERROR) throw Error(ErrorKind::unavailable, "Excel のファイルを書き出せません。", "ディスクの空きを確かめてください。");
  return store::read_file(file, largest_workbook);
}

}  // namespace shirube::web
