// Any bytes are a query; its parts lie in what was typed and its marks in the text.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "search/passage.h"
#include "search/query.h"
#include "text/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static shirube::text::AnalyzerModel model{shirube::text::AnalyzerOptions{}};
  static shirube::text::Analyzer analyzer(model);
  std::string_view input(reinterpret_cast<const char*>(data), size);
  size_t half = input.size() / 2;
  auto query = shirube::search::parse(input.substr(0, half));
  query.understood();
  for (const auto& part : query.parts) {
    if (query.typed.substr(part.begin, part.typed.size()) != part.typed) std::abort();
  }
  if (!query.parts.empty()) shirube::search::parse(query.with(query.parts.front(), ""));
  std::string text = shirube::text::to_utf8(shirube::text::to_utf32(input.substr(half)));
  size_t before = 0;
  shirube::search::Marker marker(query, shirube::search::ask(query, analyzer, {}), analyzer);
  for (const auto& part : marker.passages(text, 1)) {
    if (part.window.begin < before || part.window.end > text.size()) std::abort();
    before = part.window.end;
    for (const auto& mark : part.marks) {
      if (mark.begin >= mark.end || mark.end > part.window.end) std::abort();
      if (!shirube::text::is_valid_utf8(std::string_view(text).substr(mark.begin, mark.end - mark.begin))) std::abort();
    }
  }
  return 0;
}
