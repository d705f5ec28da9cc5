#include "corpus/document.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace shirube::corpus {

namespace {

constexpr Choice kinds[] = {{"law", "法令"},      {"notice", "通知"},         {"guideline", "ガイドライン"},
                            {"policy", "規程"},    {"procedure", "手順"},      {"manual", "マニュアル"},
                            {"commentary", "解説"}, {"answer", "回答"},         {"other", "その他"}};

constexpr Choice audience_choices[] = {{"public", "公開"}, {"staff", "庁内"}, {"committee", "委員会"}, {"restricted", "担当者限り"}};

}  // namespace

std::span<const Choice> document_kinds() { return kinds; }
std::span<const Choice> audiences() { return audience_choices; }

std::string_view label_of(std::span<const Choice> choices, std::string_view key) {
  auto found = std::ranges::find(choices, key, &Choice::key);
  return found == choices.end() ? key : found->label;
}

std::optional<std::string_view> key_of(std::span<const Choice> choices, std::string_view word) {
  for (const auto& choice : choices) {
    if (choice.key == word || choice.label == word) return choice.key;
  }
  return std::nullopt;
}

Viewer Viewer::everything() {
  Viewer viewer;
  for (const auto& choice : audience_choices) viewer.audiences.emplace_back(choice.key);
  return viewer;
}

bool Viewer::sees(std::string_view audience) const { return std::ranges::find(audiences, audience) != audiences.end(); }

std::string Viewer::json() const { return nlohmann::json(audiences).dump(); }

std::string_view name(EditionState state) {
  switch (state) {
    case EditionState::current: return "current";
    case EditionState::past: return "past";
    default: return "future";
  }
}

std::string_view japanese_name(EditionState state) {
  switch (state) {
    case EditionState::current: return "現行";
    case EditionState::past: return "旧版";
    default: return "未施行";
  }
}

}  // namespace shirube::corpus
