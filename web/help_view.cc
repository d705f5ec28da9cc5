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

Json accessibility_view(const Context&, const Call&) {
  // Only what tests/browser does.
  constexpr std::pair<const char*, const char*> checks[] = {
      {"画面の構造、名前、役割、色の対比（明るい配色と暗い配色）", "axe-core（WCAG 2.0・2.1・2.2 のA・AAの規則）を、すべての種類の画面で"},
      {"幅390ピクセルの端末、200％の拡大", "横に送らずに読めること"},
      {"色を置き換える設定（強制カラー）", "axe-core と、文字と部品が消えないこと"},
      {"キーボードだけでの操作", "検索、候補の選択、条項の移動、前後を読むこと、戻ること。用語の説明は Esc で消えること"},
      {"スクリプトを使わない利用", "検索、閲覧、引用"},
      {"印刷", "A4に収まり、操作の部品が印刷されないこと"},
      {"動きと音", "動く部品、音、時間の制限は、サインインの期限のほかにはありません"}};
  constexpr const char* unproven[] = {"読み上げソフトでの通しの利用", "原本（PDFなど）そのもののアクセシビリティ。本文は、条項の画面で文字として読めます"};
  Json done = Json::array(), open = Json::array();
  for (const auto& [what, how] : checks) done.push_back({{"what", what}, {"how", how}});
  for (const char* one : unproven) open.push_back(one);
  return {{"title", "アクセシビリティについて"}, {"checks", done}, {"unproven", open}};
}

}  // namespace shirube::web
