#include <fmt/format.h>
#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page.h>
#include <poppler-toc.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "indexer/extract.h"
#include "indexer/readers/pdf_layout.h"
#include "indexer/readers/pdf_strip.h"
#include "indexer/readers/readers.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

constexpr size_t kMostBookmarks = 10'000;
constexpr int kDeepestBookmark = 16;

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

/// Signs drawn for vertical text, as the signs they are.
std::string plain_signs(std::string s) {
  static constexpr std::pair<std::string_view, std::string_view> signs[] = {
      {"︑", "、"}, {"︒", "。"}, {"︐", "，"}, {"︓", "："}, {"︔", "；"}, {"︕", "！"}, {"︖", "？"}, {"︙", "…"}, {"︰", "‥"}, {"︱", "—"}, {"︲", "–"},
      {"︵", "（"}, {"︶", "）"}, {"︷", "｛"}, {"︸", "｝"}, {"︹", "〔"}, {"︺", "〕"}, {"︻", "【"}, {"︼", "】"}, {"︽", "《"}, {"︾", "》"},
      {"︿", "〈"}, {"﹀", "〉"}, {"﹁", "「"}, {"﹂", "」"}, {"﹃", "『"}, {"﹄", "』"}, {"﹇", "［"}, {"﹈", "］"}};
  if (s.find("\xEF\xB8") == s.npos && s.find("\xEF\xB9") == s.npos) return s;
  for (auto& [drawn, sign] : signs) s = text::replace_all(s, drawn, sign);
  return s;
}

