#include <fmt/format.h>

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

Extract decoded_extract(const std::string& bytes, std::string media_type, std::string& text) {
  if (bytes.size() > kMostTextBytes)
    throw Error(ErrorKind::invalid, fmt::format("テキストが大きすぎます（{} MiB）", bytes.size() >> 20), "64 MiB 以下に分けて登録してください。");
  auto decoded = text::decode(bytes);
  if (text::trim(decoded.text).empty()) throw Error(ErrorKind::invalid, "文字がありません（空のファイルです）", "ファイルの中身を確かめてください。");
  Extract e;
  e.media_type = std::move(media_type);
  e.encoding = decoded.encoding;
  if (decoded.replaced) e.warnings.push_back(fmt::format("読めない文字が {} か所あります（文字コード {}）", decoded.replaced, decoded.encoding));
  size_t images = 0;
  for (size_t at = 0; (at = decoded.text.find("[image:", at)) != std::string::npos; ++at) ++images;
  if (images) e.warnings.push_back(image_warning(images));
  text = std::move(decoded.text);
  return e;
}

std::string image_warning(size_t count) { return fmt::format("画像（本文検索の対象外）: {} か所", count); }

Extract read_text(const std::string& bytes) {
  std::string text;
  auto e = decoded_extract(bytes, "text/plain", text);
  corpus::Page page;
  for (auto line : split_lines(text)) {
    corpus::Line l;
    l.text = std::string(line);
    page.lines.push_back(std::move(l));
  }
  e.pages.push_back(std::move(page));
  return e;
}

}  // namespace shirube::indexer
