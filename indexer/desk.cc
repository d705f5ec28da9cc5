#include "indexer/desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "corpus/sketch.h"
#include "indexer/facts.h"
#include "indexer/prepare.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace fs = std::filesystem;
using corpus::Draft;
using corpus::Facts;
using corpus::merged;

namespace {

constexpr size_t longest_name = 300;  // bytes

/// Drafts are everybody's who may have any; the desk itself reads them all.
const corpus::Viewer& desk_viewer() {
  static const corpus::Viewer viewer = corpus::Viewer::everything();
  return viewer;
}

}  // namespace

Desk::Desk(store::Database& database, store::Files files, DeskOptions options)
    : library_(database), drafts_(database), files_(std::move(files)), options_(std::move(options)) {}

int64_t Desk::receive(const corpus::Viewer& viewer, const Incoming& incoming) {
  if (!corpus::Drafts::open_to(viewer)) throw Error(ErrorKind::missing, "取込の画面は、ここでは使えません。", "担当者に依頼してください。");
  if (incoming.bytes.empty()) throw Error(ErrorKind::invalid, "ファイルが空です。", "内容のあるファイルを指定してください。");
  if (incoming.bytes.size() > options_.limits.file_bytes) throw Error(ErrorKind::invalid, "ファイルが大きすぎます。", "分割するか、設定 ingest.file_mib を見直してください。");
  std::string name = fs::path(text::replace_all(incoming.file_name, "\\", "/")).filename().string();
  if (name.empty() || name.size() > longest_name || !text::is_valid_utf8(name) || name.find('\0') != name.npos) {
    throw Error(ErrorKind::invalid, "ファイルの名前が長すぎるか、文字として読めません。", "短い名前に変えて、もう一度取り込んでください。");
  }
  if (std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    throw Error(ErrorKind::invalid, "ファイルの名前に使えない文字があります。", "名前を変えて、もう一度取り込んでください。");
  }
  Facts said = incoming.said;
  if (said.slug.empty()) said.slug = "draft";
  said = corpus::checked(said);
  said.slug = incoming.said.slug;
  Draft draft;
  draft.file_name = name;
  draft.source = incoming.source.empty() ? name : incoming.source;
  draft.said = std::move(said);
  draft.file_sha256 = files_.put(incoming.bytes);
  return drafts_.add(viewer, draft, incoming.bytes.size());
}

void Desk::read_waiting(const std::function<void(int64_t)>& read, const std::atomic<bool>& stop) {
  int64_t last = 0;
  std::exception_ptr trouble;
  while (!stop) {
    auto draft = drafts_.next_waiting(last);
    if (!draft) break;
    last = draft->id;
    try {
      read_one(*draft, stop);
    } catch (const Error& e) {
      // What is ours to mend does not keep the others waiting.
      bool ours = e.kind() == ErrorKind::unavailable || e.kind() == ErrorKind::internal;
      if (ours && !trouble) trouble = std::current_exception();
      if (ours) continue;
      drafts_.set_failed(draft->id, e.message(), e.hint());
    } catch (const std::exception&) {
      if (!trouble) trouble = std::current_exception();
      continue;
    }
    read(draft->id);
  }
  if (trouble) std::rethrow_exception(trouble);
}

void Desk::read_one(const Draft& draft, const std::atomic<bool>& stop) {
  fs::path original = files_.path_of(draft.file_sha256);
  if (!fs::exists(original)) throw Error(ErrorKind::invalid, "取り込んだファイルが失われています。", "同じファイルを、もう一度取り込んでください。");
  Extraction extraction = extract_in_child(store::read_file(original, options_.limits.file_bytes), draft.file_name, options_.limits, options_.program, stop);
  if (extraction.clauses.empty() && extraction.members.empty()) {
    throw Error(ErrorKind::invalid, "文字が見つかりません。", "画像だけのファイルは、文字認識（OCR）をかけてから取り込んでください。");
  }
  if (!extraction.members.empty() && draft.depth == deepest_member) {
    throw Error(ErrorKind::invalid, "圧縮ファイルやメールが何重にも入っています。", "中のファイルを取り出して、個別に取り込んでください。");
  }
  auto members = std::move(extraction.members);
  extraction.members.clear();
  bool holds_text = !extraction.clauses.empty();
  corpus::Reading reading{extraction.media_type, extraction.pages, {}, {}, {}};
  Prepared prepared = prepare(std::move(extraction), draft.said.title);
  reading.facts = merged(merged(draft.said, facts_of_name(draft.file_name).facts), prepared.said);
  reading.warnings = std::move(prepared.warnings);
  reading.clauses = std::move(prepared.clauses);
  for (const auto& member : members) {
    Draft inside;
    inside.source = draft.source + " › " + member.name;
    inside.file_name = fs::path(member.name).filename().string();
    inside.depth = draft.depth + 1;
    // The members of a ZIP file attached to a mail came with the mail.
    inside.within = holds_text ? draft.id : draft.within;
    inside.said.audience = draft.said.audience, inside.said.kind = draft.said.kind, inside.said.issuer = draft.said.issuer, inside.said.topic = draft.said.topic;
    if (holds_text && inside.said.issued.empty()) inside.said.issued = reading.facts.issued;
    inside.said.slug = slug_inside(holds_text ? reading.facts.slug : merged(draft.said, facts_of_name(draft.file_name).facts).slug, member.name);
    if (member.bytes.empty()) {
      reading.warnings.push_back(fmt::format("「{}」は空のファイルです。", member.name));
      continue;
    }
    inside.file_sha256 = files_.put(member.bytes);
    drafts_.add(desk_viewer(), inside, member.bytes.size());
  }
  if (holds_text) drafts_.set_read(draft.id, reading);
  else drafts_.set_opened(draft.id);
}

