// The files of settings that an administrator may edit in the browser: how each is proven, and what a change does.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "commands/commands.h"
#include "commands/questions.h"
#include "indexer/source.h"
#include "people/accounts.h"
#include "search/evaluation.h"
#include "search/lexicon.h"
#include "text/error.h"
#include "text/user_dictionary.h"
#include "text/utf8.h"

namespace shirube::commands {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t largest_list = 16 << 20;  // bytes
constexpr size_t most_asked = 300, most_named = 5, deepest = 10;

/// What the judged queries find with other lists of words.
std::vector<std::string> foresee_words(Installation& installation, const fs::path& words) {
  corpus::JudgementLedger ledger(installation.database);
  if (ledger.count(corpus::Viewer::everything()) == 0) return {"評価した検索がないので、効果は測れません。検索結果の「役に立った」「ちがう」で評価しておくと、ここで良くなる検索・悪くなる検索が分かります。"};
  OwnJudgements judged = own_judgements(ledger);
  if (judged.questions.size() > most_asked) judged.questions.resize(most_asked);
  auto before = ask(installation, judged.questions, deepest, Level::clause, installation.lexicon).run;
  auto after = ask(installation, judged.questions, deepest, Level::clause, words).run;
  auto comparison = search::compare(judged.judgements, before, after, most_named);
  std::vector<std::string> out = {fmt::format("評価した検索 {} 件のうち、良くなるもの {} 件、悪くなるもの {} 件。", judged.questions.size(), comparison.wins, comparison.losses)};
  auto name = [&](const char* what, const std::vector<search::Change>& changes) {
    for (const auto& change : changes) {
      auto question = std::ranges::find(judged.questions, change.query, &Question::id);
      if (question != judged.questions.end()) out.push_back(fmt::format("{}: {}", what, text::clamp_utf8(question->text, 120)));
    }
  };
  name("良くなる", comparison.gained);
  name("悪くなる", comparison.lost);
  return out;
}

std::vector<text::UserTerm> terms_of(const fs::path& file) {
  return fs::exists(file) ? text::parse_user_terms(store::read_file(file, largest_list), file.string()) : std::vector<text::UserTerm>();
}

/// How the terms that come are cut now.
std::vector<std::string> foresee_terms(const Installation& installation, const fs::path& present, const fs::path& candidate) {
  std::set<std::string> known;
  for (const auto& term : terms_of(present)) known.insert(term.surface);
  text::Analyzer analyzer(installation.model);
  std::vector<std::string> out;
  for (const auto& term : terms_of(candidate)) {
    if (known.contains(term.surface) || out.size() == web::most_lines_shown) continue;
    std::vector<std::string> cut;
    size_t end = 0;  // a term comes before its parts
    for (const auto& token : analyzer.analyze(term.surface)) {
      if (token.begin < end) continue;
      cut.push_back(term.surface.substr(token.begin, token.end - token.begin));
      end = token.end;
    }
    out.push_back(fmt::format("「{}」は、今は「{}」と切れています。一語になり、それぞれの語でも見つかります。", term.surface, fmt::join(cut, "・")));
  }
  return out;
}

void prove_terms(const config::Config& config, const fs::path& candidate) {
  auto terms = terms_of(candidate);
  if (!terms.empty()) text::compile_user_dictionary(terms, config.dictionary, candidate.string() + ".dic");
}

/// A folder of this machine is watched only when who has the machine wrote it: else its files could be read from a browser.
void prove_sources(const fs::path& present, const fs::path& candidate) {
  auto folders = [](const fs::path& file) {
    std::vector<fs::path> out;
    if (!fs::exists(file)) return out;
    for (const auto& source : indexer::read_sources(file).list) {
      if (source.kind == indexer::SourceKind::folder) out.emplace_back(source.address);
    }
    return out;
  };
  // Read again from another folder: an address that stays is absolute, and one that moves with the file counts from where that
  // will be. As deep as that place, so that "../.." does not end at the root before it would there.
  fs::path home = fs::absolute(present).parent_path(), away = fs::absolute(candidate).parent_path();
  for (const auto& part : home) away /= part == "/" ? "away" : part;
  fs::create_directories(away);
  fs::copy_file(candidate, away / candidate.filename(), fs::copy_options::overwrite_existing);
  auto held = folders(present), here = folders(candidate), there = folders(away / candidate.filename());
  for (size_t i = 0; i < here.size(); ++i) {
    fs::path folder = here[i] == there.at(i) ? here[i] : (home / there[i].lexically_relative(away)).lexically_normal();
    if (std::ranges::find(held, folder) == held.end()) throw Error(ErrorKind::invalid, "フォルダの収集元は、ブラウザからは加えられません。", fmt::format("サーバーの {} を直接編集してください。", present.string()));
  }
}

/// As it would stand among the others.
void prove_ledger(const config::Config& config, const fs::path& candidate) {
  const records::Ledger ledger(candidate);
  const people::AccessTable table = access_table(config);
  auto known = [&](const std::vector<std::string>& roles) {
    for (const auto& role : roles) {
      if (!table.find(role)) throw Error(ErrorKind::invalid, fmt::format("役割「{}」はありません。", role), "access.toml にある役割の key を書いてください。");
    }
  };
  known(ledger.roles());
  known(ledger.adding().roles);
  for (const auto& step : ledger.steps()) known(step.roles);
  const records::Ledgers others = ledgers_of(config);
  for (const auto& other : others.all()) {
    if (other.key() != ledger.key() && (other.prefix() == ledger.prefix() || other.name() == ledger.name())) throw Error(ErrorKind::invalid, fmt::format("name か prefix が、台帳「{}」と同じです。", other.name()), "違う言葉にしてください。");
  }
}

std::vector<std::string> foresee_ledger(Installation& installation, const config::Config& config, const fs::path& candidate) {
  const records::Ledgers ledgers = ledgers_of(config);
  const records::Calendar calendar = calendar_of(config);
  auto out = records::Records(installation.database, installation.files, ledgers, calendar).preview(records::Ledger(candidate));
  if (out.empty()) out.emplace_back("今ある記録の見え方は変わりません。");
  if (out.size() > web::most_lines_shown) out.resize(web::most_lines_shown);
  return out;
}

/// Who would see or may do something else.
std::vector<std::string> foresee_access(Installation& installation, const people::AccessTable& present, const people::AccessTable& candidate) {
  people::Accounts before(installation.database, present), after(installation.database, candidate);
  std::vector<std::string> out;
  for (const auto& account : before.list()) {
    corpus::Viewer old_viewer = before.viewer_of(account), new_viewer = after.viewer_of(account);
    auto words = [](const corpus::Viewer& viewer) {
      std::vector<std::string> all;
      if (viewer.sees_all) all.emplace_back("すべての公開範囲");
      else for (const auto& audience : viewer.audiences) all.emplace_back(corpus::label_of(corpus::audiences(), audience));
      for (const auto& task : corpus::tasks()) {
        if (viewer.may(*corpus::task_of(task.key))) all.push_back(fmt::format("仕事「{}」", task.label));
      }
      return all;
    };
    auto had = words(old_viewer), has = words(new_viewer);
    std::vector<std::string> gained, lost;
    std::ranges::copy_if(has, std::back_inserter(gained), [&](const auto& word) { return std::ranges::find(had, word) == had.end(); });
    std::ranges::copy_if(had, std::back_inserter(lost), [&](const auto& word) { return std::ranges::find(has, word) == has.end(); });
    if (gained.empty() && lost.empty()) continue;
    if (out.size() == web::most_lines_shown) break;
    out.push_back(fmt::format("{}（{}）: {}{}{}", account.name, account.login, gained.empty() ? "" : fmt::format("増える {}", fmt::join(gained, "・")), gained.empty() || lost.empty() ? "" : "、",
                              lost.empty() ? "" : fmt::format("減る {}", fmt::join(lost, "・"))));
  }
  if (out.empty()) out.emplace_back("今の利用者が見られる公開範囲と仕事は変わりません。");
  return out;
}

}  // namespace

