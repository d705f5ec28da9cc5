#include "text/utf8.h"
#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

namespace {

/// In the order of search::SuggestionKind.
constexpr corpus::Choice kinds[] = {{"title", "題名"}, {"term", "用語"}, {"heading", "見出し"}, {"question", "照会"}};

}  // namespace

Json suggest_view(const Context& context, const Call& call) {
  std::string q = read_words(call.target);
  size_t limit = call.target.number("limit", 1, 50, 10);
  Json suggestions = Json::array();
  if (!text::trim(q).empty()) {
    auto reader = context.readers.borrow();
    for (const auto& suggestion : reader->suggester(context.viewer).suggest(q, context.viewer, limit)) {
      const auto& kind = kinds[static_cast<size_t>(suggestion.kind)];
      suggestions.push_back({{"text", suggestion.text}, {"kept", suggestion.text.substr(0, suggestion.kept)}, {"kind", kind.key}, {"kind_label", kind.label}});
    }
  }
  return {{"q", q}, {"suggestions", suggestions}};
}

}  // namespace shirube::web