std::vector<corpus::Library::Alike> Desk::alike(const corpus::Viewer& viewer, const Draft& draft, const corpus::Cut& cut) const {
  return library_.alike(viewer, draft.file_sha256, corpus::sketch(cut.clauses));
}

corpus::Added Desk::publish(const corpus::Viewer& viewer, int64_t id, int64_t revision, bool further) {
  // Prepared before the transaction, so that nobody waits for it; what is changed meanwhile is refused there.
  auto [draft, cut] = drafts_.to_publish(viewer, id, revision);
  corpus::NewEdition edition = edition_of(draft, cut);
  corpus::Added added;
  drafts_.publish(viewer, id, revision, [&](SQLite::Database& db) {
    // What is read here is what stands before the transaction, within which nobody else writes.
    fit_in(edition, viewer, id, further);
    added = corpus::Library::add(db, {{edition}}).front();
    auto mail = draft.within ? drafts_.find(desk_viewer(), *draft.within) : std::nullopt;
    if (mail && mail->edition_id) corpus::Library::enclose(db, *mail->edition_id, added.edition_id);
    return added.edition_id;
  });
  return added;
}

/// What a draft makes by itself, whatever is held.
corpus::NewEdition Desk::edition_of(const Draft& draft, const corpus::Cut& cut) const {
  corpus::NewEdition edition;
  edition.facts = draft.facts;
  edition.file_sha256 = draft.file_sha256;
  std::error_code lost;
  edition.file_size = fs::file_size(files_.path_of(draft.file_sha256), lost);
  if (lost || files_.verify(draft.file_sha256) != store::Files::State::good) {
    throw Error(ErrorKind::conflict, "取り込んだ原本が失われたか、変わっています。", "この下書きを取りやめて、同じファイルをもう一度取り込んでください。");
  }
  edition.file_name = draft.file_name;
  edition.media_type = draft.media_type;
  edition.clauses = cut.clauses;
  edition.warnings = with_doubts(draft.warnings, edition.clauses);
  // Read anew, a clause that was closed may stand open again.
  auto anew = cut.extracted;
  for (size_t left : corpus::carry_out_all(anew, cut.corrections)) {
    if (cut.corrections[left].kind == corpus::Correction::Kind::audience) {
      throw Error(ErrorKind::conflict, fmt::format("公開範囲の直しがやり直されていません（{}）。", corpus::description(cut.corrections[left])), "その直しを取り消してから、公開範囲を選び直してください。");
    }
  }
  // The same file cut otherwise is another edition.
  edition.content_hash = draft.file_sha256;
  auto undone = cut.undone();
  for (size_t i = 0; i < cut.corrections.size(); ++i) {
    if (std::ranges::find(undone, i) != undone.end()) continue;
    const auto& one = cut.corrections[i];
    edition.content_hash = store::sha256(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", edition.content_hash, name(one.kind), one.path, one.words, one.value, one.offset, one.page));
  }
  return edition;
}

/// Holds it against what is held, and binds it to the attachments that are.
void Desk::fit_in(corpus::NewEdition& edition, const corpus::Viewer& viewer, int64_t draft, bool further) const {
  auto held = library_.document(viewer, edition.facts.slug);
  if (held && library_.find_edition(edition.facts.slug, edition.content_hash)) {
    throw Error(ErrorKind::conflict, fmt::format("同じファイルが、資料「{}」の版として登録済みです。", held->title), "取り込む必要はありません。この下書きは取りやめてください。");
  }
  if (held && !further) {
    throw Error(ErrorKind::conflict, fmt::format("識別名「{}」の資料「{}」が登録済みです。", held->slug, held->title), "その資料の新しい版として公開する（命令では --further）か、別の識別名を付けてください。");
  }
  // Whose document it is they do not know: it must not become theirs to change.
  bool known = library_.document(desk_viewer(), edition.facts.slug).has_value();
  if (known && !held) {
    throw Error(ErrorKind::conflict, fmt::format("識別名「{}」は使えません。", edition.facts.slug), "別の識別名を付けてください。");
  }
  // What is said of one edition does not change what is known of the document, nor who may see the others.
  if (known) {
    for (auto field : {&Facts::title, &Facts::short_title, &Facts::kind, &Facts::issuer, &Facts::audience, &Facts::topic}) (edition.facts.*field).clear();
  }
  for (const auto& attached : drafts_.within(desk_viewer(), draft)) {
    if (attached.edition_id) edition.encloses.push_back(*attached.edition_id);
  }
}

}  // namespace shirube::indexer
