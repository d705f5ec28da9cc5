#include "indexer/extract.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "indexer/readers/archive.h"
#include "indexer/readers/mail_header.h"
#include "indexer/readers/ole.h"
#include "indexer/readers/readers.h"
#include "text/error.h"
#include "text/visible.h"

namespace shirube::indexer {
namespace {

/// What is known of a file before it is read.
struct Seen {
  std::string_view bytes;
  std::string_view head;       ///< its start without a byte order mark and white space
  std::string_view name;
  std::optional<Archive> zip;  ///< opened, where it is one
  std::string mimetype;        ///< what a ZIP file says of itself: OpenDocument files do
  std::optional<OleDirectory> ole;
};

bool ends_with_nocase(std::string_view s, std::string_view end) {
  if (s.size() < end.size()) return false;
  return std::equal(end.begin(), end.end(), s.end() - static_cast<std::ptrdiff_t>(end.size()),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
}

/// The start of the file without a byte order mark and white space.
std::string_view head(std::string_view s) {
  if (s.starts_with("\xEF\xBB\xBF")) s.remove_prefix(3);
  auto at = s.find_first_not_of(" \t\r\n");
  return at == s.npos ? std::string_view{} : s.substr(at, 2048);
}

bool is_binary(std::string_view bytes) {
  auto part = bytes.substr(0, 8192);
  bool utf16 = part.starts_with("\xFF\xFE") || part.starts_with("\xFE\xFF");
  return !utf16 && std::count(part.begin(), part.end(), '\0') > 0;
}

/// Converters write Markdown into .txt files: two headings with # tell.
bool looks_like_markdown(std::string_view bytes) {
  size_t headings = 0;
  for (size_t at = 0; at < bytes.size() && headings < 2;) {
    auto line = bytes.substr(at, bytes.find('\n', at) - at);
    auto depth = line.find_first_not_of('#');
    headings += depth != line.npos && depth > 0 && depth <= 6 && line[depth] == ' ';
    at += line.size() + 1;
  }
  return headings == 2;
}

bool starts_with_any(std::string_view s, std::initializer_list<std::string_view> beginnings) {
  return std::ranges::any_of(beginnings, [&](std::string_view one) { return s.starts_with(one); });
}

/// An Office Open XML file whose main part stands in a folder.
bool is_office(const Seen& seen, std::string_view folder) {
  return seen.zip && seen.zip->has("[Content_Types].xml") && std::ranges::any_of(seen.zip->members(), [&](const auto& member) { return member.name.starts_with(folder); });
}

bool is_open_document(const Seen& seen, std::string_view kind) {
  return seen.mimetype.starts_with(fmt::format("application/vnd.oasis.opendocument.{}", kind));
}

bool is_encrypted_open_document(const Seen& seen) {
  constexpr std::string_view manifest = "META-INF/manifest.xml";
  if (!is_open_document(seen, "") || !seen.zip->has(manifest)) return false;
  return Archive(seen.bytes).read(manifest).find("encryption-data") != std::string::npos;
}

bool has_stream(const Seen& seen, std::string_view name) { return seen.ole && seen.ole->has(name); }

/// 一太郎 and 花子: OLE files today, files of their own before.
bool is_just_system(const Seen& seen) {
  constexpr std::string_view endings[] = {".jtd", ".jtdc", ".jtt", ".jttc", ".jhd", ".jhdc", ".jfw", ".jsw", ".jaw", ".jbw", ".juw"};
  if (seen.ole && (seen.ole->has_prefix("\x04JSRV_") || seen.ole->has("DocumentText"))) return true;
  return (seen.ole || is_binary(seen.bytes)) && std::ranges::any_of(endings, [&](std::string_view end) { return ends_with_nocase(seen.name, end); });
}

/// A format that is read (it has a reader), made into another first, or known and refused with what to do.
struct Format {
  std::string_view media_type;
  std::string_view name;  ///< as people call it
  bool (*is)(const Seen&);
  Extract (*read)(const std::string& bytes);
  std::string_view hint;  ///< of a format that is not read
  std::string_view ending = {}, converts_to = {};  ///< of a format that LibreOffice makes into another
};

constexpr std::string_view unlock = "元のソフトでパスワードを外して保存し直してください。";
constexpr std::string_view save_ichitaro = "一太郎で Word 形式（docx）又は PDF で保存して登録してください。";
constexpr std::string_view save_mail = "メールの本文や添付ファイルを、eml や元の形式で保存して登録してください。";
constexpr std::string_view convert = "PDF、Word、テキスト（txt・md）又は法令標準XMLに変換して登録してください。";
constexpr std::string_view unpack = "展開して、中のファイルを登録してください。";
constexpr std::string_view recognise = "文字認識（OCR）をかけたPDFにして登録してください。";

/// The first that fits, by content, is it.
constexpr Format formats[] = {
    // PDF allows rubbish before its signature.
    {"application/pdf", "PDF", [](const Seen& seen) { return !seen.zip && seen.bytes.substr(0, 1024).find("%PDF-") != seen.bytes.npos; }, read_pdf, {}},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word", [](const Seen& seen) { return is_office(seen, "word/"); }, read_docx, {}},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel", [](const Seen& seen) { return is_office(seen, "xl/") && !seen.zip->has("xl/workbook.bin"); }, read_xlsx, {}},
    {"application/vnd.ms-excel.sheet.binary.macroEnabled.12", "Excel バイナリ（xlsb）", [](const Seen& seen) { return is_office(seen, "xl/"); }, nullptr, {}, "xlsb", "xlsx"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "PowerPoint", [](const Seen& seen) { return is_office(seen, "ppt/"); }, read_pptx, {}},
    {"application/vnd.oasis.opendocument", "パスワードで保護された OpenDocument 文書", is_encrypted_open_document, nullptr, unlock},
    {"application/vnd.oasis.opendocument.text", "OpenDocument 文書（odt）", [](const Seen& seen) { return is_open_document(seen, "text"); }, nullptr, {}, "odt", "docx"},
    {"application/vnd.oasis.opendocument.spreadsheet", "OpenDocument 表（ods）", [](const Seen& seen) { return is_open_document(seen, "spreadsheet"); }, nullptr, {}, "ods", "xlsx"},
    {"application/vnd.oasis.opendocument.presentation", "OpenDocument スライド（odp）", [](const Seen& seen) { return is_open_document(seen, "presentation"); }, nullptr, {}, "odp", "pptx"},
    {"application/zip", "ZIP", [](const Seen& seen) { return seen.zip.has_value(); }, read_zip, {}},
    {"application/x-ole-storage", "パスワードで保護された Office 文書", [](const Seen& seen) { return seen.ole && is_encrypted_office(*seen.ole); }, nullptr, unlock},
    {"application/msword", "Word 97-2003（doc）", [](const Seen& seen) { return has_stream(seen, "WordDocument"); }, nullptr, {}, "doc", "docx"},
    {"application/vnd.ms-powerpoint", "PowerPoint 97-2003（ppt）", [](const Seen& seen) { return has_stream(seen, "PowerPoint Document"); }, nullptr, {}, "ppt", "pptx"},
    {"application/vnd.ms-excel", "Excel 97-2003（xls）", [](const Seen& seen) { return has_stream(seen, "Workbook") || has_stream(seen, "Book"); }, nullptr, {}, "xls", "xlsx"},
    {"application/vnd.ms-outlook", "Outlook のメール（msg）", [](const Seen& seen) { return has_stream(seen, "__properties_version1.0"); }, nullptr, save_mail},
    {"application/x-js-taro", "一太郎・花子の文書", is_just_system, nullptr, save_ichitaro},
    {"application/x-ole-storage", "旧形式の Office 文書（種類が分かりません）", [](const Seen& seen) { return seen.ole.has_value(); }, nullptr, convert},
    {"application/rtf", "リッチテキスト（RTF）", [](const Seen& seen) { return seen.bytes.starts_with("{\\rtf"); }, nullptr, {}, "rtf", "docx"},
    {"image/*", "画像", [](const Seen& seen) { return starts_with_any(seen.bytes, {"\x89PNG", "\xFF\xD8\xFF", "GIF8", std::string_view("II*\0", 4), std::string_view("MM\0*", 4)}); }, nullptr, recognise},
    {"application/gzip", "圧縮ファイル（gzip）", [](const Seen& seen) { return seen.bytes.starts_with("\x1F\x8B"); }, nullptr, unpack},
    {"application/x-7z-compressed", "圧縮ファイル（7-Zip）", [](const Seen& seen) { return seen.bytes.starts_with("7z\xBC\xAF"); }, nullptr, unpack},
    {"application/vnd.rar", "圧縮ファイル（RAR）", [](const Seen& seen) { return seen.bytes.starts_with("Rar!"); }, nullptr, unpack},
    {"application/x-lzh", "圧縮ファイル（LZH）", [](const Seen& seen) { return seen.bytes.size() > 5 && seen.bytes.substr(2, 3) == "-lh"; }, nullptr, unpack},
    {"application/x-tar", "圧縮ファイル（tar）", [](const Seen& seen) { return seen.bytes.size() > 262 && seen.bytes.substr(257, 5) == "ustar"; }, nullptr, unpack},
    {"application/x-executable", "プログラム", [](const Seen& seen) { return seen.bytes.starts_with("\x7F""ELF") || (seen.bytes.starts_with("MZ") && is_binary(seen.bytes)); }, nullptr, convert},
    {"message/rfc822", "メール", [](const Seen& seen) { return looks_like_mail(seen.bytes); }, read_mail, {}},
    // A page may begin as XML does; the law XML is told by its root.
    {"text/html", "HTML", [](const Seen& seen) { return looks_like_html(seen.bytes.substr(0, 65536), seen.name); }, read_html, {}},
    {"application/xml", "法令標準XML", [](const Seen& seen) { return starts_with_any(seen.head, {"<?xml", "<Law", "<DataRoot", "<law_data_response"}); }, read_law_xml, {}},
    {"application/octet-stream", "文字のファイルではありません", [](const Seen& seen) { return is_binary(seen.bytes); }, nullptr, convert},
    {"text/markdown", "Markdown",
     [](const Seen& seen) { return ends_with_nocase(seen.name, ".md") || ends_with_nocase(seen.name, ".markdown") || looks_like_markdown(seen.bytes); }, read_markdown, {}},
    {"text/csv", "表（CSV・TSV）",
     [](const Seen& seen) { return ends_with_nocase(seen.name, ".csv") || ends_with_nocase(seen.name, ".tsv") || looks_like_table(seen.bytes); }, read_table, {}},
    {"text/plain", "テキスト", [](const Seen&) { return true; }, read_text, {}},
};

/// Whatever a file holds and whoever read it: what is not to be seen goes no further.
void keep_visible(Extract& e) {
  auto line = [](std::string& words) {
    words = text::visible(words);
    std::ranges::replace(words, '\n', ' ');
  };
  for (auto& page : e.pages)
    for (auto& one : page.lines) line(one.text);
  for (auto& bookmark : e.bookmarks) line(bookmark.title);
  for (auto& clause : e.clauses) {
    line(clause.label);
    line(clause.heading);
    clause.text = text::visible(clause.text);
  }
  for (auto* fact : {&e.facts.title, &e.facts.number, &e.facts.abbreviation, &e.facts.issued, &e.facts.effective}) line(*fact);
  for (auto& warning : e.warnings) line(warning);
  for (auto& member : e.members) line(member.name);
}

}  // namespace

Extract read(const std::string& bytes, const std::string& file_name) {
  if (bytes.empty()) throw Error(ErrorKind::invalid, "空のファイルです", "ファイルの中身を確かめてください。");
  Seen seen{bytes, head(bytes), file_name, {}, {}, {}};
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) seen.zip.emplace(bytes);
  if (seen.zip && seen.zip->has("mimetype")) seen.mimetype = seen.zip->read("mimetype");
  if (bytes.starts_with("\xD0\xCF\x11\xE0")) seen.ole.emplace(bytes);
  const Format& format = *std::ranges::find_if(formats, [&](const Format& one) { return one.is(seen); });
  if (!format.converts_to.empty()) {
    Extract wanted;
    wanted.media_type = format.media_type;
    wanted.conversion = Conversion{std::string(format.ending), std::string(format.converts_to)};
    return wanted;
  }
  if (!format.read) throw Error(ErrorKind::invalid, fmt::format("この形式のファイルは読み込めません: {}", format.name), std::string(format.hint));
  seen.zip.reset();
  Extract e = format.read(bytes);
  keep_visible(e);
  return e;
}

}  // namespace shirube::indexer
