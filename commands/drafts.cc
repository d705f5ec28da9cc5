// The desk on the command line: what is handed in, mended and published.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands/commands.h"
#include "commands/terminal.h"
#include "corpus/doubt.h"
#include "indexer/desk.h"
#include "indexer/ingest.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::commands {

namespace fs = std::filesystem;
using corpus::Correction;
using corpus::Draft;
using Json = nlohmann::json;

namespace {

const corpus::Viewer& operator_viewer() {
  static const corpus::Viewer viewer = corpus::Viewer::everything();
  return viewer;
}

/// What a command on drafts works with.
struct Table {
  Table(const Arguments& arguments, store::Database::Open open)
      : installation(arguments, open), desk(installation.database, installation.files, {limits(arguments.config), arguments.program}) {}
  Installation installation;
  indexer::Desk desk;

  Draft find(int64_t id) const {
    auto draft = desk.drafts().find(operator_viewer(), id);
    if (!draft) throw Error(ErrorKind::missing, fmt::format("下書き {} はありません。", id), "shirube drafts list で番号を確かめてください。");
    return *draft;
  }
};

void print_line(const Draft& draft) {
  std::cout << fmt::format("{:>5}  {}  {}{}\n", draft.id, japanese_name(draft.state), draft.source, draft.address.empty() ? "" : " → " + draft.address);
  if (draft.state == Draft::State::failed) std::cout << "       " << draft.reason << " → " << draft.hint << "\n";
}

/// Reads what waits, with progress, and prints what became of it. How many failed.
size_t read_waiting(Table& table) {
  size_t failed = 0, done = 0;
  ProgressLine line("読取り");
  table.desk.read_waiting(
      [&](int64_t id) {
        line.show(++done, 0);
        auto draft = table.desk.drafts().find(operator_viewer(), id);
        if (!draft) return;  // opened: its members follow
        print_line(*draft);
        for (const auto& warning : draft->warnings) std::cout << "       注意 " << warning << "\n";
        failed += draft->state == Draft::State::failed;
      },
      stop_requested);
  if (stop_requested) throw Error(ErrorKind::unavailable, "中断しました。", "もう一度実行すると続きから行います。");
  return failed;
}

Json json_of(const Draft& draft) {
  Json facts = Json::object();
  for (const auto& [name, field] : corpus::fact_fields()) facts[std::string(name)] = draft.facts.*field;
  return {{"id", draft.id}, {"state", std::string(name(draft.state))}, {"source", draft.source}, {"file_name", draft.file_name}, {"media_type", draft.media_type}, {"facts", facts},
          {"warnings", draft.warnings}, {"reason", draft.reason}, {"hint", draft.hint}, {"revision", draft.revision}, {"address", draft.address}};
}

void print(const Json& json) { std::cout << json.dump(1, ' ', false, Json::error_handler_t::replace) << "\n"; }

}  // namespace

int drafts_add(const Arguments& arguments, const std::vector<std::string>& paths, const corpus::Facts& facts) {
  Table table(arguments, store::Database::Open::or_create);
  size_t refused = 0;
  for (const auto& path : paths) {
    std::vector<fs::path> files;
    if (fs::is_directory(path)) files = indexer::files_below(path);
    else files.emplace_back(path);
    for (const auto& file : files) {
      if (stop_requested) break;
      try {
        table.desk.receive(operator_viewer(), {file.string(), file.filename().string(), store::read_file(file, table.desk.options().limits.file_bytes), facts});
      } catch (const Error& e) {
        if (e.kind() == ErrorKind::unavailable || e.kind() == ErrorKind::internal) throw;
        ++refused;
        std::cout << fmt::format("拒否　 {} … {} → {}\n", file.string(), e.message(), e.hint());
      }
    }
  }
  return read_waiting(table) + refused > 0 ? some_refused : 0;
}

int drafts_list(const Arguments& arguments, bool json) {
  Table table(arguments, store::Database::Open::existing);
  auto drafts = table.desk.drafts().list(operator_viewer(), 0, table.desk.drafts().count(operator_viewer()));
  if (json) {
    Json out = Json::array();
    for (const auto& draft : drafts) out.push_back(json_of(draft));
    print(out);
    return 0;
  }
  for (const auto& draft : drafts) print_line(draft);
  if (drafts.empty()) std::cout << "下書きはありません。\n";
  return 0;
}

