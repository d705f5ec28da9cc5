#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/utf8.h"

namespace shirube::test {

inline std::string utf16_hex(std::string_view text) {
  std::string hex;
  for (char32_t c : text::to_utf32(text)) hex += fmt::format("{:04X}", static_cast<uint32_t>(c));
  return hex;
}

/// Shows Japanese text from a point, in points from the lower left of the page.
inline std::string show(std::string_view font, double x, double y, std::string_view text, double size = 10) {
  return fmt::format("BT /{} {} Tf {} {} Td <{}> Tj ET\n", font, size, x, y, utf16_hex(text));
}

/// A PDF of pages with these content streams and with bookmarks (title and depth), valid enough for poppler. F1 is Latin, F2 Japanese, F3
/// Japanese set vertically, F4 what OCR writes with.
inline std::string pdf_of(const std::vector<std::string>& pages, const std::vector<std::pair<std::string, int>>& bookmarks = {}) {
  std::vector<std::string> objects(2);
  auto add = [&](std::string object) { return objects.push_back(std::move(object)), objects.size(); };
  std::string fonts = fmt::format("/F1 {} 0 R", add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"));
  int count = 1;
  for (auto [font, encoding] : {std::pair{"HeiseiMin-W3", "UniJIS-UTF16-H"}, {"HeiseiMin-W3", "UniJIS-UTF16-V"}, {"GlyphLessFont", "UniJIS-UTF16-H"}})
    fonts += fmt::format("/F{} {} 0 R", ++count, add(fmt::format("<</Type/Font/Subtype/Type0/BaseFont/{0}/Encoding/{1}/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/{0}"
                                                                 "/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>/FontDescriptor<</Type/FontDescriptor/FontName/{0}/Flags 4>>>>]>>", font, encoding)));
  std::string kids;
  for (auto& content : pages) {
    auto stream = add(fmt::format("<</Length {}>>\nstream\n{}\nendstream", content.size(), content));
    kids += fmt::format("{} 0 R ", add(fmt::format("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {} 0 R/Resources<</Font<<{}>>>>>>", stream, fonts)));
  }
  objects[0] = "<</Type/Catalog/Pages 2 0 R>>";
  objects[1] = fmt::format("<</Type/Pages/Kids[{}]/Count {}>>", kids, pages.size());
  if (!bookmarks.empty()) {
    size_t root = objects.size() + 1;
    objects[0] = fmt::format("<</Type/Catalog/Pages 2 0 R/Outlines {} 0 R>>", root);
    // The entries behind each in its own list and below it, 0: none; the root stands before the first.
    auto depth = [&](size_t i) { return i == 0 ? 0 : bookmarks[i - 1].second; };
    for (size_t i = 0; i <= bookmarks.size(); ++i) {
      size_t first = i < bookmarks.size() && depth(i + 1) > depth(i) ? i + 1 : 0, last = first, next = 0, parent = i;
      for (size_t k = i + 1; k <= bookmarks.size() && depth(k) > depth(i); ++k)
        if (depth(k) == depth(i) + 1) last = k;
      for (size_t k = i + 1; i > 0 && k <= bookmarks.size() && depth(k) >= depth(i) && !next; ++k)
        if (depth(k) == depth(i)) next = k;
      while (parent > 0 && depth(parent) >= depth(i)) --parent;
      std::string item = i == 0 ? "<</Type/Outlines" : fmt::format("<</Title <FEFF{}>/Parent {} 0 R", utf16_hex(bookmarks[i - 1].first), root + parent);
      if (first) item += fmt::format("/First {} 0 R/Last {} 0 R/Count 1", root + first, root + last);
      if (next) item += fmt::format("/Next {} 0 R", root + next);
      add(item + ">>");
    }
  }
  std::string pdf = "%PDF-1.4\n", table;
  for (size_t i = 0; i < objects.size(); ++i) {
    table += fmt::format("{:010} 00000 n \n", pdf.size());
    pdf += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
  }
  auto start = pdf.size();
  return pdf + fmt::format("xref\n0 {}\n0000000000 65535 f \n{}trailer<</Size {}/Root 1 0 R>>\nstartxref\n{}\n%%EOF\n", objects.size() + 1, table, objects.size() + 1, start);
}

}  // namespace shirube::test
