// The desk: files that were handed in, and a draft with its original beside the clauses as cut.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "corpus/doubt.h"
#include "text/error.h"
#include "text/utf8.h"
#include "web/form.h"
#include "web/model.h"
#include "web/views.h"

namespace shirube::web {

namespace {

using corpus::Correction;
using corpus::Draft;

constexpr size_t drafts_a_page = 50, clauses_at_once = 100;
constexpr size_t most_split_points = 30, shown_words = 30;  // characters of a place to split at
constexpr size_t most_pages_shown = 60;
constexpr size_t narrower_audiences = 1;  ///< what a clause may be for begins behind 公開
const std::string drafts_path = "/drafts";

std::string draft_url(int64_t id) { return fmt::format("{}/{}", drafts_path, id); }

int64_t read_id(const Call& call) {
  int64_t id = 0;
  const std::string& word = call.arguments[0];
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
  if (error != std::errc() || end != word.data() + word.size()) return 0;  // no draft has it
  return id;
}

Draft find_draft(const Context& context, const Call& call) {
  auto draft = context.desk.drafts().find(context.viewer, read_id(call));
  if (!draft) throw Error(ErrorKind::missing, "その下書きはありません。", "取込の一覧からお探しください。");
  return *draft;
}

Json draft_model(const Draft& draft) {
  return {{"id", draft.id},
          {"source", draft.source},
          {"file_name", draft.file_name},
          {"title", draft.facts.title.empty() ? draft.file_name : draft.facts.title},
          {"state", std::string(corpus::name(draft.state))},
          {"state_label", std::string(corpus::japanese_name(draft.state))},
          {"waiting", draft.state == Draft::State::waiting},
          {"ready", draft.state == Draft::State::ready},
          {"failed", draft.state == Draft::State::failed},
          {"published", draft.state == Draft::State::published},
          {"media_type", draft.media_type},
          {"pages", draft.pages},
          {"paged", draft.pages > 0},
          {"reason", draft.reason},
          {"hint", draft.hint},
          {"warnings", draft.warnings},
          {"warning_count", draft.warnings.size()},
          {"revision", draft.revision},
          {"created_at", draft.created_at},
          {"changed_at", draft.changed_at},
          {"url", draft_url(draft.id)},
          {"original_url", draft_url(draft.id) + "/original"},
          {"edition_url", draft.address.empty() ? "" : edition_url(draft.address.substr(0, draft.address.rfind('/')), draft.address.substr(draft.address.rfind('/') + 1))}};
}

struct FactRow {
  std::string_view name, label, type, note;
};
constexpr FactRow fact_rows[] = {{"title", "件名", "text", ""},
                                 {"slug", "識別名", "text", "アドレスに使う名前。登録済みの資料の識別名を入れると、その資料の新しい版になります。"},
                                 {"kind", "種別", "choice", ""},
                                 {"audience", "公開範囲", "choice", ""},
                                 {"issuer", "発出者", "text", ""},
                                 {"number", "文書番号", "text", ""},
                                 {"issued", "発出日", "text", "例: 2026-04-01、令和8年4月1日"},
                                 {"effective", "施行日", "text", "空のときは発出日から数えます。"},
                                 {"label", "版名", "text", "空のときは日付から付けます（令和8年4月1日版）。"},
                                 {"short_title", "略称", "text", ""},
                                 {"topic", "分野", "text", ""},
                                 {"link", "公式の掲載先", "text", ""}};

/// What is wrong with what was typed, by the name of the field, for people.
using Faults = std::map<std::string, std::string, std::less<>>;

Faults faults_of(const corpus::Facts& facts) {
  Faults out;
  for (const auto& [name, field] : corpus::fact_fields()) {
    corpus::Facts one;
    one.slug = "any";
    one.*field = facts.*field;
    try {
      corpus::checked(one);
    } catch (const Error& e) {
      out.emplace(name, e.message() + e.hint());
    }
  }
  if (facts.title.empty()) out.emplace("title", "資料の件名を入れてください。");
  return out;
}

/// The facts as a form has them; what it leaves out stays as it was.
corpus::Facts typed_facts(corpus::Facts facts, const Target& form) {
  for (const auto& [name, field] : corpus::fact_fields()) {
    auto one = std::ranges::find(form.parameters, name, [](const auto& given) -> std::string_view { return given.first; });
    if (one != form.parameters.end()) facts.*field = std::string(text::trim(one->second));
  }
  return facts;
}

/// What may be chosen as an audience, built in and groups, from `first` of the built-in ones on. One that is chosen and is no
/// longer there stays.
Json audiences_model(const std::vector<std::string>& groups, std::string_view chosen, size_t first) {
  Json out = Json::array();
  bool known = false;
  auto add = [&](std::string_view key, std::string_view label) {
    known = known || key == chosen;
    out.push_back({{"key", key}, {"label", label}, {"chosen", key == chosen}});
  };
  for (const auto& choice : corpus::audiences().subspan(first)) add(choice.key, choice.label);
  for (const auto& group : groups) add(group, group);
  if (!known && !chosen.empty()) add(chosen, chosen);
  return out;
}

/// Of a document that is held only what is its new edition's is asked for: the rest stays as it is.
Json facts_model(const corpus::Facts& facts, bool held, const std::vector<std::string>& groups, const Faults& faults) {
  constexpr std::string_view of_edition[] = {"slug", "number", "issued", "effective", "label", "link"};
  Json out = Json::array();
  for (const auto& [name, label, type, note] : fact_rows) {
    auto fault = faults.find(name);
    if (held && fault == faults.end() && std::ranges::find(of_edition, name) == std::end(of_edition)) continue;
    auto field = std::ranges::find(corpus::fact_fields(), name, &corpus::FactField::name);
    const std::string& value = facts.*(field->field);
    Json choices = Json::array();
    if (name == "audience") {
      choices = audiences_model(groups, value.empty() ? "restricted" : corpus::key_of(corpus::audiences(), value).value_or(value), 0);
    } else if (type == "choice") {
      std::string_view chosen = value.empty() ? "other" : std::string_view(value);
      for (const auto& choice : corpus::document_kinds()) choices.push_back({{"key", std::string(choice.key)}, {"label", std::string(choice.label)}, {"chosen", choice.key == chosen || choice.label == chosen}});
    }
    out.push_back({{"name", std::string(name)}, {"label", std::string(label)}, {"value", value}, {"choices", choices}, {"note", std::string(note)}, {"fault", fault == faults.end() ? "" : fault->second}});
  }
  return out;
}

/// What can be done to a clause; the first on its level cannot go down, and so on.
Json clause_form(const Draft& draft, const std::vector<corpus::Clause>& clauses, size_t i, size_t depth, const std::vector<std::string>& doubts, const std::vector<std::string>& groups) {
  const corpus::Clause& clause = clauses[i];
  Json splits = Json::array();
  for (size_t at : corpus::split_points(clause.text, most_split_points)) {
    splits.push_back({{"offset", at}, {"words", std::string(text::clamp_utf8(std::string_view(clause.text).substr(at, clause.text.find('\n', at) - at), shown_words * 3))}});
  }
  // The text of a clause may go on to where the next begins: then only a person knows the page of a part of it.
  Json places = Json::array();
  if (auto range = corpus::pages_of(clauses, i, draft.pages); range && range->first < range->second) {
    for (int page = range->first; page <= range->second && places.size() < most_pages_shown; ++page) places.push_back(page);
  }
  bool before_on_level = std::ranges::any_of(clauses.begin(), clauses.begin() + static_cast<std::ptrdiff_t>(i), [&](const auto& other) { return other.parent == clause.parent; });
  return {{"position", i},
          {"anchor", fmt::format("c{}", i)},
          {"path", clause.path},
          {"kind", std::string(corpus::name(clause.kind))},
          {"label", clause.label},
          {"heading", clause.heading},
          {"title", title_of(clause)},
          {"locator", clause.locator},
          {"text", clause.text},
          {"page", clause.page ? Json(*clause.page) : Json()},
          {"page_label", corpus::page_label(clause)},
          {"depth", std::min<size_t>(depth, 6)},
          {"doubts", doubts},
          {"audience_label", corpus::label_of(corpus::audiences(), clause.audience)},
          {"audiences", audiences_model(groups, clause.audience, narrower_audiences)},
          {"splits", splits},
          {"places", places},
          {"can_join", i > 0},
          {"can_promote", clause.parent.has_value()},
          {"can_demote", before_on_level}};
}

/// The pages of the original that the clauses shown stand on, from that of the first to that of the last.
Json pages_model(const Draft& draft, const std::vector<corpus::Clause>& clauses, size_t first, size_t last) {
  Json out = Json::array();
  if (draft.media_type != "application/pdf") return out;
  int from = 1, to = 0;
  for (size_t i = first; i < last; ++i) {
    if (!clauses[i].page) continue;
    if (to == 0) from = *clauses[i].page;
    from = std::min(from, *clauses[i].page);
    to = std::max(to, *clauses[i].page);
  }
  // The last clause may go on until the next one begins.
  if (last == clauses.size()) to = draft.pages;
  else if (clauses[last].page) to = std::max(to, *clauses[last].page);
  if (first == 0) from = 1;
  to = std::min({to, draft.pages, from + static_cast<int>(most_pages_shown) - 1});
  for (int page = from; page <= to; ++page) out.push_back({{"number", page}, {"url", fmt::format("{}/pages/{}", draft_url(draft.id), page)}});
  return out;
}

/// What was read of a file without pages, as it stood.
std::string text_of(const std::vector<corpus::Clause>& clauses, size_t first, size_t last) {
  std::string out;
  for (size_t i = first; i < last; ++i) {
    const auto& clause = clauses[i];
    std::string title = clause.label + (clause.label.empty() || clause.heading.empty() ? "" : "　") + clause.heading;
    out += title + (title.empty() || clause.text.empty() ? "" : clause.heading.empty() ? "　" : "\n") + clause.text + "\n";
  }
  return out;
}

std::string said(const Target& form, const char* name) {
  auto value = form.parameter(name);
  if (!value) throw Error(ErrorKind::invalid, fmt::format("「{}」が送られていません。", name), "取込の画面のボタンから送ってください。");
  return *value;
}

int find_draft_pages(const corpus::Drafts& drafts, const corpus::Viewer& viewer, int64_t id) {
  auto draft = drafts.find(viewer, id);
  return draft ? draft->pages : 0;
}

int64_t read_revision(const Target& form) {
  constexpr size_t highest = std::numeric_limits<int64_t>::max();
  return static_cast<int64_t>(form.number("revision", 0, highest, highest));
}

/// The places that are watched, or what is wrong with their list.
Json sources_model(const Context& context) {
  Json list = Json::array();
  std::string error;
  try {
    for (const auto& state : context.sources ? context.sources() : std::vector<indexer::SourceState>{}) {
      if (!state.enabled && state.checked_at.empty()) continue;
      list.push_back({{"name", state.source}, {"enabled", state.enabled}, {"checked_at", state.checked_at}, {"changed_at", state.changed_at}, {"error", state.error}, {"items", state.items}});
    }
  } catch (const Error& e) {
    error = e.message() + " " + e.hint();
  }
  return {{"list", list}, {"error", error}};
}

Json draft_page(const Context& context, const Call& call, const Draft& draft, const Faults& faults) {
  corpus::Cut cut = context.desk.drafts().cut(context.viewer, draft.id).value_or(corpus::Cut{});
  size_t pages = std::max<size_t>(1, (cut.clauses.size() + clauses_at_once - 1) / clauses_at_once);
  size_t page = std::min(call.target.number("page", 1, 1'000'000, 1), pages);
  size_t first = (page - 1) * clauses_at_once, last = std::min(cut.clauses.size(), page * clauses_at_once);

  std::map<size_t, std::vector<std::string>> doubts;
  Json doubt_list = Json::array();
  for (auto& doubt : corpus::doubts(cut.clauses)) {
    size_t on = doubt.clause / clauses_at_once + 1;
    doubt_list.push_back({{"message", doubt.message}, {"url", fmt::format("{}{}#c{}", draft_url(draft.id), on > 1 ? fmt::format("?page={}", on) : "", doubt.clause)}});
    doubts[doubt.clause].push_back(std::move(doubt.message));
  }
  std::vector<size_t> depth;
  for (const auto& clause : cut.clauses) depth.push_back(clause.parent ? depth[*clause.parent] + 1 : 0);
  Json clauses = Json::array();
  auto groups = context.library.groups();
  for (size_t i = first; i < last; ++i) clauses.push_back(clause_form(draft, cut.clauses, i, depth[i], doubts[i], groups));

  Json corrections = Json::array();
  auto undone = cut.undone();
  for (size_t i = 0; i < cut.corrections.size(); ++i) {
    corrections.push_back({{"words", corpus::description(cut.corrections[i])}, {"undone", std::ranges::find(undone, i) != undone.end()}});
  }
  Json alike = Json::array();
  if (draft.state == Draft::State::ready) {
    for (const auto& [document, edition, share, same] : context.desk.alike(context.viewer, draft, cut)) {
      alike.push_back({{"title", document.title}, {"label", edition.label}, {"slug", document.slug}, {"url", edition_url(document.slug, edition.key)},
                       {"same", same}, {"percent", static_cast<int>(share * 100)}});
    }
  }
  Json rivals = Json::array();
  if (draft.state != Draft::State::published) {
    for (const auto& other : context.desk.drafts().alike(context.viewer, draft)) {
      rivals.push_back({{"id", other.id}, {"source", other.source}, {"url", draft_url(other.id)}, {"same", other.file_sha256 == draft.file_sha256}});
    }
  }
  Json attached = Json::array();
  for (const auto& one : context.desk.drafts().within(context.viewer, draft.id)) attached.push_back(draft_model(one));
  Json held;
  if (auto document = context.library.document(context.viewer, draft.facts.slug)) held = document_model(*document);
  Json page_list = pages_model(draft, cut.clauses, first, last);
  return {{"title", draft.facts.title.empty() ? draft.file_name : draft.facts.title},
          {"draft", draft_model(draft)},
          {"page_number", page},
          {"facts", facts_model(draft.facts, !held.is_null(), groups, faults)},
          {"refused", !faults.empty()},
          {"held", held},
          {"alike", alike},
          {"rivals", rivals},
          {"attached", attached},
          {"doubts", doubt_list},
          {"corrections", corrections},
          {"correction_count", corrections.size()},
          {"pages", page_list},
          {"text", page_list.empty() ? text_of(cut.extracted, std::min(first, cut.extracted.size()), page == pages ? cut.extracted.size() : std::min(last, cut.extracted.size())) : ""},
          {"clause_count", cut.clauses.size()},
          {"clauses", clauses},
          {"paging", paging_model(page, page < pages, draft_url(draft.id), {})}};
}

}  // namespace

Json drafts_view(const Context& context, const Call& call) {
  const corpus::Drafts& drafts = context.desk.drafts();
  if (!corpus::Drafts::open_to(context.viewer)) throw Error(ErrorKind::missing, "取込の画面は、ここでは使えません。", "担当者に依頼してください。");
  size_t total = drafts.count(context.viewer), pages = std::max<size_t>(1, (total + drafts_a_page - 1) / drafts_a_page);
  size_t page = std::min(call.target.number("page", 1, 1'000'000, 1), pages);
  Json out = Json::array();
  size_t waiting = 0;
  for (const auto& draft : drafts.list(context.viewer, (page - 1) * drafts_a_page, drafts_a_page)) {
    out.push_back(draft_model(draft));
    waiting += draft.state == Draft::State::waiting;
  }
  return {{"title", "取込"},         {"total", total}, {"drafts", out}, {"reading", waiting > 0}, {"waiting_count", waiting}, {"file_mib", context.desk.options().limits.file_bytes >> 20},
          {"sources", sources_model(context)}, {"paging", paging_model(page, page < pages, drafts_path, {})}};
}

Json draft_view(const Context& context, const Call& call) { return draft_page(context, call, find_draft(context, call), {}); }

Json refused_draft_view(const Context& context, const Call& call, const Target& form) {
  Draft draft = find_draft(context, call);
  draft.facts = typed_facts(draft.facts, form);
  draft.revision = read_revision(form);  // of the page that the form stood on
  return draft_page(context, call, draft, faults_of(draft.facts));
}

Draft draft_of(const Context& context, const Call& call) { return find_draft(context, call); }

std::vector<int64_t> receive_files(indexer::Desk& desk, const corpus::Viewer& viewer, std::string_view content_type, std::string_view body) {
  std::vector<int64_t> ids;
  std::string refused;
  for (const auto& part : parse_multipart(content_type, body)) {
    if (part.name != "files" || part.file_name.empty()) continue;
    try {
      ids.push_back(desk.receive(viewer, {{}, part.file_name, std::string(part.bytes), {}}));
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::invalid) throw;
      refused += fmt::format("「{}」: {}", text::clamp_utf8(part.file_name, 100), e.message());
    }
  }
  if (!refused.empty()) throw Error(ErrorKind::invalid, fmt::format("受け取れないファイルがあります。{}", refused), ids.empty() ? "直してから、もう一度送ってください。" : "ほかのファイルは受け取りました。取込の一覧でご覧ください。");
  if (ids.empty()) throw Error(ErrorKind::invalid, "ファイルが選ばれていません。", "取り込むファイルを選んでから送ってください。");
  return ids;
}