int drafts_show(const Arguments& arguments, int64_t id, bool json) {
  Table table(arguments, store::Database::Open::existing);
  Draft draft = table.find(id);
  corpus::Cut cut = table.desk.drafts().cut(operator_viewer(), id).value_or(corpus::Cut{});
  auto doubts = corpus::doubts(cut.clauses);
  if (json) {
    Json out = json_of(draft);
    out["clauses"] = Json::array();
    for (const auto& clause : cut.clauses) {
      out["clauses"].push_back({{"path", clause.path}, {"label", clause.label}, {"kind", std::string(corpus::name(clause.kind))}, {"heading", clause.heading}, {"text", clause.text},
                                {"page", clause.page ? Json(*clause.page) : Json()}, {"parent", clause.parent ? Json(*clause.parent) : Json()}});
    }
    out["doubts"] = Json::array();
    for (const auto& doubt : doubts) out["doubts"].push_back(doubt.message);
    print(out);
    return 0;
  }
  print_line(draft);
  for (const auto& [name, field] : corpus::fact_fields()) {
    if (!(draft.facts.*field).empty()) std::cout << fmt::format("  {:<12}{}\n", name, draft.facts.*field);
  }
  for (const auto& warning : draft.warnings) std::cout << "  注意 " << warning << "\n";
  for (const auto& doubt : doubts) std::cout << "  疑い " << doubt.message << "\n";
  for (const auto& [document, edition, share, same] : table.desk.alike(operator_viewer(), draft, cut)) {
    std::cout << fmt::format("  {} {}（{}）\n", same ? "同じファイルが登録済み:" : fmt::format("ほぼ同じ内容（約{:.0f}%）:", share * 100), document.title, edition.label);
  }
  for (const auto& other : table.desk.drafts().alike(operator_viewer(), draft)) {
    std::cout << fmt::format("  {} {}（{}）\n", other.file_sha256 == draft.file_sha256 ? "同じファイルの下書き:" : "同じ識別名の下書き:", other.id, other.source);
  }
  std::vector<size_t> depth;
  for (const auto& clause : cut.clauses) {
    depth.push_back(clause.parent ? depth[*clause.parent] + 1 : 0);
    std::string words = clause.heading.empty() ? clause.text : clause.heading;
    std::cout << fmt::format("  {:<14}{}{}　{}\n", clause.path, std::string(depth.back() * 2, ' '), clause.label, text::clamp_utf8(words.substr(0, words.find('\n')), 90));
  }
  return 0;
}

int drafts_correct(const Arguments& arguments, int64_t id, const std::string& path, const std::string& action, const std::string& value, int page) {
  Table table(arguments, store::Database::Open::existing);
  Draft draft = table.find(id);
  auto kind = corpus::correction_kind(action);
  if (!kind) throw Error(ErrorKind::invalid, "「" + action + "」という直し方はありません。", "relabel（番号）、join（前とつなぐ）、split（分ける）、page（頁）、promote（一段上げる）、demote（一段下げる）、drop（除く）から選んでください。");
  auto cut = table.desk.drafts().cut(operator_viewer(), id).value_or(corpus::Cut{});
  auto clause = std::ranges::find(cut.clauses, path, &corpus::Clause::path);
  if (clause == cut.clauses.end()) throw Error(ErrorKind::missing, fmt::format("条項「{}」はありません。", path), fmt::format("shirube drafts show {} で確かめてください。", id));
  size_t offset = 0, position = static_cast<size_t>(clause - cut.clauses.begin());
  auto pages = corpus::pages_of(cut.clauses, position, draft.pages);
  if (*kind == Correction::Kind::split && page == 0 && pages && pages->first < pages->second) {
    throw Error(ErrorKind::invalid, fmt::format("新しい条項の頁が分かりません（{}〜{}頁のどこか）。", pages->first, pages->second), "--page で頁を指定してください。");
  }
  if (*kind == Correction::Kind::split) {
    offset = clause->text.find(value);
    if (value.empty() || offset == std::string::npos) throw Error(ErrorKind::invalid, "その言葉は条項の本文にありません。", "新しい条項が始まる言葉を、本文のとおりに指定してください。");
  }
  table.desk.drafts().correct(operator_viewer(), id, draft.revision, corpus::correction_at(cut.clauses, position, *kind, value, offset, page));
  return drafts_show(arguments, id, false);
}

int drafts_undo(const Arguments& arguments, int64_t id) {
  Table table(arguments, store::Database::Open::existing);
  table.desk.drafts().undo(operator_viewer(), id, table.find(id).revision);
  return drafts_show(arguments, id, false);
}

int drafts_facts(const Arguments& arguments, int64_t id, const corpus::Facts& facts) {
  Table table(arguments, store::Database::Open::existing);
  Draft draft = table.find(id);
  table.desk.drafts().set_facts(operator_viewer(), id, draft.revision, corpus::merged(facts, draft.facts));
  return drafts_show(arguments, id, false);
}

int drafts_publish(const Arguments& arguments, const std::vector<int64_t>& ids, bool further) {
  Table table(arguments, store::Database::Open::existing);
  size_t refused = 0;
  for (int64_t id : ids) {
    try {
      auto added = table.desk.publish(operator_viewer(), id, table.find(id).revision, further);
      std::cout << fmt::format("公開　 {} → {}\n", id, added.address);
    } catch (const Error& e) {
      if (ids.size() == 1 || e.kind() == ErrorKind::unavailable || e.kind() == ErrorKind::internal) throw;
      ++refused;
      std::cout << fmt::format("拒否　 {} … {} → {}\n", id, e.message(), e.hint());
    }
  }
  table.installation.library.link_citations(stop_requested);
  int drained = drain(table.installation, arguments.config);
  return drained ? drained : refused ? some_refused : 0;
}

int drafts_read(const Arguments& arguments, const std::vector<int64_t>& ids) {
  Table table(arguments, store::Database::Open::existing);
  for (int64_t id : ids) table.desk.drafts().read_again(operator_viewer(), id);
  return read_waiting(table) > 0 ? some_refused : 0;
}

int drafts_drop(const Arguments& arguments, const std::vector<int64_t>& ids) {
  Table table(arguments, store::Database::Open::existing);
  for (int64_t id : ids) table.desk.drafts().drop(operator_viewer(), id);
  return 0;
}

}  // namespace shirube::commands
