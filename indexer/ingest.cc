#include "indexer/ingest.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "indexer/facts.h"
#include "indexer/prepare.h"
#include "text/date.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace fs = std::filesystem;
using corpus::Facts;
using corpus::merged;
using corpus::NewEdition;

/// A file to be taken, or a reason why it cannot be.
struct Ingest::Entry {
  fs::path file;
  Facts facts;
  std::optional<Error> fault;
  std::string shown;  ///< where a list names it, else empty
  std::map<std::string, std::string> narrower{};  ///< audiences of clauses by path
};

/// The bytes to be taken, and what is known of them.
struct Ingest::Source {
  std::string shown;    ///< in reports
  fs::path name;        ///< the file's own, which says something of it
  std::string bytes;
  Facts said;           ///< by a person
  Facts otherwise;      ///< where nothing else is said: what the mail says that it came with
  int depth = 0;        ///< so many files it stands in
  bool named = false;   ///< a person said which document it, or what it stands in, is of
  std::map<std::string, std::string> narrower{};  ///< audiences of clauses by path

  /// Of the bytes; the same file closed otherwise is another edition.
  std::string hash() const {
    std::string out = store::sha256(bytes);
    for (const auto& [path, audience] : narrower) out = store::sha256(fmt::format("{}\n{}\n{}", out, path, audience));
    return out;
  }
};

namespace {


Report::Outcome outcome_of(corpus::Added::Outcome outcome) {
  switch (outcome) {
    case corpus::Added::Outcome::taken: return Report::Outcome::taken;
    case corpus::Added::Outcome::same: return Report::Outcome::same;
    default: return Report::Outcome::corrected;
  }
}

void count(IngestSummary& summary, Report::Outcome outcome) {
  switch (outcome) {
    case Report::Outcome::taken: ++summary.taken; break;
    case Report::Outcome::same: ++summary.same; break;
    case Report::Outcome::corrected: ++summary.corrected; break;
    case Report::Outcome::refused: ++summary.refused; break;
  }
}

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with("."); }

Report refusal(const std::string& source, const Error& e) { return {source, Report::Outcome::refused, {}, 0, {}, e.message(), e.hint()}; }

/// The audience that is left of the one held, where what is said narrows it; else nothing: what comes inside a file never opens
/// what was closed.
std::string narrower(const std::string& said, const std::string& held) {
  std::string left = corpus::narrowed(held, corpus::audience_key(said));
  return left == held ? "" : left;
}

/// Narrows clauses. One that is not found would stay open.
void close_clauses(std::vector<corpus::Clause>& clauses, const std::map<std::string, std::string>& narrower) {
  for (const auto& [path, audience] : narrower) {
    auto clause = std::ranges::find(clauses, path, &corpus::Clause::path);
    if (clause == clauses.end()) throw Error(ErrorKind::invalid, fmt::format("公開範囲を狭める条項「{}」がありません。", path), "条項の番号を shirube outline で確かめてください。");
    clause->audience = audience;
  }
}

Error foreign(const fs::filesystem_error& e) {
  return {ErrorKind::unavailable, fmt::format("ファイルを扱えません: {}（{}）。", e.path1().string(), e.code().message()), "権限と空き容量を確認してください。"};
}

constexpr const char* lists_of_facts[] = {"facts.toml", "facts.csv"};

bool is_list_of_facts(const fs::path& file) { return std::ranges::find(lists_of_facts, file.filename().string()) != std::end(lists_of_facts); }

std::vector<ListedFile> read_list(const fs::path& file) { return file.extension() == ".csv" ? read_facts_table(file) : read_facts(file); }

/// The list in a folder. Two of them would have to be reconciled.
std::optional<fs::path> list_of_facts(const fs::path& folder) {
  std::optional<fs::path> found;
  for (const char* name : lists_of_facts) {
    if (!fs::exists(folder / name)) continue;
    if (found) throw Error(ErrorKind::invalid, "facts.toml と facts.csv が両方あります: " + folder.string(), "どちらか一つにしてください。");
    found = folder / name;
  }
  return found;
}

}  // namespace

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (auto it = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied); it != fs::recursive_directory_iterator(); ++it) {
    if (is_hidden(it->path())) {
      if (it->is_directory()) it.disable_recursion_pending();
    } else if (it->is_regular_file()) {
      files.push_back(it->path());
    }
  }
  std::ranges::sort(files);
  return files;
}

Ingest::Ingest(corpus::Library& library, store::Files files, IngestOptions options)
    : library_(library), files_(std::move(files)), options_(std::move(options)) {}

