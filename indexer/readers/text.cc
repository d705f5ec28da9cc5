#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "indexer/extract.h"
#include "indexer/readers/readers.h"
#include "text/encoding.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

corpus::Page page_of_lines(std::string_view text) {
  corpus::Page page;
  for (auto words : split_lines(text)) page.lines.emplace_back().text = words;
  return page;
}

void note_encoding(const text::Decoded& decoded, Extract& e) {
  e.encoding = decoded.encoding;
  if (decoded.replaced) e.warnings.push_back(fmt::format("読めない文字が {} か所あります（文字コード {}）", decoded.replaced, decoded.encoding));
}

Extract decoded_extract(const std::string& bytes, std::string media_type, std::string& text) {
  if (bytes.size() > kMostTextBytes)
    throw Error(ErrorKind::invalid, fmt::format("テキストが大きすぎます（{} MiB）", bytes.size() >> 20), "64 MiB 以下に分けて登録してください。");
  auto decoded = text::decode(bytes);
  if (text::trim(decoded.text).empty()) throw Error(ErrorKind::invalid, "文字がありません（空のファイルです）", "ファイルの中身を確かめてください。");
  Extract e;
  e.media_type = std::move(media_type);
  note_encoding(decoded, e);
  size_t images = 0;
  for (size_t at = 0; (at = decoded.text.find("[image:", at)) != std::string::npos; ++at) ++images;
  if (images) e.warnings.push_back(image_warning(images));
  text = std::move(decoded.text);
  return e;
}

namespace {

/// What is declared under these names is read as its superset, as browsers do.
constexpr std::pair<std::string_view, std::string_view> kEncodings[] = {
    {"shift_jis", "CP932"}, {"shift-jis", "CP932"}, {"sjis", "CP932"}, {"x-sjis", "CP932"}, {"ms_kanji", "CP932"}, {"windows-31j", "CP932"}, {"cp932", "CP932"},
    {"ms932", "CP932"}, {"csshiftjis", "CP932"}, {"euc-jp", "EUC-JP"}, {"x-euc-jp", "EUC-JP"}, {"eucjp", "EUC-JP"}, {"utf8", "UTF-8"}, {"utf-8", "UTF-8"},
    {"iso-2022-jp", "ISO-2022-JP"}, {"iso-2022-jp-ms", "ISO-2022-JP"}, {"cp50220", "ISO-2022-JP"}, {"cp50221", "ISO-2022-JP"}, {"csiso2022jp", "ISO-2022-JP"},
    {"us-ascii", "UTF-8"}, {"ascii", "UTF-8"}, {"iso-8859-1", "windows-1252"}, {"latin1", "windows-1252"}};

bool has_hiragana(std::string_view s) {
  for (size_t at = 0; at < s.size();) {
    auto c = text::code_point_at(s, at);
    if (text::is_hiragana(c.value)) return true;
    at += c.length;
  }
  return false;
}

}  // namespace

text::Decoded decode_declared(std::string_view bytes, std::string_view declared) {
  std::string name(text::trim(declared));
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (auto known = std::ranges::find(kEncodings, name, &std::pair<std::string_view, std::string_view>::first); known != std::end(kEncodings)) name = known->second;
  auto sniffed = text::decode(bytes);
  if (name.empty() || name == sniffed.encoding || name.starts_with("utf-16") || name.starts_with("utf-32")) return sniffed;
  // An encoding of single bytes fits everything: Japanese that reads well is believed over it.
  if (sniffed.replaced == 0 && name != "CP932" && name != "EUC-JP" && has_hiragana(sniffed.text)) return sniffed;
  try {
    auto as_declared = text::decode_as(bytes, name);
    if (as_declared.replaced <= sniffed.replaced) return as_declared;
  } catch (const Error&) {
    // No encoding that anybody knows.
  }
  return sniffed;
}

std::string image_warning(size_t count) { return fmt::format("画像（本文検索の対象外）: {} か所", count); }

Extract read_text(const std::string& bytes) {
  std::string text;
  auto e = decoded_extract(bytes, "text/plain", text);
  e.pages.push_back(page_of_lines(text));
  return e;
}

}  // namespace shirube::indexer
