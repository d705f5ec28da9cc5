// The command line: from arguments to a command.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <iostream>

#include "commands/commands.h"
#include "commands/terminal.h"
#include "config/config.h"
#include "indexer/child.h"
#include "text/error.h"

namespace shirube {
namespace {

namespace fs = std::filesystem;

/// The settings of a checkout lie beside its build folder.
fs::path default_config() {
  fs::path beside = fs::read_symlink("/proc/self/exe").parent_path() / "../../config/shirube.toml";
  for (const fs::path& file : {fs::path("/etc/shirube/shirube.toml"), beside.lexically_normal()}) {
    if (fs::exists(file)) return file;
  }
  return {};
}

constexpr const char* help_text = R"(しるべ — 情報セキュリティ文書の知識ベースと検索

使い方: shirube [--data DIR] [--config FILE] 命令 …（DIR の既定は今いるフォルダの var。FILE の既定は /etc/shirube/shirube.toml、なければ
        ビルドしたフォルダの config/shirube.toml）

  outline FILE     資料を条項に切り、JSON で表示する
  ingest PATH… | - 資料（PDF、Word、Excel、HTML、メールなど、フォルダ）や JSON Lines（.jsonl、標準入力は -）を取り込む
                   [--document 識別名] [--edition 版名] [--title 件名] [--kind 種別] [--issuer 発出者]
                   [--number 文書番号] [--issued 発出日] [--effective 施行日] [--audience 公開範囲]
                   [--dry-run]（どうなるかを示すだけで、何も保存しない）
  drafts add PATH… 下書きとして読み取る（書誌の指定は ingest と同じ）
  drafts list | show 番号             下書きの一覧、その条項と疑い [--json]
  drafts correct 番号 条項 操作 [値] [--page 頁]  直す。操作は relabel（番号を値に）、join（前とつなぐ）、split（値の言葉から分ける）、
                   page（原本の頁を直す）、promote（一段上げる）、demote（一段下げる）、drop（除く）
  drafts undo 番号 | facts 番号 …      最後の直しを取り消す、書誌を直す
  drafts publish 番号… [--further]     公開する（--further: 登録済みの資料の新しい版として）
  drafts read [番号…] | drop 番号…     読み直す、取りやめる
  references 識別名 [版]  資料の言葉（参照、定義された語）がどこを指すか [--json]
                   [--dangling]（行き先のない参照だけ。あれば終了コード 1）
  search 検索語    条項を検索する [--limit 件数（1〜100）] [--json]
                   [--explain 識別名/版/条項]（その条項が、なぜ出るか・出ないか）
  batch            問合せをまとめて検索する --queries F.jsonl --top N --run OUT
  eval             問合せをまとめて検索し、正解の判定に照らして測る --queries F.jsonl --qrels F.tsv
                   [--run OUT] [--compare 以前の RUN] [--top 件数（1〜1000、既定 100）] [--json]
                   --own 問合せと判定のファイルの代わりに、ここで評価した検索で測る（条項ごと）
                   --words FOLDER そのフォルダの synonyms.tsv などにしたときを、今のものと比べる
  records ledgers  台帳の一覧（書き方の誤りがあれば、示して終了コード 1）
  records list 台帳                    記録を新しい順に [--state 状態] [--words 言葉] [--limit 件数] [--json]
  records due                          期限のある記録を、近い順に
  records counts 台帳                  契約の回数（月2件以内 など）と、今の数
  records show 番号                    記録と、その期限・履歴 [--json]
  records add 台帳 項目=値…            記録を加える [--audience 公開範囲]
  records change 番号 項目=値…         項目を変える（空の値で消す） [--revision 見た版]
  records step 番号 操作               次の状態へ進める
  records preview ファイル             台帳の記述を変えたら、今の記録がどうなるか
  records import ファイル              書き出した .xlsx か、台帳.jsonl、そのフォルダから記録を取り込む（すべてか、何も） [--ledger 台帳] [--dry-run]
  records export 台帳 ファイル         記録を .xlsx に書き出す
  records letters                      記録を差し込む Word のひな形を確かめ、直す所を示す（あれば終了コード 1） [--names]（使える名前も）
  records letter 番号 文書 ファイル    ひな形に記録を差し込み、Word の文書（.docx）に書き出す
  records review                       新しい版で変わった条項を引用する記録（要確認）を探し、一覧にする
  judge list       評価した検索の一覧 [--json]
  judge set 検索語 識別名/条項 段階     評価する（段階は 0 ちがう 〜 3 そのもの）
  judge remove 検索語 識別名/条項      評価を取り消す
  judge export | import               評価を書き出す・取り込む --queries F.jsonl --qrels F.tsv
  sources          収集元の一覧（最後に確認した時、変わった時、誤り）
  sources check [NAME…]  有効な収集元（又は指定したもの）を見て、新しい資料・変わった資料を集める
  user add 利用者名 --name 氏名 --role 役割  利用者を加え、最初のパスワードを表示する [--group グループ]… [--until 最終日]
                   [--only 識別名]…（公開でない資料のうち、その資料だけを見せる）[--password-stdin]（標準入力のパスワードにする）
  user change 利用者名 …               上の指定のうち、書いたものだけを変える（--group "" などの空の値で、なしにする）
  user list [--json]                  利用者の一覧
  user passwd 利用者名 [--password-stdin]  新しいパスワードにする（次のサインインで本人が変える）
  user forget-code 利用者名            二段階認証（確認コード）をやめる（認証アプリをなくした人のため）
  user disable | enable 利用者名       使えなくする、戻す
  user why 利用者名 識別名              その資料が、その人になぜ見えるか・見えないか
  user group list | add 名前 | remove 名前  グループ（その名前の公開範囲の資料を見られる人の集まり）
  user demo [--show]                  役割ごとの見本の利用者を作る（--show: 残っていれば示す）
  events list      記録（だれが何をしたか）を新しい順に [--from 日] [--to 日] [--actor だれ] [--action 操作] [--subject 対象]
                   [--limit 件数（1〜10000、既定 50）] [--json]（操作は document.correct のような名前。read.* で、それで始まるもの）
  events verify    記録のつながりを確かめる（切れていれば、その最初の所を示して終了コード 1）[--head 控えておいた値]
  events export    記録を標準出力に書き出す --format csv|jsonl|syslog（絞り込みは list と同じ）
  events head      最新の記録の番号とハッシュ（サーバーの外に控えておく値）
  reindex          検索索引を作り直す
  check            資料・原本・索引の食い違いを調べる（問題があれば終了コード 1）
  backup FILE      控え（データベース・原本・設定を一つにしたファイル）を作る。サービスが動いていてもよい
  backup --verify FILE  控えを読み直し、壊れていないかを確かめる
  restore FILE     控えから戻す（--data は空のフォルダ） [--config-to DIR]（設定の戻し先。省くと DATA-config）
  serve            ブラウザから使うサービスを始める [--host H] [--port P]
  help             この説明

種別: law 法令、notice 通知、guideline ガイドライン、policy 規程、procedure 手順、manual マニュアル、commentary 解説、answer 回答、other その他
公開範囲: public 公開、staff 庁内、committee 委員会、restricted 担当者限り（既定）、又はグループの名前
役割: staff 職員、officer 担当職員、consultant 受託者、member 委員、auditor 監査人、administrator 管理者（config/access.toml）
終了コード: 0 正常、1 一部を拒否・問題あり、2 指定の誤り、3 見つからない、4 権限なし、5 矛盾、6 一時的に不可・中断、70 内部エラー
)";

int usage_error(const CLI::ParseError& e) {
  const char* what = dynamic_cast<const CLI::ExtrasError*>(&e)       ? "知らない引数があります"
                     : dynamic_cast<const CLI::RequiredError*>(&e)   ? "必要な引数がありません"
                     : dynamic_cast<const CLI::ConversionError*>(&e) ? "引数の値が正しくありません"
                     : dynamic_cast<const CLI::ValidationError*>(&e) ? "引数の値が正しくありません"
                                                                     : "引数が正しくありません";
  return commands::fail(Error(ErrorKind::invalid, fmt::format("{}（{}）。", what, e.what()), "使い方は shirube help で確認できます。"));
}

/// What is typed behind `user`.
struct UserInput {
  commands::AccountFacts facts;
  std::string name, role, until, slug, group;
  std::vector<std::string> groups, only;
  bool from_input = false, json = false, only_show = false;