PlacedWord to_word(const poppler::text_box& box) {
  PlacedWord w;
  w.text = plain_signs(to_string(box.text()));
  auto b = box.bbox();
  w.left = b.left(), w.top = b.top(), w.right = b.right(), w.bottom = b.bottom();
  if (box.has_font_info()) {
    w.size = box.get_font_size();
    w.font = font_name(box.get_font_name());
  }
  if (w.size <= 0 || w.size > 400) w.size = std::max(1.0, std::min(b.height(), b.width()));
  if (box.has_font_info() && box.get_wmode() == poppler::text_box::vertical_wmode) {
    // Vertical glyphs hang from the middle of their upper edge, which poppler takes for the lower left corner of the first.
    w.left -= w.size / 2, w.right -= w.size / 2;
    w.top += w.size, w.bottom += w.size;
  }
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
    bool recognised = w.font.find("GlyphLess") != w.font.npos;  // its boxes tell its size
    if (square && !recognised && w.right > w.left) ratios[w.font].push_back(w.size * static_cast<double>(length) / (w.right - w.left));
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

/// Which way a word is read.
enum class Direction { across, down, up };

struct Box {
  PlacedWord word;
  Direction direction;
  size_t letters;
};

Direction direction_of(const poppler::text_box& box, const PlacedWord& word, size_t letters) {
  if (box.rotation() == 3) return Direction::up;
  bool down = box.rotation() == 1 || (box.has_font_info() && box.get_wmode() == poppler::text_box::vertical_wmode);
  return down || (letters > 2 && word.bottom - word.top > (word.right - word.left) * 2.5) ? Direction::down : Direction::across;
}

/// Some programs set vertical text character by character, each upright: its neighbour is then the one below it.
void find_stacks(std::vector<Box>& boxes) {
  std::vector<Box*> single;
  for (auto& b : boxes)
    if (b.letters == 1 && b.direction == Direction::across && b.word.text.size() > 1) single.push_back(&b);
  if (single.size() * 2 < boxes.size()) return;
  std::map<const Box*, double> below, beside;
  auto gaps = [&](auto& out, auto centre, auto begin, auto end) {
    std::ranges::sort(single, {}, [&](const Box* b) { return std::pair(std::lround(centre(b->word)), begin(b->word)); });
    for (size_t i = 0; i + 1 < single.size(); ++i)
      if (std::abs(centre(single[i]->word) - centre(single[i + 1]->word)) < single[i]->word.size * 0.2) out[single[i]] = begin(single[i + 1]->word) - end(single[i]->word);
  };
  gaps(below, [](const PlacedWord& w) { return w.left + w.right; }, [](const PlacedWord& w) { return (w.top + w.bottom - w.size) / 2; }, [](const PlacedWord& w) { return (w.top + w.bottom + w.size) / 2; });
  gaps(beside, [](const PlacedWord& w) { return w.top + w.bottom; }, [](const PlacedWord& w) { return w.left; }, [](const PlacedWord& w) { return w.right; });
  for (auto* b : single) {
    auto down = below.find(b), right = beside.find(b);
    bool stacked = down != below.end() && down->second < b->word.size * 0.6 && (right == beside.end() || down->second < right->second);
    if (!stacked) continue;
    b->direction = Direction::down;
  }
}

/// A character that stands in a column takes as much of it as its type is large; its box may be higher.
void trim_height(PlacedWord& w) {
  double centre = (w.top + w.bottom) / 2;
  if (w.bottom - w.top > w.size) w.top = centre - w.size / 2, w.bottom = centre + w.size / 2;
}

/// Characters placed one by one become words again, or any place between two of them would look like a gutter.
void join_characters(std::vector<PlacedWord>& words) {
  std::ranges::sort(words, {}, [](const PlacedWord& w) { return std::pair(std::lround(w.top + w.bottom), w.left); });
  std::vector<PlacedWord> joined;
  for (auto& w : words) {
    auto* before = joined.empty() ? nullptr : &joined.back();
    double gap = before ? w.left - before->right : 0;
    bool same = before && std::abs(w.top + w.bottom - before->top - before->bottom) < w.size * 0.2 && before->font == w.font && before->size == w.size;
    if (same && gap < w.size * 0.08 && gap > -w.size * 0.5) {
      before->text += w.text;
      before->right = w.right;
      before->space_after = w.space_after;
    } else {
      joined.push_back(std::move(w));
    }
  }
  words = std::move(joined);
}

/// Tesseract puts what it read behind the picture in a font without glyphs, half as wide as Japanese is, word by
/// word and each line as large as it is high. Its spaces between Japanese words are none that were printed.
void join_recognised(std::vector<PlacedWord>& words) {
  auto recognised = [](const PlacedWord& w) { return w.font.find("GlyphLess") != w.font.npos; };
  std::vector<double> sizes;
  for (auto& w : words)
    if (recognised(w)) sizes.push_back(w.size);
  if (sizes.empty()) return;
  auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::ranges::nth_element(sizes, middle);
  double usual = *middle;
  std::ranges::stable_sort(words, {}, [](const PlacedWord& w) { return std::pair(std::lround(w.top), w.left); });
  std::vector<PlacedWord> joined;
  for (auto& w : words) {
    if (recognised(w) && std::abs(w.size - usual) < usual * 0.3) w.size = usual;
    auto* before = joined.empty() ? nullptr : &joined.back();
    bool beside = before && recognised(w) && recognised(*before) && std::lround(w.top) == std::lround(before->top) && w.left - before->right < w.size * 1.5;
    if (beside && text::is_japanese(text::code_point_at(w.text, 0).value) && text::is_japanese(last_char(before->text))) {
      before->text += w.text;
      before->right = w.right;
    } else {
      joined.push_back(std::move(w));
    }
  }
  words = std::move(joined);
}

/// Columns from right to left, or lines set sideways, become lines from top to bottom. What stands upright above
/// and below them is a header or footer.
void turn(PlacedPage& page, std::vector<Box>& boxes, Direction direction) {
  double top = 1e9, bottom = 0;
  for (auto& b : boxes)
    if (b.direction == direction) top = std::min(top, b.word.top), bottom = std::max(bottom, b.word.bottom);
  for (auto& b : boxes) {
    auto& w = b.word;
    if (b.direction == Direction::across && (w.bottom <= top || w.top >= bottom)) {
      page.margins.push_back(std::move(w));
      continue;
    }
    if (b.letters == 1) trim_height(w);
    auto was = w;
    bool down = direction == Direction::down;
    w.left = down ? was.top : page.height - was.bottom, w.right = down ? was.bottom : page.height - was.top;
    w.top = down ? page.width - was.right : was.left, w.bottom = down ? page.width - was.left : was.right;
    page.words.push_back(std::move(w));
  }
  join_characters(page.words);
  std::swap(page.width, page.height);
  page.vertical = true;
}

struct Tally {
  size_t letters = 0, unreadable = 0;
  std::vector<int> empty_pages, thin_pages, mixed_pages;  ///< from 1
};

PlacedPage place(const poppler::page& page, int number, Tally& tally) {
  PlacedPage out;
  auto rect = page.page_rect();
  out.width = rect.width(), out.height = rect.height();
  if (page.orientation() == poppler::page::landscape || page.orientation() == poppler::page::seascape) std::swap(out.width, out.height);
  // Whatever a file says of sizes and places: only what can be on paper is laid out.
  constexpr double largest = 1e5;
  out.width = std::min(out.width, largest), out.height = std::min(out.height, largest);
  std::vector<Box> boxes;
  for (auto& box : page.text_list(poppler::page::text_list_include_font)) {
    auto w = to_word(box);
    bool on_paper = std::ranges::all_of(std::array{w.left, w.top, w.right, w.bottom, w.size}, [](double x) { return std::abs(x) < largest; });
    if (!on_paper || text::trim(w.text).empty()) continue;
    auto letters = text::length_utf8(w.text);
    auto direction = direction_of(box, w, letters);
    boxes.push_back({std::move(w), direction, letters});
  }
  find_stacks(boxes);
  std::map<Direction, size_t> letters;
  for (auto& b : boxes) letters[b.direction] += b.letters;
  size_t across = letters[Direction::across], down = letters[Direction::down];
  auto turned = std::ranges::find_if(letters, [&](auto& one) { return one.first != Direction::across && one.second > across * 2; });
  if (turned != letters.end()) turn(out, boxes, turned->first);
  else for (auto& b : boxes) out.words.push_back(std::move(b.word));
  if (turned == letters.end() && down >= 40 && down * 4 > across) tally.mixed_pages.push_back(number);
  join_recognised(out.words);
  correct_sizes(out.words);
  return out;
}

/// 「3〜5、9」
std::string page_ranges(const std::vector<int>& pages) {
  std::string out;
  for (size_t i = 0; i < pages.size();) {
    size_t last = i;
    while (last + 1 < pages.size() && pages[last + 1] == pages[last] + 1) ++last;
    if (!out.empty()) out += "、";
    out += last == i ? std::to_string(pages[i]) : fmt::format("{}{}{}", pages[i], last == i + 1 ? "、" : "〜", pages[last]);
    i = last + 1;
  }
  return out;
}

void count(const PlacedPage& page, int number, Tally& tally) {
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
  if (letters == 0) tally.empty_pages.push_back(number);
  else if (letters < 15) tally.thin_pages.push_back(number);
}

void warn(const Tally& tally, size_t pages, std::vector<std::string>& warnings) {
  if (!tally.empty_pages.empty()) warnings.push_back(fmt::format("文字のないページ（画像のみ、本文検索の対象外）: {} ページ目", page_ranges(tally.empty_pages)));
  if (tally.thin_pages.size() * 2 > pages && pages > 1) warnings.push_back(fmt::format("文字がほとんどないページ（図が主な資料です）: {} ページ目", page_ranges(tally.thin_pages)));
  if (tally.unreadable * 20 > tally.letters && tally.letters) warnings.push_back(fmt::format("文字化けのおそれがあります（読めない文字が {} 字）", tally.unreadable));
  if (!tally.mixed_pages.empty()) warnings.push_back(fmt::format("縦書きと横書きの混ざったページがあります（読む順を確認: {} ページ目）", page_ranges(tally.mixed_pages)));
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

/// The list of contents that the file carries, from the top down. It tells titles and depths, no pages.
void take_bookmarks(const poppler::toc_item& above, int depth, std::vector<corpus::Bookmark>& out) {
  for (auto* item : above.children()) {
    if (out.size() == kMostBookmarks) return;
    out.push_back({to_string(item->title()), depth});
    if (depth < kDeepestBookmark) take_bookmarks(*item, depth + 1, out);
  }
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
    pages.push_back(page ? place(*page, i + 1, tally) : PlacedPage{});
    count(pages.back(), i + 1, tally);
    for (auto& w : pages.back().words) size += w.text.size();
    if (size > kMostTextBytes) throw Error(ErrorKind::invalid, "PDFの文字が多すぎます", "64 MiB 以下に分けて登録してください。");
  }
  warn(tally, pages.size(), e.warnings);
  auto layout = lay_out(pages);
  e.pages = std::move(layout.pages);
  if (!layout.doubtful.empty()) e.warnings.push_back(fmt::format("新旧対照表の欄を分けられないところがあります（確認: {} ページ目）", page_ranges(layout.doubtful)));
  size_t empty = tally.empty_pages.size();
  if (empty * 2 >= pages.size() || empty >= 3) e.scanned = empty;
  e.facts.title = std::string(text::trim(to_string(document->get_title())));
  if (std::unique_ptr<poppler::toc> contents(document->create_toc()); contents) take_bookmarks(*contents->root(), 1, e.bookmarks);
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
