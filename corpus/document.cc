#include "corpus/document.h"

namespace shirube::corpus {

namespace {

constexpr Choice kinds[] = {{"law", "法令"},      {"notice", "通知"},         {"guideline", "ガイドライン"},
                            {"policy", "規程"},    {"procedure", "手順"},      {"manual", "マニュアル"},
                            {"commentary", "解説"}, {"answer", "回答"},         {"other", "その他"}};

}  // namespace

std::span<const Choice> document_kinds() { return kinds; }

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
