// What the words of a clause lead to: links in its text, and the list of those that lead nowhere.
#include <fmt/format.h>

#include <algorithm>

#include "corpus/references.h"
#include "web/model.h"
#include "web/target.h"
#include "web/views.h"

namespace shirube::web {

namespace {

using corpus::Mark;

/// The place among its neighbours, on whichever page of its edition it stands.
std::string address_of(const corpus::Target& target) {
  if (target.key.empty()) return document_url(target.slug);
  std::string url = edition_url(target.slug, target.key);
  return target.path.empty() ? url : url + write_query({{"at", target.path}}) + "#" + percent_encode("c-" + target.path);
}

/// How a mark is shown: nowhere is a reference that leads to nothing, or to what it does not speak of.
std::string_view look_of(const Mark& mark) {
  if (mark.kind == Mark::Kind::definition) return "definition";
  if (mark.kind == Mark::Kind::term) return "term";
  bool leads = mark.outcome == Mark::Outcome::held;
  return leads ? "reference" : mark.outcome == Mark::Outcome::not_held ? "" : "nowhere";
}

std::string note_of(const Mark& mark) {
  if (!mark.note.empty()) return mark.note;
  std::string names;
  for (const auto& target : mark.targets) names += (names.empty() ? "" : "、") + target.name;
  return names;
}

}  // namespace

Json linked_segments(std::string_view text, std::span<const Mark> marks, std::span<const search::Span> found) {
  Json out = Json::array();
  auto add = [&](size_t begin, size_t end, std::string_view look, const std::string& url, const std::string& note) {
    if (begin == end) return;
    bool is_found = std::ranges::any_of(found, [&](const search::Span& span) { return span.begin < end && span.end > begin; });
    out.push_back({{"text", text.substr(begin, end - begin)}, {"look", look}, {"url", url}, {"note", note}, {"parts", is_found ? segments(text, {begin, end}, found) : Json::array()}});
  };
  size_t at = 0;
  for (const auto& mark : marks) {
    std::string_view look = look_of(mark);
    if (mark.in_heading || look.empty() || mark.begin < at || mark.end > text.size()) continue;
    add(at, mark.begin, "", "", "");
    bool is_link = (look == "reference" || look == "term") && !mark.targets.empty();
    add(mark.begin, mark.end, look, is_link ? address_of(mark.targets.front()) : "", note_of(mark));
    at = mark.end;
  }
  add(at, text.size(), "", "", "");
  return out;
}

Json dangling_view(const Context& context, const Call& call) {
  FoundEdition found = find_edition(context, call.arguments[0], call.arguments[1]);
  Json list = Json::array();
  for (const auto& one : corpus::References(context.library).dangling(context.viewer, found.document.slug, found.edition().key)) {
    Json nearest = Json::array();
    for (const auto& target : one.mark.targets) nearest.push_back({{"name", target.name}, {"url", address_of(target)}});
    list.push_back({{"locator", one.locator},
                    {"url", clause_url(found.document.slug, found.edition().key, one.path)},
                    {"words", one.words},
                    {"doubtful", one.mark.outcome == Mark::Outcome::doubtful},
                    {"note", one.mark.note},
                    {"nearest", std::move(nearest)}});
  }
  return {{"title", fmt::format("{}　行き先のない参照", found.document.title)},
          {"document", document_model(found.document)},
          {"edition", edition_model(found.document, found.edition())},
          {"dangling", list}};
}

}  // namespace shirube::web
