#include "web/record_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "people/accounts.h"
#include "records/drawing.h"
#include "text/date.h"
#include "text/difference.h"
#include "text/error.h"
#include "text/utf8.h"
#include "web/people_model.h"
#include "web/similar.h"

namespace shirube::web {

using records::Field;
using records::FieldKind;
using records::Ledger;
using records::Record;

const std::string withheld_words = "非公開（個人情報）";

namespace {

constexpr size_t longest_title = 120;  // bytes

/// By the words that settings have, for templates.
constexpr std::pair<FieldKind, std::string_view> kind_names[] = {
    {FieldKind::line, "line"},     {FieldKind::text, "text"},       {FieldKind::number, "number"}, {FieldKind::date, "date"},   {FieldKind::time, "time"},
    {FieldKind::choice, "choice"}, {FieldKind::choices, "choices"}, {FieldKind::person, "person"}, {FieldKind::unit, "unit"},   {FieldKind::citations, "citations"},
    {FieldKind::links, "links"},   {FieldKind::files, "files"},     {FieldKind::rows, "rows"},     {FieldKind::computed, "computed"}};

std::string first_line(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  std::string_view cut = text::clamp_utf8(line, longest_title);
  return std::string(cut) + (cut.size() < text.size() ? "…" : "");
}

std::string day_words(const std::string& iso) {
  auto day = text::from_iso(iso);
  return day ? text::to_wareki(*day) : iso;
}

Json link_model(const Context& context, const std::string& number) {
  Json out = {{"number", number}, {"url", record_url(number)}, {"title", ""}, {"state_label", ""}, {"closed", false}};
  if (auto record = context.records.find(context.viewer, number)) {
    if (const Ledger* ledger = context.records.ledgers().find(record->ledger)) {
      const auto* state = ledger->state(record->state);
      out["title"] = title_of(*ledger, *record);
      out["state_label"] = state ? state->name : record->state;
      out["closed"] = state && state->closed;
    }
  }
  return out;
}

Json file_model(const std::string& record, const std::string& value, const std::string& today) {
  records::Attachment file = records::attachment_of(value);
  uint64_t bytes = std::strtoull(file.size.c_str(), nullptr, 10);
  return {{"name", file.name},
          {"sha256", file.sha256},
          {"size", bytes},
          {"size_words", bytes < 10'240 ? fmt::format("{}バイト", bytes) : bytes < (10u << 20) ? fmt::format("{}KB", (bytes + 1023) >> 10) : fmt::format("{}MB", bytes >> 20)},
          {"evidence_on", file.evidence_on},
          {"evidence_words", day_words(file.evidence_on)},
          {"valid_until", file.valid_until},
          {"valid_words", day_words(file.valid_until)},
          {"expired", !file.valid_until.empty() && file.valid_until < today},
          {"added_at", local_time(file.added_at)},
          {"added_by", file.added_by},
          {"url", record_url(record) + "/files/" + percent_encode(file.sha256)}};
}

/// A cell of a table: {text, url}.
Json cell_model(const Context& context, const Field& column, const std::string& cell) {
  if (column.kind == FieldKind::citations && !cell.empty()) {
    auto cited = cited_model(context, records::citation_of(cell));
    return {{"text", cited ? (*cited)["citation"] : Json("")}, {"url", cited ? (*cited)["url"] : Json("")}};
  }
  return {{"text", cell.empty() ? "" : records::shown(column, cell)}, {"url", ""}};
}

}  // namespace

std::string ledger_url(const std::string& key) { return "/ledgers/" + percent_encode(key); }
std::string record_url(const std::string& number) { return "/records/" + percent_encode(number); }

bool shows(const Context& context, const Ledger& ledger) {
  if (context.viewer.sees(ledger.audience()) || context.records.adds(context.author, ledger)) return true;
  auto states = context.records.states(context.viewer, ledger.key());
  return std::ranges::any_of(states, [](const auto& state) { return state.second > 0; });
}

const Ledger& find_ledger(const Context& context, const std::string& key) {
  const Ledger* ledger = context.records.ledgers().find(key);
  if (!ledger || !shows(context, *ledger)) throw Error(ErrorKind::missing, "その台帳はありません。", "台帳の一覧からお探しください。");
  return *ledger;
}

void refuse_missing_record() { throw Error(ErrorKind::missing, "その記録はありません。", "番号を確かめるか、台帳の一覧からお探しください。"); }

FoundRecord find_record(const Context& context, const std::string& number) {
  auto record = context.records.find(context.viewer, number);
  const Ledger* ledger = record ? context.records.ledgers().find(record->ledger) : nullptr;
  if (!ledger) refuse_missing_record();
  return {*ledger, std::move(*record)};
}

bool sees(const corpus::Viewer& viewer, const Field& field) { return field.audience.empty() || viewer.sees(field.audience); }

std::string person_name(const Context& context, const std::string& login) {
  auto account = context.accounts && !login.empty() ? context.accounts->find(login) : std::nullopt;
  return account && !account->name.empty() ? account->name : login;
}

std::string audience_words(std::string_view audience) { return std::string(corpus::label_of(corpus::audiences(), audience)); }

std::string title_of(const Ledger& ledger, const Record& record) {
  if (!ledger.title().empty() && !record.value(ledger.title()).empty()) return first_line(record.value(ledger.title()));
  for (const auto& field : ledger.fields()) {
    // Until it has a name, what it says; what is for fewer names nothing.
    const bool names = field.kind == FieldKind::text || (field.kind == FieldKind::line && ledger.title().empty());
    if (names && field.audience.empty() && !record.value(field.key).empty()) return first_line(record.value(field.key));
  }
  return "";
}

Json ledger_model(const Context& context, const Ledger& ledger) {
  return {{"key", ledger.key()}, {"name", ledger.name()}, {"url", ledger_url(ledger.key())}, {"audience", ledger.audience()}, {"audience_label", audience_words(ledger.audience())}, {"writes", context.records.writes(context.author, ledger)}};
}

Json record_model(const Context& context, const Ledger& ledger, const Record& record) {
  const auto* state = ledger.state(record.state);
  return {{"number", record.number},
          {"url", record_url(record.number)},
          {"title", title_of(ledger, record)},
          {"ledger", ledger.key()},
          {"ledger_name", ledger.name()},
          {"state", record.state},
          {"state_label", state ? state->name : record.state},
          {"closed", state && state->closed},
          {"owner", record.owner},
          {"owner_name", person_name(context, record.owner)},
          {"audience", record.audience},
          {"audience_label", audience_words(record.audience)},
          {"revision", record.revision},
          {"to_review", record.to_review},
          {"created_at", local_time(record.created_at)},
          {"created_by", person_name(context, record.created_by)},
          {"changed_at", local_time(record.changed_at)},
          {"changed_by", person_name(context, record.changed_by)}};
}

Json due_model(const records::DueDay& due, const text::Date& today) {
  const auto& [first, last] = due.due;
  int days = due.known ? records::days_between(today, last) : 0;
  std::string words = first == last ? text::to_wareki(last) : text::to_wareki(first) + "〜" + text::to_wareki(last);
  return {{"name", due.name}, {"first", text::to_iso(first)}, {"last", text::to_iso(last)}, {"words", due.known ? words : "日が決まりません"}, {"late", due.known && due.late}, {"known", due.known}, {"days", days},
          {"left", !due.known ? "" : days < 0 ? fmt::format("{}日過ぎています", -days) : days == 0 ? "今日まで" : fmt::format("あと{}日", days)}};
}

std::optional<Json> cited_model(const Context& context, const records::Citation& citation) {
  size_t edition = citation.address.find('/'), path = edition == std::string::npos ? edition : citation.address.find('/', edition + 1);
  if (path == std::string::npos) return std::nullopt;
  auto placed = context.library.clause(context.viewer, citation.address.substr(0, edition), citation.address.substr(edition + 1, path - edition - 1), citation.address.substr(path + 1));
  if (!placed) return std::nullopt;
  Json out = reference_model(*placed);
  out["address"] = citation.address;
  out["value"] = citation.value();
  out["quote"] = citation.quote;
  out["excerpt"] = excerpt_of(placed->clause.text);
  return out;
}

Json field_model(const Context& context, const Record& record, const Field& field) {
  Json out = {{"key", field.key}, {"name", field.name}, {"help", field.help}, {"personal", field.personal}, {"audience", field.audience}, {"audience_label", audience_words(field.audience)}, {"withheld", false}, {"empty", true}, {"wide", false},
              {"texts", Json::array()}, {"citations", Json::array()}, {"links", Json::array()}, {"files", Json::array()}, {"columns", Json::array()}, {"rows", Json::array()}, {"drawing", Json::array()}, {"more", 0}, {"rows_url", ""}};
  for (const auto& [kind, name] : kind_names) {
    out["is_" + std::string(name)] = kind == field.kind;
    if (kind == field.kind) out["kind"] = name;
  }
  // Whether there is any is not told either.
  if (!sees(context.viewer, field)) {
    out["withheld"] = field.personal;
    return out;
  }
  auto found = record.values.find(field.key);
  if (found == record.values.end()) return out;
  const auto& values = found->second;
  out["empty"] = values.empty();
  out["wide"] = field.kind == FieldKind::text || field.kind == FieldKind::rows || field.kind == FieldKind::files || field.kind == FieldKind::citations;
  const std::string today = text::to_iso(text::today());
  switch (field.kind) {
    case FieldKind::citations:
      for (const auto& value : values) {
        if (auto cited = cited_model(context, records::citation_of(value))) out["citations"].push_back(std::move(*cited));
      }
      break;
    case FieldKind::links:
      for (const auto& value : values) out["links"].push_back(link_model(context, value));
      break;
    case FieldKind::files:
      for (const auto& value : values) {
        out["files"].push_back(file_model(record.number, value, today));
        out["files"].back()["added_by"] = person_name(context, out["files"].back()["added_by"]);
      }
      break;
    case FieldKind::rows:
      for (const auto& column : field.columns) out["columns"].push_back(column.name);
      for (size_t i = 0; i < std::min(values.size(), rows_shown); ++i) {
        records::Row row = records::row_of(values[i]);
        Json cells = Json::array();
        for (size_t c = 0; c < field.columns.size(); ++c) {
          cells.push_back(cell_model(context, field.columns[c], c < row.cells.size() ? row.cells[c] : ""));
          cells.back()["column"] = field.columns[c].name;
        }
        out["rows"].push_back({{"number", row.number}, {"cells", std::move(cells)}});
      }
      out["drawing"] = drawing_model(field, record.values);
      out["more"] = values.size() > rows_shown ? values.size() : 0;
      if (values.size() <= rows_shown) out["more"] = nullptr;
      out["rows_url"] = record_url(record.number) + "/rows/" + percent_encode(field.key);
      break;
    default:
      for (const auto& value : values) out["texts"].push_back(records::shown(field, value));
  }
  return out;
}

Json drawing_model(const Field& field, const records::Values& values) {
  auto percent = [](double share) { return fmt::format("{:.1f}", share * 100); };
  constexpr double longest_mark = 0.99;  // so that it stands within the bar
  Json out = Json::array();
  for (const auto& group : records::drawn(field, values)) {
    Json bars = Json::array(), legend = Json::array();
    const bool stacked = group.bars[0].parts.size() > 1;
    bool compares = false;
    for (const auto& bar : group.bars) {
      Json parts = Json::array();
      double from = 0;
      for (const auto& part : bar.parts) {
        parts.push_back({{"name", part.name}, {"named", stacked}, {"number", part.number}, {"percent", percent(part.share)}, {"from", percent(from)}, {"width", percent(part.share)}, {"place", parts.size()}});
        from += part.share;
      }
      compares = compares || bar.before;
      bars.push_back({{"label", bar.label}, {"parts", std::move(parts)}, {"before", bar.before ? Json{{"from", percent(std::min(*bar.before, longest_mark))}, {"percent", percent(*bar.before)}} : Json()}});
    }
    for (const auto& part : group.bars[0].parts) legend.push_back({{"name", part.name}, {"place", legend.size()}});
    out.push_back({{"title", group.title}, {"stacked", stacked}, {"compares", compares}, {"first", group.bars[0].parts[0].name}, {"legend", std::move(legend)}, {"bars", std::move(bars)}, {"left_out", group.left_out ? Json(group.left_out) : Json()}});
  }
  return out;
}

std::string name_of_field(const Ledger& ledger, const std::string& field) {
  if (const Field* known = ledger.field(field)) return known->name;
  constexpr std::pair<std::string_view, std::string_view> others[] = {{"state", "状態"}, {"owner", "担当"}, {"audience", "公開範囲"}, {"review", "要確認の条項"}};
  for (const auto& [key, name] : others) {
    if (key == field) return std::string(name);
  }
  return field;
}

std::string shown_text(const Context& context, const Ledger& ledger, const std::string& field, const std::vector<std::string>& values) {
  const Field* known = ledger.field(field);
  std::string out;
  for (const auto& value : values) {
    std::string line = value;
    if (field == "state") line = ledger.state(value) ? ledger.state(value)->name : value;
    else if (field == "owner") line = person_name(context, value);
    else if (field == "audience") line = audience_words(value);
    else if (field == "review" || (known && known->kind == FieldKind::citations)) {
      records::Citation citation = records::citation_of(value);
      auto cited = cited_model(context, citation);
      line = cited ? (*cited)["citation"].get<std::string>() + (citation.quote.empty() ? "" : "「" + citation.quote + "」") : "見られない条項";
    } else if (known && known->kind == FieldKind::files) line = records::attachment_of(value).name;
    else if (known) line = records::shown(*known, value);
    out += (out.empty() ? "" : "\n") + line;
  }
  return out;
}

Json difference_model(const std::string& before, const std::string& after) {
  std::vector<search::Span> gone, come;
  for (const auto& change : text::changes(before, after)) {
    gone.push_back({change.before.begin, change.before.end});
    come.push_back({change.after.begin, change.after.end});
  }
  return {{"before", segments(before, gone)}, {"after", segments(after, come)}};
}

Json owners_model(const Context& context, const Ledger& ledger, const std::string& chosen) {
  Json out = Json::array({{{"key", ""}, {"label", "（だれでもない）"}, {"chosen", chosen.empty()}}});
  bool known = chosen.empty();
  auto add = [&](const std::string& key, const std::string& label) {
    known = known || key == chosen;
    out.push_back({{"key", key}, {"label", label}, {"chosen", key == chosen}});
  };
  if (!context.accounts && !context.author.login.empty()) add(context.author.login, context.author.login);
  const std::string today = text::to_iso(text::today());
  for (const auto& account : context.accounts ? context.accounts->list() : std::vector<people::Account>{}) {
    bool ended = account.disabled || (!account.last_day.empty() && account.last_day < today);
    bool writes = std::ranges::find(ledger.roles(), account.role) != ledger.roles().end();
    if (writes && !ended) add(account.login, account.name.empty() ? account.login : fmt::format("{}（{}）", account.name, account.login));
  }
  if (!known) add(chosen, person_name(context, chosen));
  return out;
}

Json audiences_model(const Context& context, const std::string& chosen) {
  Json out = Json::array();
  bool known = false;
  auto add = [&](std::string_view key, std::string_view label) {
    if (!context.viewer.sees(key) && key != chosen) return;
    known = known || key == chosen;
    out.push_back({{"key", key}, {"label", label}, {"chosen", key == chosen}});
  };
  for (const auto& choice : corpus::audiences()) add(choice.key, choice.label);
  for (const auto& group : context.library.groups()) add(group, group);
  if (!known && !chosen.empty()) add(chosen, chosen);
  return out;
}

Json choices_model(const std::vector<std::string>& choices, const std::vector<std::string>& chosen) {
  Json out = Json::array();
  auto is_chosen = [&](const std::string& value) { return std::ranges::find(chosen, value) != chosen.end(); };
  for (const auto& choice : choices) out.push_back({{"key", choice}, {"label", choice}, {"chosen", is_chosen(choice)}});
  // One that the ledger has no more stays where it was chosen.
  for (const auto& value : chosen) {
    if (!value.empty() && std::ranges::find(choices, value) == choices.end()) out.push_back({{"key", value}, {"label", value}, {"chosen", true}});
  }
  return out;
}

std::optional<std::string> typed_address(const Context& context, const std::string& typed) {
  std::string words(text::trim(typed));
  auto seen = [&](const std::string& address) -> std::optional<std::string> { return cited_model(context, {address}) ? std::optional(address) : std::nullopt; };
  constexpr std::string_view pages = "/documents/";
  if (size_t at = words.find(pages); at != words.npos) {
    std::string path = words.substr(at);
    Target target = parse_target(path.substr(0, path.find('#')));
    if (target.segments.size() == 5 && target.segments[3] == "clauses") return seen(target.segments[1] + "/" + target.segments[2] + "/" + target.segments[4]);
    return std::nullopt;
  }
  if (std::ranges::count(words, '/') == 2) {
    if (auto address = seen(words)) return address;
  }
  auto id = context.library.resolve(context.viewer, words, corpus::Library::Naming::tail);
  auto placed = id ? context.library.clauses_by_id(context.viewer, std::vector{*id}) : std::vector<corpus::PlacedClause>{};
  if (placed.empty()) return std::nullopt;
  return placed[0].document.slug + "/" + placed[0].edition.key + "/" + placed[0].clause.path;
}

}  // namespace shirube::web