std::vector<Ingest::Entry> Ingest::collect(const std::vector<fs::path>& paths) {
  std::vector<Entry> entries;
  auto add_listed = [&](std::vector<ListedFile> list) {
    for (auto& one : list) entries.push_back({one.file, std::move(one.facts), std::move(one.fault), std::move(one.shown), std::move(one.narrower)});
  };
  for (const auto& path : paths) {
    try {
      if (!fs::exists(path)) {
        throw Error(ErrorKind::missing, "ファイルまたはフォルダがありません: " + path.string(), "場所と名前を確認してください。");
      }
      bool folder = fs::is_directory(path);
      const fs::path home = folder ? path : path.parent_path();
      if (folder ? list_of_facts(home).has_value() : is_list_of_facts(path)) {
        add_listed(read_list(folder ? *list_of_facts(home) : path));
      } else if (folder) {
        for (const auto& file : files_below(path)) entries.push_back({file, {}, {}, {}});
      } else {
        Entry entry{path, {}, {}, {}};
        if (auto list = list_of_facts(home)) {
          for (const auto& listed : read_list(*list)) {
            if (fs::weakly_canonical(listed.file) == fs::weakly_canonical(path)) entry.facts = listed.facts, entry.fault = listed.fault, entry.narrower = listed.narrower;
          }
        }
        entries.push_back(std::move(entry));
      }
    } catch (const Error& e) {
      entries.push_back({path, {}, e, {}});
    } catch (const fs::filesystem_error& e) {
      entries.push_back({path, {}, foreign(e), {}});
    }
  }
  return entries;
}

/// Takes what a source holds, and says which edition it is; none when it is refused, or only holds files.
std::optional<int64_t> Ingest::take(const Source& source, const Reporter& report, const std::atomic<bool>& stop) try {
  if (source.bytes.empty()) throw Error(ErrorKind::invalid, "ファイルが空です。", "内容のあるファイルを指定してください。");
  NameFacts name = facts_of_name(source.name);
  // The name of a file inside another is whoever's: it makes nothing an edition of what is held.
  name.certain = name.certain && source.depth == 0;
  Facts given = merged(source.said, name.facts);
  std::string hash = source.hash();
  // What is held already need not be read again, but an original that was lost is put back.
  if (auto held = library_.find_edition(given.slug, hash); held && options_.dry_run) {
    report({source.shown, Report::Outcome::same, given.slug, held->clauses, {}, {}, {}});
    return std::nullopt;
  } else if (held) {
    files_.put(source.bytes);
    NewEdition edition;
    edition.facts = source.depth == 0 ? given : closed(given.slug, source.said.audience);
    edition.content_hash = hash;
    auto added = library_.add({&edition, 1}).front();
    report({source.shown, outcome_of(added.outcome), added.address, held->clauses, {}, {}, {}});
    return held->edition_id;
  }
  bool known = library_.document(corpus::Viewer::everything(), given.slug).has_value();
  if (known && !source.named && !name.certain) {
    throw Error(ErrorKind::conflict, "同じ名前の資料「" + given.slug + "」が、別の内容で登録済みです。",
                "その資料の新しい版なら --document " + given.slug + " を、別の資料なら別の識別名を指定してください。");
  }
  Extraction extraction = extract_in_child(source.bytes, source.name.filename().string(), options_.limits, options_.program, stop);
  if (extraction.clauses.empty() && extraction.members.empty()) {
    throw Error(ErrorKind::invalid, "文字が見つかりません。", "画像だけのファイルは、文字認識（OCR）をかけてから取り込んでください。");
  }
  if (!extraction.members.empty() && source.depth == deepest_member) {
    throw Error(ErrorKind::invalid, "圧縮ファイルやメールが何重にも入っています。", "中のファイルを取り出して、個別に登録してください。");
  }
  std::vector<Member> members = std::move(extraction.members);
  extraction.members.clear();
  bool holds_text = !extraction.clauses.empty();
  NewEdition edition = make(source, std::move(extraction));
  // What will be refused must not leave its attachments behind.
  if (holds_text && (options_.dry_run || !members.empty())) library_.prove(edition);
  // What is inside comes first: what was taken whole need not be looked into again.
  for (auto& member : members) {
    Source inside{source.shown + " › " + member.name, fs::path(member.name).filename(), std::move(member.bytes), {}, {}, source.depth + 1, source.named};
    inside.said.audience = source.said.audience, inside.said.kind = source.said.kind, inside.said.issuer = source.said.issuer, inside.said.topic = source.said.topic;
    inside.otherwise.issued = edition.facts.issued;
    inside.said.slug = slug_inside(given.slug, member.name);
    auto told = [&](const Report& one) {
      if (one.outcome == Report::Outcome::refused && one.source == inside.shown) edition.warnings.push_back(fmt::format("「{}」は取り込めませんでした: {}", member.name, one.reason));
      report(one);
    };
    if (auto taken = take(inside, told, stop)) edition.encloses.push_back(*taken);
    if (stop) throw Error(ErrorKind::unavailable, "中断しました。", "もう一度実行すると続きから行います。");
  }
  if (holds_text && options_.dry_run) report({source.shown, Report::Outcome::taken, edition.facts.slug, edition.clauses.size(), edition.warnings, {}, {}});
  if (!holds_text || options_.dry_run) return std::nullopt;
  edition.file_sha256 = files_.put(source.bytes);
  auto added = library_.add({&edition, 1}).front();
  report({source.shown, outcome_of(added.outcome), added.address, edition.clauses.size(), edition.warnings, {}, {}});
  return added.edition_id;
} catch (const Error& e) {
  if (e.kind() == ErrorKind::unavailable || e.kind() == ErrorKind::internal) throw;
  report(refusal(source.shown, e));
  return std::nullopt;
}

