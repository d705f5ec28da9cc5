#include <fmt/format.h>
#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "indexer/extract.h"
#include "indexer/readers/pdf_layout.h"
#include "indexer/readers/readers.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

std::string to_string(const poppler::ustring& s) {
  auto bytes = s.to_utf8();
  std::string out(bytes.begin(), bytes.end());
  while (!out.empty() && out.back() == '\0') out.pop_back();
  return out;
}

/// 「ABCDEF+MS-Mincho」 → 「MS-Mincho」. Names are of any encoding; only what is ASCII is kept.
std::string font_name(std::string name) {
  if (name.size() > 7 && name[6] == '+') name.erase(0, 7);
  for (auto& c : name)
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  return name;
}

bool is_bold(std::string_view font) {
  for (auto w : {"Bold", "bold", "Heavy", "Black", "W6", "W7", "W8", "W9", "Demi"})
    if (font.find(w) != font.npos) return true;
  return false;
}

PlacedWord to_word(const poppler::text_box& box) {
  PlacedWord w;
  w.text = to_string(box.text());
  auto b = box.bbox();
  w.left = b.left(), w.top = b.top(), w.right = b.right(), w.bottom = b.bottom();
  if (box.has_font_info()) {
    w.size = box.get_font_size();
    w.font = font_name(box.get_font_name());
  }
  if (w.size <= 0 || w.size > 400) w.size = std::max(1.0, std::min(b.height(), b.width()));
  w.bold = is_bold(w.font);
  w.space_after = box.has_space_after();
  return w;
}

/// Some programs scale their fonts in a way that poppler's type size does not know. A square character
/// is as wide as its type is large: where whole words say otherwise, all of the font is set right.
void correct_sizes(std::vector<PlacedWord>& words) {
  std::map<std::string, std::vector<double>> ratios;
  for (auto& w : words) {
    auto length = text::length_utf8(w.text);
    bool square = length >= 2;
    for (size_t at = 0; at < w.text.size() && square;) {
      auto c = text::code_point_at(w.text, at);
      square = text::is_kanji(c.value) || text::is_hiragana(c.value);
      at += c.length;
    }
    if (square && w.right > w.left) ratios[w.font].push_back(w.size * static_cast<double>(length) / (w.right - w.left));
  }
  for (auto& [font, found] : ratios) {
    auto middle = found.begin() + static_cast<std::ptrdiff_t>(found.size() / 2);
    std::nth_element(found.begin(), middle, found.end());
    if (found.size() < 3 || *middle < 1.5) continue;
    for (auto& w : words) {
      if (w.font != font) continue;
      w.size /= *middle;
      double centre = (w.top + w.bottom) / 2;
      w.top = centre - w.size * 0.6, w.bottom = centre + w.size * 0.6;
    }
  }
}

/// Columns from right to left become lines from top to bottom.
void turn(PlacedPage& page) {
  for (auto& w : page.words) {
    auto was = w;
    w.left = was.top, w.right = was.bottom;
    w.top = page.width - was.right, w.bottom = page.width - was.left;
  }
  std::swap(page.width, page.height);
  page.vertical = true;
}

PlacedPage place(const poppler::page& page) {
  PlacedPage out;
  auto rect = page.page_rect();
  out.width = rect.width(), out.height = rect.height();
  if (page.orientation() == poppler::page::landscape || page.orientation() == poppler::page::seascape) std::swap(out.width, out.height);
  size_t upright = 0, vertical = 0;
  for (auto& box : page.text_list(poppler::page::text_list_include_font)) {
    auto w = to_word(box);
    if (text::trim(w.text).empty()) continue;
    auto length = text::length_utf8(w.text);
    double high = w.bottom - w.top, wide = w.right - w.left;
    bool set_down = (box.has_font_info() && box.get_wmode() == poppler::text_box::vertical_wmode) || (length > 2 && high > wide * 2.5);
    (set_down ? vertical : upright) += length;
    out.words.push_back(std::move(w));
  }
  if (vertical > upright * 2) turn(out);
  correct_sizes(out.words);
  return out;
}

