#include "indexer/extract.h"

#include <algorithm>
#include <array>

#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

struct Format {
  std::string_view signature;  ///< its first bytes
  std::string_view name;
};

/// Formats that are known and not read. The first that fits names the file in the refusal.
constexpr std::array<Format, 12> kForeign = {{
    {"PK\x03\x04", "Word・Excel・PowerPoint などの Office 文書又は ZIP"},
    {"PK\x05\x06", "空の ZIP"},
    {"\xD0\xCF\x11\xE0", "旧形式の Office 文書（doc・xls・ppt）"},
    {"{\\rtf", "リッチテキスト（RTF）"},
    {"\x89PNG", "画像（PNG）"},
    {"\xFF\xD8\xFF", "画像（JPEG）"},
    {"GIF8", "画像（GIF）"},
    {"II*", "画像（TIFF）"},
    {"\x1F\x8B", "圧縮ファイル（gzip）"},
    {"7z\xBC\xAF", "圧縮ファイル（7-Zip）"},
    {"Rar!", "圧縮ファイル（RAR）"},
    {"\x7F" "ELF", "プログラム"},
}};

[[noreturn]] void refuse(std::string_view seems) {
  throw Error(ErrorKind::invalid, "この形式のファイルは読み込めません: " + std::string(seems),
              "PDF、テキスト（txt・md）又は法令標準XMLに変換して登録してください。");
}

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

}  // namespace

Extract read(const std::string& bytes, const std::string& file_name) {
  if (bytes.empty()) throw Error(ErrorKind::invalid, "空のファイルです", "ファイルの中身を確かめてください。");
  // PDF allows rubbish before its signature.
  if (std::string_view(bytes).substr(0, 1024).find("%PDF-") != std::string_view::npos) return read_pdf(bytes);
  for (auto& f : kForeign)
    if (bytes.starts_with(f.signature)) refuse(f.name);
  auto start = head(bytes);
  if (start.starts_with("<?xml") || start.starts_with("<Law") || start.starts_with("<DataRoot") || start.starts_with("<law_data_response")) return read_law_xml(bytes);
  if (start.starts_with("<!DOCTYPE") || start.starts_with("<!doctype") || start.starts_with("<html") || start.starts_with("<HTML")) refuse("HTML");
  if (is_binary(bytes)) refuse("文字のファイルではありません");
  if (ends_with_nocase(file_name, ".md") || ends_with_nocase(file_name, ".markdown") || looks_like_markdown(bytes)) return read_markdown(bytes);
  return read_text(bytes);
}

}  // namespace shirube::indexer
