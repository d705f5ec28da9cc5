#include "indexer/extract.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "indexer/readers/archive.h"
#include "indexer/readers/mail_header.h"
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

/// A format that is read (it has a reader), or known and refused with what to do.
struct Format {
  std::string_view media_type;
  std::string_view name;  ///< as people call it
  bool (*is)(const Seen&);
  Extract (*read)(const std::string& bytes);
  std::string_view hint;  ///< of a format that is not read
};

constexpr std::string_view convert = "PDF、Word、テキスト（txt・md）又は法令標準XMLに変換して登録してください。";
constexpr std::string_view unpack = "展開して、中のファイルを登録してください。";
constexpr std::string_view recognise = "文字認識（OCR）をかけたPDFにして登録してください。";

/// The first that fits, by content, is it.
constexpr Format formats[] = {
    // PDF allows rubbish before its signature.
    {"application/pdf", "PDF", [](const Seen& seen) { return seen.bytes.substr(0, 1024).find("%PDF-") != seen.bytes.npos; }, read_pdf, {}},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word", [](const Seen& seen) { return is_office(seen, "word/"); }, read_docx, {}},
    {"application/zip", "ZIP", [](const Seen& seen) { return seen.zip.has_value(); }, read_zip, {}},
    {"application/x-ole-storage", "旧形式の Office 文書（doc・xls・ppt）", [](const Seen& seen) { return seen.bytes.starts_with("\xD0\xCF\x11\xE0"); }, nullptr, convert},
    {"application/rtf", "リッチテキスト（RTF）", [](const Seen& seen) { return seen.bytes.starts_with("{\\rtf"); }, nullptr, convert},
    {"image/*", "画像", [](const Seen& seen) { return starts_with_any(seen.bytes, {"\x89PNG", "\xFF\xD8\xFF", "GIF8", "II*", "MM"}); }, nullptr, recognise},
    {"application/gzip", "圧縮ファイル（gzip）", [](const Seen& seen) { return seen.bytes.starts_with("\x1F\x8B"); }, nullptr, unpack},
    {"application/x-7z-compressed", "圧縮ファイル（7-Zip）", [](const Seen& seen) { return seen.bytes.starts_with("7z\xBC\xAF"); }, nullptr, unpack},
    {"application/vnd.rar", "圧縮ファイル（RAR）", [](const Seen& seen) { return seen.bytes.starts_with("Rar!"); }, nullptr, unpack},
    {"application/x-lzh", "圧縮ファイル（LZH）", [](const Seen& seen) { return seen.bytes.size() > 5 && seen.bytes.substr(2, 3) == "-lh"; }, nullptr, unpack},
    {"application/x-tar", "圧縮ファイル（tar）", [](const Seen& seen) { return seen.bytes.size() > 262 && seen.bytes.substr(257, 5) == "ustar"; }, nullptr, unpack},
    {"application/x-executable", "プログラム", [](const Seen& seen) { return starts_with_any(seen.bytes, {"\x7F""ELF", "MZ"}); }, nullptr, convert},
    {"message/rfc822", "メール", [](const Seen& seen) { return looks_like_mail(seen.bytes); }, read_mail, {}},
    // A page may begin as XML does; the law XML is told by its root.
    {"text/html", "HTML", [](const Seen& seen) { return looks_like_html(seen.bytes.substr(0, 65536), seen.name); }, read_html, {}},
    {"application/xml", "法令標準XML", [](const Seen& seen) { return starts_with_any(seen.head, {"<?xml", "<Law", "<DataRoot", "<law_data_response"}); }, read_law_xml, {}},
    {"application/octet-stream", "文字のファイルではありません", [](const Seen& seen) { return is_binary(seen.bytes); }, nullptr, convert},
    {"text/markdown", "Markdown",
     [](const Seen& seen) { return ends_with_nocase(seen.name, ".md") || ends_with_nocase(seen.name, ".markdown") || looks_like_markdown(seen.bytes); }, read_markdown, {}},
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
  for (auto& clause : e.clauses) {
    line(clause.label);
    line(clause.heading);
    clause.text = text::visible(clause.text);
  }
  for (auto* fact : {&e.facts.title, &e.facts.number, &e.facts.abbreviation, &e.facts.issued}) line(*fact);
  for (auto& warning : e.warnings) line(warning);
  for (auto& member : e.members) line(member.name);
}

}  // namespace

Extract read(const std::string& bytes, const std::string& file_name) {
  if (bytes.empty()) throw Error(ErrorKind::invalid, "空のファイルです", "ファイルの中身を確かめてください。");
  Seen seen{bytes, head(bytes), file_name, {}};
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) seen.zip.emplace(bytes);
  const Format& format = *std::ranges::find_if(formats, [&](const Format& one) { return one.is(seen); });
  if (!format.read) throw Error(ErrorKind::invalid, fmt::format("この形式のファイルは読み込めません: {}", format.name), std::string(format.hint));
  seen.zip.reset();
  Extract e = format.read(bytes);
  keep_visible(e);
  return e;
}

}  // namespace shirube::indexer