struct Tally {
  size_t letters = 0, unreadable = 0, empty_pages = 0, thin_pages = 0, vertical_pages = 0;
};

void count(const PlacedPage& page, Tally& tally) {
  size_t letters = 0;
  for (auto& w : page.words)
    for (size_t at = 0; at < w.text.size();) {
      auto c = text::code_point_at(w.text, at);
      at += c.length;
      ++letters;
      bool odd = c.value == 0xFFFD || (c.value >= 0xE000 && c.value <= 0xF8FF) || c.value >= 0xF0000 || (c.value < 0x20 && c.value != '\t');
      tally.unreadable += odd;
    }
  tally.letters += letters;
  tally.empty_pages += letters == 0;
  tally.thin_pages += letters > 0 && letters < 15;
  tally.vertical_pages += page.vertical;
}

void warn(const Tally& tally, size_t pages, std::vector<std::string>& warnings) {
  if (tally.empty_pages) warnings.push_back(fmt::format("{} ページに文字がありません（画像のみ）", tally.empty_pages));
  if (tally.thin_pages * 2 > pages && pages > 1) warnings.push_back(fmt::format("{} ページは文字がほとんどありません（図が主な資料です）", tally.thin_pages));
  if (tally.unreadable * 20 > tally.letters && tally.letters) warnings.push_back(fmt::format("文字化けのおそれがあります（読めない文字が {} 字）", tally.unreadable));
  if (tally.vertical_pages) warnings.push_back(fmt::format("縦書きのページが {} ページあります（読む順を確かめてください）", tally.vertical_pages));
}

std::unique_ptr<poppler::document> open(const std::string& bytes) {
  poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
  std::unique_ptr<poppler::document> document(poppler::document::load_from_raw_data(bytes.data(), static_cast<int>(bytes.size())));
  if (!document) throw Error(ErrorKind::invalid, "PDFとして読めません（壊れているか、途中で切れています）", "もう一度入手し直すか、作成元のファイルを登録してください。");
  if (document->is_locked()) throw Error(ErrorKind::invalid, "パスワードで保護されたPDFです", "パスワードを外したPDFを登録してください。");
  if (document->pages() <= 0) throw Error(ErrorKind::invalid, "PDFにページがありません", "もう一度入手し直してください。");
  if (document->pages() > kMostPages)
    throw Error(ErrorKind::invalid, fmt::format("PDFのページが多すぎます（{} ページ）", document->pages()), fmt::format("{} ページ以下に分けて登録してください。", kMostPages));
  return document;
}

Extract extract(const std::string& bytes) {
  auto document = open(bytes);
  Extract e;
  e.media_type = "application/pdf";
  std::vector<PlacedPage> pages;
  Tally tally;
  size_t size = 0;
  for (int i = 0; i < document->pages(); ++i) {
    std::unique_ptr<poppler::page> page(document->create_page(i));
    pages.push_back(page ? place(*page) : PlacedPage{});
    count(pages.back(), tally);
    for (auto& w : pages.back().words) size += w.text.size();
    if (size > kMostTextBytes) throw Error(ErrorKind::invalid, "PDFの文字が多すぎます", "64 MiB 以下に分けて登録してください。");
  }
  warn(tally, pages.size(), e.warnings);
  e.pages = lay_out(pages);
  e.facts.title = std::string(text::trim(to_string(document->get_title())));
  return e;
}

}  // namespace

Extract read_pdf(const std::string& bytes) {
  if (bytes.size() > size_t{1} << 30) throw Error(ErrorKind::invalid, "PDFが大きすぎます（1 GiB を超えています）", "分けて登録してください。");
  try {
    return extract(bytes);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& ex) {
    throw Error(ErrorKind::invalid, std::string("PDFを読めません: ") + ex.what(), "もう一度入手し直すか、作成元のファイルを登録してください。");
  }
}

}  // namespace shirube::indexer
