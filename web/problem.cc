#include "web/problem.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

namespace shirube::web {

namespace {

constexpr std::pair<ErrorKind, int> statuses[] = {{ErrorKind::invalid, 400},  {ErrorKind::forbidden, 403},   {ErrorKind::missing, 404},
                                                  {ErrorKind::conflict, 409}, {ErrorKind::unavailable, 503}, {ErrorKind::internal, 500}};

struct Sentence {
  int status;
  const char *title, *detail, *hint;
};

constexpr Sentence sentences[] = {
    {400, "要求の誤り", "要求を読めませんでした。", "アドレスや入力を確かめてください。"},
    {401, "サインインが必要です", "サインインしていないか、鍵（トークン）が正しくありません。", "ブラウザでサインインするか、有効な鍵を Authorization: Bearer で送ってください。"},
    {403, "権限がありません", "この操作は許可されていません。", "このサービスの画面を開き、そのボタンから操作してください。"},
    {404, "見つかりません", "お探しのページはありません。", "アドレスを確かめるか、検索または資料一覧からお探しください。"},
    {405, "使えない方法です", "このアドレスではその操作を受け付けていません。", "アドレスを確かめてください。"},
    {408, "時間切れ", "要求が時間内に届きませんでした。", "もう一度お試しください。"},
    {409, "食い違い", "保存されている内容と食い違っています。", ""},
    {413, "大きすぎます", "送られた内容が大きすぎます。", "内容を小さくしてください。"},
    {415, "読めない形式です", "送られた内容の形式は受け付けていません。", "画面のボタンから送ってください。"},
    {421, "受け付けられません", "このサービスは、この端末の名前（127.0.0.1 または localhost）でだけ開けます。", "http://127.0.0.1 で始まるアドレスで開いてください。"},
    {414, "アドレスが長すぎます", "アドレスが長すぎます。", "検索の言葉や絞り込みを短くしてください。"},
    {429, "要求が多すぎます", "短い間に要求が多すぎました。", "しばらく待ってから、もう一度お試しください。"},
    {431, "ヘッダーが大きすぎます", "要求のヘッダーが大きすぎます。", "ブラウザのこのサービスの Cookie を消してから、開き直してください。"},
    {416, "範囲の誤り", "ファイルのその範囲はありません。", ""},
    {500, "内部の誤り", "処理中に問題が起きました。", "しばらく待ってから、もう一度お試しください。続くときは管理者に連絡してください。"},
    {503, "ただいま使えません", "ただいま処理できません。", "しばらく待ってから、もう一度お試しください。"},
};

const Sentence& sentence_of(int status) {
  auto found = std::ranges::find(sentences, status, &Sentence::status);
  return found == std::end(sentences) ? sentence_of(500) : *found;
}

}  // namespace

Problem problem_of(const Error& error) {
  auto found = std::ranges::find(statuses, error.kind(), &std::pair<ErrorKind, int>::first);
  int status = found == std::end(statuses) ? 500 : found->second;
  return {status, sentence_of(status).title, error.message(), error.hint()};
}

Problem problem_of(int status) {
  const Sentence& sentence = sentence_of(status);
  return {sentence.status, sentence.title, sentence.detail, sentence.hint};
}

nlohmann::json problem_model(const Problem& problem) {
  return {{"type", "about:blank"}, {"title", problem.title}, {"status", problem.status}, {"detail", problem.detail}, {"hint", problem.hint}};
}

}  // namespace shirube::web