/// What a file inside another says of a document that is held: at most that fewer may see it.
Facts Ingest::closed(const std::string& slug, const std::string& audience) const {
  Facts facts;
  facts.slug = slug;
  if (auto document = library_.document(corpus::Viewer::everything(), slug)) facts.audience = narrower(audience, document->audience);
  return facts;
}

NewEdition Ingest::make(const Source& source, Extraction extraction) const {
  Facts given = merged(source.said, facts_of_name(source.name).facts);
  auto held = library_.document(corpus::Viewer::everything(), given.slug);
  std::string media_type = extraction.media_type;
  Prepared prepared = prepare(std::move(extraction), given.title);
  NewEdition edition;
  edition.content_hash = source.hash();
  edition.file_sha256 = store::sha256(source.bytes);
  edition.facts = merged(merged(given, prepared.said), source.otherwise);
  // What a file seems to say never changes what is known of its document.
  if (held) edition.facts.title = given.title, edition.facts.short_title = given.short_title, edition.facts.kind = given.kind;
  if (held && source.depth > 0) edition.facts.audience = narrower(given.audience, held->audience);
  // A law's file says when the law was made, not as of which day its text stands.
  bool undated_law = media_type == "application/xml" && edition.facts.label.empty() && edition.facts.effective.empty();
  if (undated_law) edition.facts.label = text::to_wareki(text::today()) + "取込版";
  edition.clauses = std::move(prepared.clauses);
  close_clauses(edition.clauses, source.narrower);
  edition.warnings = with_doubts(std::move(prepared.warnings), edition.clauses);
  edition.media_type = media_type;
  edition.file_name = source.name.filename().string();
  edition.file_size = source.bytes.size();
  return edition;
}

IngestSummary Ingest::paths(const std::vector<fs::path>& paths, const Reporter& report, const std::function<void(size_t, size_t)>& progress,
                            const std::atomic<bool>& stop) {
  IngestSummary summary;
  std::vector<Entry> entries = collect(paths);
  if (entries.size() > 1 && !(options_.facts.slug.empty() && options_.facts.title.empty() && options_.facts.label.empty())) {
    throw Error(ErrorKind::invalid, "識別名・件名・版名は、1件のファイルを取り込むときだけ指定できます。", "1件ずつ取り込むか、フォルダに facts.toml を置いてください。");
  }
  for (size_t i = 0; i < entries.size() && !stop; ++i) {
    progress(i, entries.size());
    const Entry& entry = entries[i];
    Reporter counted = [&](const Report& one) {
      count(summary, one.outcome);
      report(one);
    };
    try {
      if (entry.fault) {
        counted(refusal(entry.shown.empty() ? entry.file.string() : entry.shown, *entry.fault));
        continue;
      }
      Facts said = merged(options_.facts, entry.facts);
      take({entry.file.string(), entry.file, store::read_file(entry.file, options_.limits.file_bytes), said, {}, 0, !said.slug.empty(), entry.narrower}, counted, stop);
    } catch (const Error& e) {
      if (stop) break;  // the interruption itself
      if (e.kind() == ErrorKind::unavailable || e.kind() == ErrorKind::internal) throw;
      counted(refusal(entry.file.string(), e));
    } catch (const fs::filesystem_error& e) {
      throw foreign(e);
    }
  }
  // Citations can point at what came later in the same batch.
  if (!options_.dry_run) library_.link_citations(stop);
  if (!stop) progress(entries.size(), entries.size());
  return summary;
}

}  // namespace shirube::indexer