  /// Only what was said counts.
  const commands::AccountFacts& said(CLI::App* sub) {
    if (sub->count("--name") > 0) facts.name = name;
    if (sub->count("--role") > 0) facts.role = role;
    if (sub->count("--until") > 0) facts.until = until;
    if (sub->count("--group") > 0) facts.groups = groups;
    if (sub->count("--only") > 0) facts.only = only;
    return facts;
  }
};

using AddCommand = std::function<CLI::App*(const char*, std::function<int()>, CLI::App*)>;

CLI::App* add_family(CLI::App& app, const char* name) {
  CLI::App* family = app.add_subcommand(name);
  family->set_help_flag();
  family->require_subcommand(1);
  family->fallthrough();
  return family;
}

void add_user_commands(CLI::App& app, const AddCommand& command, const commands::Arguments& arguments, UserInput& input) {
  CLI::App* user = add_family(app, "user");
  CLI::App *add = nullptr, *change = nullptr;
  add = command("add", [&input, &arguments, user] { return commands::user_add(arguments, input.said(user->get_subcommand("add")), input.from_input); }, user);
  change = command("change", [&input, &arguments, user] { return commands::user_change(arguments, input.said(user->get_subcommand("change"))); }, user);
  for (CLI::App* sub : {add, change}) {
    sub->add_option("--name", input.name);
    sub->add_option("--role", input.role);
    sub->add_option("--until", input.until);
    for (auto [name, list] : {std::pair("--group", &input.groups), std::pair("--only", &input.only)}) sub->add_option(name, *list)->allow_extra_args(false);
  }
  command("list", [&] { return commands::user_list(arguments, input.json); }, user)->add_flag("--json", input.json);
  CLI::App* passwd = command("passwd", [&] { return commands::user_passwd(arguments, input.facts.login, input.from_input); }, user);
  for (CLI::App* sub : {add, passwd}) sub->add_flag("--password-stdin", input.from_input);
  CLI::App* forget = command("forget-code", [&] { return commands::user_forget_code(arguments, input.facts.login); }, user);
  CLI::App* disable = command("disable", [&] { return commands::user_set(arguments, input.facts.login, commands::AccountState::disabled); }, user);
  CLI::App* enable = command("enable", [&] { return commands::user_set(arguments, input.facts.login, commands::AccountState::enabled); }, user);
  CLI::App* why = command("why", [&] { return commands::user_why(arguments, input.facts.login, input.slug); }, user);
  for (CLI::App* sub : {add, change, passwd, forget, disable, enable, why}) sub->add_option("login", input.facts.login)->required();
  why->add_option("document", input.slug)->required();
  CLI::App* group = add_family(*user, "group");
  command("list", [&] { return commands::user_groups(arguments); }, group);
  command("add", [&] { return commands::user_group_add(arguments, input.group); }, group)->add_option("group", input.group)->required();
  command("remove", [&] { return commands::user_group_remove(arguments, input.group); }, group)->add_option("group", input.group)->required();
  command("demo", [&] { return commands::user_demo(arguments, input.only_show); }, user)->add_flag("--show", input.only_show);
}

int run(int argc, char** argv) {
  // The child is this program too; it must not read settings before its limits stand.
  if (argc == 6 && indexer::is_child_command(argv[1])) {
    return indexer::run_child(argv[1], argv[2], {static_cast<unsigned>(std::stoul(argv[3])), 0, std::stoull(argv[4]), std::stoull(argv[5])});
  }
  commands::watch_signals();
  commands::Arguments arguments;
  arguments.program = fs::read_symlink("/proc/self/exe");
  CLI::App app;
  app.set_help_flag();
  bool wants_help = false;
  app.add_flag("-h,--help", wants_help);
  app.add_option("--data", arguments.data);
  app.add_option("--config", arguments.config_file);
  app.require_subcommand(0, 1);
  app.fallthrough();
  int code = 0;
  std::vector<std::function<void()>> actions;
  auto command = [&](const char* name, std::function<int()> action, CLI::App* of = nullptr) {
    CLI::App* sub = (of ? of : &app)->add_subcommand(name);
    sub->set_help_flag();
    sub->final_callback([&, action] { actions.emplace_back([&code, action] { code = action(); }); });
    return sub;
  };

  fs::path file, queries, run_file;
  std::vector<std::string> sources;
  corpus::Facts facts;
  std::string text;
  size_t limit = 10, top = 100;
  bool json = false, dry_run = false;
  command("outline", [&] { return commands::outline(arguments, file); })->add_option("file", file)->required();
  CLI::App* ingest_command = command("ingest", [&] { return commands::ingest(arguments, sources, facts, dry_run); });
  ingest_command->add_option("path", sources)->required();
  ingest_command->add_flag("--dry-run", dry_run);
  const std::pair<const char*, std::string*> fact_options[] = {{"--document", &facts.slug},   {"--edition", &facts.label},   {"--title", &facts.title},
                                                               {"--kind", &facts.kind},       {"--issuer", &facts.issuer},   {"--number", &facts.number},
                                                               {"--issued", &facts.issued},   {"--effective", &facts.effective}, {"--audience", &facts.audience}};
  auto add_facts = [&](CLI::App* sub) {
    for (const auto& [name, field] : fact_options) sub->add_option(name, *field);
  };
  add_facts(ingest_command);
  CLI::App* drafts = add_family(app, "drafts");
  int64_t draft = 0;
  std::vector<int64_t> several;
  std::string draft_clause, action, value;
  bool further = false;
  int original_page = 0;
  CLI::App* add_sub = command("add", [&] { return commands::drafts_add(arguments, sources, facts); }, drafts);
  add_sub->add_option("path", sources)->required();
  add_facts(add_sub);
  command("list", [&] { return commands::drafts_list(arguments, json); }, drafts)->add_flag("--json", json);
  CLI::App* show_sub = command("show", [&] { return commands::drafts_show(arguments, draft, json); }, drafts);
  show_sub->add_flag("--json", json);
  CLI::App* correct_sub = command("correct", [&] { return commands::drafts_correct(arguments, draft, draft_clause, action, value, original_page); }, drafts);
  CLI::App* undo_sub = command("undo", [&] { return commands::drafts_undo(arguments, draft); }, drafts);
  CLI::App* facts_sub = command("facts", [&] { return commands::drafts_facts(arguments, draft, facts); }, drafts);
  add_facts(facts_sub);
  for (CLI::App* sub : {show_sub, correct_sub, undo_sub, facts_sub}) sub->add_option("id", draft)->required();
  correct_sub->add_option("clause", draft_clause)->required();
  correct_sub->add_option("action", action)->required();
  correct_sub->add_option("value", value);
  correct_sub->add_option("--page", original_page)->check(CLI::Range(1, 1'000'000));
  CLI::App* publish_sub = command("publish", [&] { return commands::drafts_publish(arguments, several, further); }, drafts);
  publish_sub->add_flag("--further", further);
  CLI::App* read_sub = command("read", [&] { return commands::drafts_read(arguments, several); }, drafts);
  CLI::App* drop_sub = command("drop", [&] { return commands::drafts_drop(arguments, several); }, drafts);
  for (CLI::App* sub : {publish_sub, drop_sub}) sub->add_option("id", several)->required();
  read_sub->add_option("id", several);
  std::string slug, edition;
  bool dangling = false;
  CLI::App* references_sub = command("references", [&] { return commands::references(arguments, slug, edition, dangling, json); });
  references_sub->add_option("document", slug)->required();
  references_sub->add_option("edition", edition);
  references_sub->add_flag("--dangling", dangling);
  references_sub->add_flag("--json", json);
  std::string explained;
  CLI::App* search_sub = command("search", [&] {
    return explained.empty() ? commands::search(arguments, text, limit, json) : commands::explain(arguments, text, explained, json);
  });
  search_sub->add_option("query", text)->required();
  search_sub->add_option("--limit", limit)->check(CLI::Range(1, 100));
  search_sub->add_flag("--json", json);
  search_sub->add_option("--explain", explained);
  CLI::App* batch_sub = command("batch", [&] { return commands::batch(arguments, queries, top, run_file); });
  batch_sub->add_option("--queries", queries)->required();
  batch_sub->add_option("--top", top)->check(CLI::Range(1, 1000));
  batch_sub->add_option("--run", run_file)->required();
  commands::EvalOptions eval;
  CLI::App* eval_sub = command("eval", [&] { return commands::eval(arguments, eval); });
  eval_sub->add_option("--queries", eval.queries);
  eval_sub->add_option("--qrels", eval.qrels);
  eval_sub->add_flag("--own", eval.own);
  eval_sub->add_option("--words", eval.words);
  eval_sub->add_option("--run", eval.run);
  eval_sub->add_option("--compare", eval.compare);
  eval_sub->add_option("--top", eval.top)->check(CLI::Range(1, 1000));
  eval_sub->add_flag("--json", eval.json);
  CLI::App* judge = add_family(app, "judge");
  std::string clause;
  int grade = 0;
  fs::path qrels;
  command("list", [&] { return commands::judge_list(arguments, json); }, judge)->add_flag("--json", json);
  CLI::App* set_sub = command("set", [&] { return commands::judge_set(arguments, text, clause, grade); }, judge);
  CLI::App* remove_sub = command("remove", [&] { return commands::judge_remove(arguments, text, clause); }, judge);
  for (CLI::App* sub : {set_sub, remove_sub}) {
    sub->add_option("query", text)->required();
    sub->add_option("clause", clause)->required();
  }
  set_sub->add_option("grade", grade)->required();
  CLI::App* export_sub = command("export", [&] { return commands::judge_export(arguments, queries, qrels); }, judge);
  CLI::App* import_sub = command("import", [&] { return commands::judge_import(arguments, queries, qrels); }, judge);
  for (CLI::App* sub : {export_sub, import_sub}) {
    sub->add_option("--queries", queries)->required();
    sub->add_option("--qrels", qrels)->required();
  }
  CLI::App* ledgers = add_family(app, "records");
  std::string ledger, number, state, words, record_audience, step;
  std::vector<std::string> values;
  size_t most_records = 50;
  int64_t revision = 0;
  command("ledgers", [&] { return commands::records_ledgers(arguments); }, ledgers);
  CLI::App* records_list = command("list", [&] { return commands::records_list(arguments, ledger, state, words, most_records, json); }, ledgers);
  CLI::App* records_show = command("show", [&] { return commands::records_show(arguments, number, json); }, ledgers);
  CLI::App* records_add = command("add", [&] { return commands::records_add(arguments, ledger, values, record_audience); }, ledgers);
  CLI::App* records_change = command("change", [&] { return commands::records_change(arguments, number, revision, values); }, ledgers);
  CLI::App* records_step = command("step", [&] { return commands::records_step(arguments, number, step); }, ledgers);
  command("due", [&] { return commands::records_due(arguments); }, ledgers);
  command("review", [&] { return commands::records_review(arguments); }, ledgers);
  std::string record_file, letter;
  bool record_dry = false, letter_names = false;
  CLI::App* records_preview = command("preview", [&] { return commands::records_preview(arguments, record_file); }, ledgers);
  CLI::App* records_import = command("import", [&] { return commands::records_import(arguments, record_file, ledger, record_dry); }, ledgers);
  CLI::App* records_export = command("export", [&] { return commands::records_export(arguments, ledger, record_file); }, ledgers);
  CLI::App* records_letters = command("letters", [&] { return commands::records_letters(arguments, letter_names); }, ledgers);
  CLI::App* records_letter = command("letter", [&] { return commands::records_letter(arguments, number, letter, record_file); }, ledgers);
  CLI::App* records_counts = command("counts", [&] { return commands::records_counts(arguments, ledger); }, ledgers);
  for (CLI::App* sub : {records_list, records_add, records_counts, records_export}) sub->add_option("ledger", ledger)->required();
  for (CLI::App* sub : {records_preview, records_import, records_export}) sub->add_option("file", record_file)->required();
  records_letters->add_flag("--names", letter_names);
  records_letter->add_option("number", number)->required();
  records_letter->add_option("letter", letter)->required();
  records_letter->add_option("file", record_file)->required();
  records_import->add_option("--ledger", ledger);
  records_import->add_flag("--dry-run", record_dry);
  for (CLI::App* sub : {records_show, records_change, records_step}) sub->add_option("number", number)->required();
  for (CLI::App* sub : {records_add, records_change}) sub->add_option("values", values)->required();
  for (CLI::App* sub : {records_list, records_show}) sub->add_flag("--json", json);
  records_list->add_option("--state", state);
  records_list->add_option("--words", words);
  records_list->add_option("--limit", most_records)->check(CLI::Range(1, 10'000));
  records_add->add_option("--audience", record_audience);
  records_change->add_option("--revision", revision);
  records_step->add_option("step", step)->required();
  std::vector<std::string> watched;
  CLI::App* sources_sub = command("sources", [&] { return commands::sources_list(arguments); });
  sources_sub->require_subcommand(0, 1);
  sources_sub->fallthrough();
  command("list", [&] { return commands::sources_list(arguments); }, sources_sub);
  command("check", [&] { return commands::sources_check(arguments, watched); }, sources_sub)->add_option("name", watched);
  UserInput user_input;
  add_user_commands(app, command, arguments, user_input);
  CLI::App* events = app.add_subcommand("events");
  events->set_help_flag();
  events->require_subcommand(1);
  events->fallthrough();
  commands::EventChoice choice;
  size_t most_events = 50;
  std::string noted_head, format;
  CLI::App* events_list = command("list", [&] { return commands::events_list(arguments, choice, most_events, json); }, events);
  events_list->add_option("--limit", most_events)->check(CLI::Range(1, 10'000));
  events_list->add_flag("--json", json);
  CLI::App* events_export = command("export", [&] { return commands::events_export(arguments, choice, format); }, events);
  events_export->add_option("--format", format)->required();
  for (CLI::App* sub : {events_list, events_export}) {
    const std::pair<const char*, std::string*> choices[] = {{"--from", &choice.from}, {"--to", &choice.to}, {"--actor", &choice.actor}, {"--action", &choice.action}, {"--subject", &choice.subject}};
    for (const auto& [name, field] : choices) sub->add_option(name, *field);
  }
  command("verify", [&] { return commands::events_verify(arguments, noted_head); }, events)->add_option("--head", noted_head);
  command("head", [&] { return commands::events_head(arguments); }, events);
  command("reindex", [&] { return commands::reindex(arguments); });
  command("check", [&] { return commands::check(arguments); });
  bool verify = false;
  fs::path settings;
  CLI::App* backup_sub = command("backup", [&] { return verify ? commands::verify_backup(arguments, file) : commands::backup(arguments, file); });
  backup_sub->add_flag("--verify", verify);
  CLI::App* restore_sub = command("restore", [&] { return commands::restore(arguments, file, settings); });
  restore_sub->add_option("--config-to", settings);
  for (CLI::App* sub : {backup_sub, restore_sub}) sub->add_option("file", file)->required();
  std::string host;
  int port = 0;
  CLI::App* serve_sub = command("serve", [&] {
    return commands::serve(arguments, host.empty() ? arguments.config.host : host, port == 0 ? static_cast<int>(arguments.config.port) : port);
  });
  serve_sub->add_option("--host", host);
  serve_sub->add_option("--port", port)->check(CLI::Range(1, 65535));
  command("help", [&] { wants_help = true; return 0; });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return usage_error(e);
  }
  if (actions.empty() || wants_help) {
    std::cout << help_text;
    return wants_help ? 0 : 2;
  }
  if (arguments.config_file.empty()) arguments.config_file = default_config();
  if (!arguments.config_file.empty()) arguments.config = config::load(arguments.config_file);
  actions.front()();
  if (code == commands::begin_anew) {
    if (!commands::hand_on_signals()) return 0;
    ::execv(arguments.program.c_str(), argv);
    throw Error(ErrorKind::unavailable, "サービスを始め直せません。", "もう一度始めてください。");
  }
  if (wants_help) std::cout << help_text;
  return code;
}

}  // namespace
}  // namespace shirube

int main(int argc, char** argv) {
  // The database, its copies, the index and what is written out hold what not everybody may read.
  ::umask(0077);
  try {
    return shirube::run(argc, argv);
  } catch (const shirube::Error& e) {
    return shirube::commands::fail(e);
  } catch (const std::exception& e) {
    return shirube::commands::fail(shirube::Error(shirube::ErrorKind::internal, std::string("予期しない問題が起きました（") + e.what() + "）。", "もう一度実行し、続く場合は shirube check を実行してください。"));
  }
}
