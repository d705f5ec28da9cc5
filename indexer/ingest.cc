#include "indexer/ingest.h"

#include <fmt/format.h>

#include <algorithm>

#include "corpus/address.h"
#include "indexer/facts.h"
#include "text/date.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace fs = std::filesystem;
using corpus::Facts;

/// A file to be taken, or a reason why it cannot be.
struct Ingest::Entry {
  fs::path file;
  Facts facts;
  std::optional<Error> fault;
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

std::string first_line(const std::vector<corpus::Clause>& clauses) {
  for (const auto& clause : clauses) {
    for (const std::string* s : {&clause.heading, &clause.text}) {
      std::string_view line = text::trim(std::string_view(*s).substr(0, s->find('\n')));
      if (!line.empty()) return std::string(text::clamp_utf8(line, 150));
    }
  }
  return {};
}

/// The lines above the first numbered clause, with unnumbered headings among them.
std::string head_of(const std::vector<corpus::Clause>& clauses) {
  std::string head;
  for (const auto& clause : clauses) {
    if (clause.kind != corpus::ClauseKind::preamble && clause.kind != corpus::ClauseKind::heading) break;
    head += clause.heading + "\n" + clause.text + "\n";
  }
  return head;
}

/// What a file says of itself, as facts.
Facts facts_of_content(const Extraction& extraction) {
  Facts said;
  said.title = extraction.facts.title;
  said.number = extraction.facts.number;
  said.short_title = extraction.facts.abbreviation.substr(0, extraction.facts.abbreviation.find(','));
  said.issued = extraction.facts.issued;
  if (extraction.media_type == "application/xml") said.kind = "law";
  Facts facts = merged(said, facts_of_head(head_of(extraction.clauses)));
  if (facts.title.empty()) facts.title = first_line(extraction.clauses);
  return facts;
}

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with("."); }

Report refusal(const fs::path& file, const Error& e) { return {file.string(), Report::Outcome::refused, {}, 0, {}, e.message(), e.hint()}; }

std::string without_spaces(std::string_view s) { return text::replace_all(text::fold(text::trim(s)), " ", ""); }

/// Words above the first clause that only repeat the title are no clause: nobody cites them.
void drop_title(std::vector<corpus::Clause>& clauses, std::initializer_list<std::string_view> titles) {
  if (clauses.size() < 2 || clauses[0].kind != corpus::ClauseKind::preamble || !clauses[0].heading.empty()) return;
  bool repeats = std::ranges::any_of(titles, [&](std::string_view title) { return without_spaces(clauses[0].text) == without_spaces(title); });
  bool childless = std::ranges::none_of(clauses, [](const corpus::Clause& clause) { return clause.parent == size_t{0}; });
  if (!repeats || !childless) return;
  clauses.erase(clauses.begin());
  for (auto& clause : clauses) {
    if (clause.parent) --*clause.parent;
  }
}

Error foreign(const fs::filesystem_error& e) {
  return {ErrorKind::unavailable, fmt::format("ファイルを扱えません: {}（{}）。", e.path1().string(), e.code().message()), "権限と空き容量を確認してください。"};
}

void collect_folder(const fs::path& folder, std::vector<fs::path>& files) {
  for (auto it = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied); it != fs::recursive_directory_iterator(); ++it) {
    if (is_hidden(it->path())) {
      if (it->is_directory()) it.disable_recursion_pending();
    } else if (it->is_regular_file()) {
      files.push_back(it->path());
    }
  }
  std::ranges::sort(files);
}

}  // namespace

Ingest::Ingest(corpus::Library& library, store::Files files, IngestOptions options)
    : library_(library), files_(std::move(files)), options_(std::move(options)) {}

