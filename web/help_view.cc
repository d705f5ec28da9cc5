// 利用案内: how to search, in plain words, with examples that run.
#include "web/help.h"
#include "web/model.h"
#include "web/target.h"
#include "web/views.h"

namespace shirube::web {

namespace {

constexpr HelpExample examples[] = {
    {"words", "USBメモリの持ち出し", "言葉を空白で区切るか、文のまま入れます。近いものから順に出ます。"},
    {"words", "端末を庁外に持ち出すときは誰の許可が要りますか", "質問の文でも探せます。"},
    {"words", "第12条第2項", "条番号だけでも探せます。"},
    {"words", "対策基準 第12条", "資料の名前と条番号を続けると、その条項が先頭に出ます。"},
    {"signs", "「業務委託」", "かぎ括弧や \" \" で囲んだ言葉は、そのとおりに書かれたものだけ。"},
    {"signs", "+監査 委託", "+ を付けた言葉は必ず含むもの。"},
    {"signs", "パスワード -生体認証", "- を付けた言葉を含むものは除きます。"},
    {"signs", "=サーバ", "= を付けた言葉は、同義語に広げません。"},
    {"signs", "暗号*", "* で終わると、その言葉で始まるもの。"},
    {"signs", "機密性 OR 完全性", "どちらかを含むもの（大文字の OR）。"},
    {"signs", "委託 NEAR 監査", "近く（10字以内）に並ぶもの（大文字の NEAR）。"},
    {"fields", "テレワーク 種別:規程", "種別で絞ります（通知、ガイドライン、法令、規程、手順、マニュアル、解説、回答）。"},
    {"fields", "件名:クラウド 選定", "資料の題名か見出しに言葉を含むもの。"},
    {"fields", "条:13 分類", "第13条だけから探します。"},
    {"fields", "クラウドサービス 日付:令和6年度..", "版が始まる日で絞ります。"},
    {"fields", "端末 版:すべて", "旧版と未施行の版も含めて探します。"},
    {"fields", "端末 時点:2024-05-01", "その日に効力のあった版から探します。"},
};

struct Section {
  std::string_view key, title;
};
constexpr Section sections[] = {{"words", "言葉を入れて探す"}, {"signs", "記号で条件を付ける"}, {"fields", "種別・条・日付で絞る"}};

}  // namespace

std::span<const HelpExample> help_examples() { return examples; }

Json help_view(const Context&, const Call&) {
  Json list = Json::array();
  for (const auto& section : sections) {
    Json rows = Json::array();
    for (const auto& example : examples) {
      if (example.section == section.key) rows.push_back({{"q", example.q}, {"what", example.what}, {"url", "/" + write_query({{"q", std::string(example.q)}})}});
    }
    list.push_back({{"title", section.title}, {"key", section.key}, {"rows", std::move(rows)}});
  }
  return {{"title", "利用案内"}, {"sections", list}};
}

}  // namespace shirube::web