std::vector<web::EditableFile> editable_files(Installation& installation, const config::Config& config, std::function<void()> restart) {
  if (config.folder.empty()) return {};
  fs::path terms = (config.folder / config.terms).lexically_normal(), words = terms.parent_path(), sources = (config.folder / config.sources).lexically_normal(),
           access = (config.folder / config.access).lexically_normal();
  auto prove_words = [&installation](const fs::path& candidate) { search::Lexicon(candidate.parent_path(), text::Analyzer(installation.model)); };
  auto foresee = [&installation](const fs::path& candidate) { return foresee_words(installation, candidate.parent_path()); };
  const std::string at_once = "保存すると、次の検索から効きます。";
  std::vector<web::EditableFile> out = {
      {"synonyms", "同義語", words / "synonyms.tsv", "一行に一組、互いに言い換えられる語をタブで区切って並べます。「#」で始まる行は注釈です。", at_once, prove_words, foresee},
      {"boilerplate", "決まり文句", words / "boilerplate.tsv", "質問の中で、何について尋ねているかを表さない語を、一行に一語書きます。", at_once, prove_words, foresee},
      {"pinned", "先頭に出す条項", words / "pinned.tsv", "「検索語」とタブに続けて「識別名/版/条項」を書くと、その検索語のときにその条項を最初に示します。", at_once, prove_words, foresee},
      {"terms", "用語", terms, "一語として扱う用語と、タブに続けて読み（カタカナ）を、一行に一語書きます。",
       "保存すると、サービスが自分で始め直し、索引を作り直します。その間も資料は読めます。", [config](const fs::path& candidate) { prove_terms(config, candidate); },
       [&installation, terms](const fs::path& candidate) { return foresee_terms(installation, terms, candidate); }, restart},
      {"sources", "収集元", sources, "見張る所を [[source]] の節に書きます。書き方はファイルの始めの注釈にあります。", "保存すると、次に確認するときから効きます。",
       [sources](const fs::path& candidate) { prove_sources(sources, candidate); }},
      {"access", "役割と公開範囲", access, "役割ごとに、見られる公開範囲（audiences）、グループ（groups）、できること（tasks）、二段階認証を求めるか（second_step）を書きます。",
       "保存すると、サービスが自分で始め直して効きます。サインインはそのまま続きます。", [](const fs::path& candidate) { people::AccessTable table(candidate); },
       [&installation, access](const fs::path& candidate) { return foresee_access(installation, people::AccessTable(access), people::AccessTable(candidate)); }, restart},
  };
  // A ledger that is left out for a fault is mended on the machine, where the fault is told.
  const records::Ledgers ledgers = ledgers_of(config);
  for (const auto& ledger : ledgers.all()) {
    out.push_back({"ledger-" + ledger.key(), "台帳 " + ledger.name(), (config.folder / config.ledgers / (ledger.key() + ".toml")).lexically_normal(),
                   "項目（field）、状態（state）、操作（step）、期限（due）、回数（counter）を書きます。書き方はほかの台帳が見本になります。", "保存すると、サービスが自分で始め直して効きます。サインインはそのまま続きます。",
                   [config](const fs::path& candidate) { prove_ledger(config, candidate); }, [&installation, config](const fs::path& candidate) { return foresee_ledger(installation, config, candidate); }, restart});
  }
  return out;
}

}  // namespace shirube::commands