std::vector<Ingest::Entry> Ingest::collect(const std::vector<fs::path>& paths) {
  std::vector<Entry> entries;
  auto add_listed = [&](const fs::path& toml) {
    for (auto& listed : read_facts(toml)) entries.push_back({listed.file, std::move(listed.facts), {}});
  };
  for (const auto& path : paths) {
    try {
      if (!fs::exists(path)) {
        throw Error(ErrorKind::missing, "ファイルまたはフォルダがありません: " + path.string(), "場所と名前を確認してください。");
      }
      if (fs::is_directory(path) && fs::exists(path / "facts.toml")) {
        add_listed(path / "facts.toml");
      } else if (fs::is_directory(path)) {
        std::vector<fs::path> files;
        collect_folder(path, files);
        for (const auto& file : files) entries.push_back({file, {}, {}});
      } else if (path.filename() == "facts.toml") {
        add_listed(path);
      } else {
        Entry entry{path, {}, {}};
        if (fs::path toml = path.parent_path() / "facts.toml"; fs::exists(toml)) {
          for (const auto& listed : read_facts(toml)) {
            if (fs::weakly_canonical(listed.file) == fs::weakly_canonical(path)) entry.facts = listed.facts;
          }
        }
        entries.push_back(std::move(entry));
      }
    } catch (const Error& e) {
      entries.push_back({path, {}, e});
    } catch (const fs::filesystem_error& e) {
      entries.push_back({path, {}, foreign(e)});
    }
  }
  return entries;
}

Report Ingest::take(const Entry& entry, const std::atomic<bool>& stop) try {
  if (entry.fault) throw *entry.fault;
  std::string bytes = store::read_file(entry.file, options_.limits.file_bytes);
  if (bytes.empty()) throw Error(ErrorKind::invalid, "ファイルが空です。", "内容のあるファイルを指定してください。");
  corpus::NewEdition edition;
  edition.content_hash = store::sha256(bytes);
  Facts said = merged(options_.facts, entry.facts);
  NameFacts name = facts_of_name(entry.file);
  Facts given = merged(said, name.facts);
  // What is held already need not be read again, but an original that was lost is put back.
  if (auto held = library_.find_edition(given.slug, edition.content_hash)) {
    files_.put(bytes);
    edition.facts = given;
    auto added = library_.add({&edition, 1}).front();
    return {entry.file.string(), outcome_of(added.outcome), added.address, held->clauses, {}, {}, {}};
  }
  bool known = library_.document(corpus::Viewer::everything(), given.slug).has_value();
  if (known && said.slug.empty() && !name.certain) {
    throw Error(ErrorKind::conflict, "同じ名前の資料「" + given.slug + "」が、別の内容で登録済みです。",
                "その資料の新しい版なら --document " + given.slug + " を、別の資料なら別の識別名を指定してください。");
  }
  Extraction extraction = extract_in_child(bytes, entry.file.filename().string(), options_.limits, options_.program, stop);
  if (extraction.clauses.empty()) {
    throw Error(ErrorKind::invalid, "文字が見つかりません。", "画像だけのファイルは、文字認識（OCR）をかけてから取り込んでください。");
  }
  edition.facts = merged(given, facts_of_content(extraction));
  // What a file seems to say never changes what is known of its document.
  if (known) edition.facts.title = given.title, edition.facts.short_title = given.short_title, edition.facts.kind = given.kind;
  // A law's file says when the law was made, not as of which day its text stands.
  bool undated_law = extraction.media_type == "application/xml" && edition.facts.label.empty() && edition.facts.effective.empty();
  if (undated_law) edition.facts.label = text::to_wareki(text::today()) + "取込版";
  drop_title(extraction.clauses, {edition.facts.title, facts_of_content(extraction).title});
  corpus::assign_addresses(extraction.clauses);
  edition.clauses = std::move(extraction.clauses);
  edition.warnings = std::move(extraction.warnings);
  edition.media_type = extraction.media_type;
  edition.file_name = entry.file.filename().string();
  edition.file_size = bytes.size();
  edition.file_sha256 = files_.put(bytes);
  auto added = library_.add({&edition, 1}).front();
  return {entry.file.string(), outcome_of(added.outcome), added.address, edition.clauses.size(), edition.warnings, {}, {}};
} catch (const Error& e) {
  if (e.kind() == ErrorKind::unavailable || e.kind() == ErrorKind::internal) throw;
  return refusal(entry.file, e);
} catch (const fs::filesystem_error& e) {
  throw foreign(e);
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
    try {
      Report one = take(entries[i], stop);
      count(summary, one.outcome);
      report(one);
    } catch (const Error&) {
      if (!stop) throw;  // else it is the interruption itself
    }
  }
  // Citations can point at what came later in the same batch.
  library_.link_citations();
  if (!stop) progress(entries.size(), entries.size());
  return summary;
}

}  // namespace shirube::indexer