Json receive_file(indexer::Desk& desk, const corpus::Viewer& viewer, const Target& target, const std::string& body) {
  int64_t id = desk.receive(viewer, {target.parameter("source").value_or(""), target.parameter("name").value_or(""), body, {}});
  return draft_model(desk.drafts().find(viewer, id).value());
}

std::optional<std::string> change_draft(indexer::Desk& desk, const corpus::Viewer& viewer, const Call& call, const Target& form) {
  int64_t id = read_id(call);
  std::string action = said(form, "action");
  corpus::Drafts& drafts = desk.drafts();
  if (action == "drop-draft") {
    drafts.drop(viewer, id);
    return drafts_path;
  }
  if (action == "read") {
    drafts.read_again(viewer, id);
    return form.parameter("from") == "list" ? drafts_path : draft_url(id);
  }
  auto revision = read_revision(form);
  // What stands in the form is saved before it is published.
  if ((action == "publish" || action == "facts") && form.parameter("slug")) {
    auto draft = drafts.find(viewer, id);
    corpus::Facts facts = typed_facts(draft ? draft->facts : corpus::Facts{}, form);
    if (draft && draft->state == Draft::State::ready && !faults_of(facts).empty()) return std::nullopt;
    drafts.set_facts(viewer, id, revision, facts);
    if (action == "facts") return draft_url(id);
    ++revision;
  }
  if (action == "publish") {
    // Meant is the document that the page spoke of.
    auto meant = form.parameter("further"), slug = form.parameter("slug");
    bool further = meant && (!slug || *slug == *meant);
    auto added = desk.publish(viewer, id, revision, further);
    return edition_url(added.address.substr(0, added.address.rfind('/')), added.address.substr(added.address.rfind('/') + 1));
  }
  size_t page = form.number("page", 1, 1'000'000, 1), position = form.number("position", 0, 1'000'000, 0);
  if (action == "undo") {
    drafts.undo(viewer, id, revision);
  } else if (auto kind = corpus::correction_kind(action)) {
    auto cut = drafts.cut(viewer, id);
    if (!cut) throw Error(ErrorKind::missing, "その下書きはありません。", "取込の一覧からお探しください。");
    if (position >= cut->clauses.size()) throw Error(ErrorKind::conflict, "直す条項がありません。", "画面を開き直して、もう一度直してください。");
    const std::string& text = cut->clauses[position].text;
    size_t offset = form.number("offset", 0, text.size(), 0);
    std::string value = form.parameter("value").value_or("");
    if (*kind == Correction::Kind::split) {
      // A place in the list, or the words typed that stand there.
      if (!value.empty()) offset = std::min(text.find(value), text.size());
      else value = text::clamp_utf8(std::string_view(text).substr(offset), 200);
    }
    auto range = corpus::pages_of(cut->clauses, position, find_draft_pages(drafts, viewer, id));
    int on_page = static_cast<int>(form.number("on_page", 1, 1'000'000, 1));
    if (!form.parameter("on_page")) on_page = 0;
    if (*kind == Correction::Kind::split && on_page == 0 && range && range->first < range->second) {
      throw Error(ErrorKind::invalid, fmt::format("新しい条項の頁が分かりません（{}〜{}頁のどこか）。", range->first, range->second), "原本を見て、頁を選んでから分けてください。");
    }
    if (*kind == Correction::Kind::page && (!range || on_page == 0)) throw Error(ErrorKind::invalid, "頁のない原本か、頁が選ばれていません。", "原本の何枚目かを、1からの数で入れてください。");
    drafts.correct(viewer, id, revision, corpus::correction_at(cut->clauses, position, *kind, value, offset, on_page));
    if (*kind == Correction::Kind::join && position > 0) --position;
  } else {
    throw Error(ErrorKind::invalid, "その操作はありません。", "取込の画面のボタンから送ってください。");
  }
  return fmt::format("{}{}#c{}", draft_url(id), page > 1 ? fmt::format("?page={}", page) : "", position);
}

}  // namespace shirube::web
