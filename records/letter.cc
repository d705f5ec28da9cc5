#include "records/letter.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "records/record_rows.h"
#include "text/date.h"

namespace shirube::records {

namespace {

using Json = nlohmann::json;

/// Writes values by the names that people read.
class LetterWriter {
 public:
  LetterWriter(const corpus::Viewer& viewer, const Records& records, const corpus::Library& library) : viewer_(viewer), records_(records), library_(library) {}

  /// The record with its fields; `deep`: with those that it links to, too.
  Json record(const Record& record, bool deep) const {
    const Ledger* ledger = records_.ledgers().find(record.ledger);
    Json out = head(record, ledger);
    for (const auto& field : ledger ? ledger->fields() : std::vector<Field>{}) {
      auto values = record.values.find(field.key);
      out[field.name] = this->values(field, values == record.values.end() ? std::vector<std::string>{} : values->second, deep);
    }
    return out;
  }

 private:
  /// What every record has.
  static Json head(const Record& record, const Ledger* ledger) {
    const State* state = ledger ? ledger->state(record.state) : nullptr;
    return {{"番号", record.number}, {"台帳", ledger ? ledger->name() : record.ledger}, {"状態", state ? state->name : record.state}, {"担当", record.owner}, {"件名", ledger ? record.value(ledger->title()) : ""}};
  }

  Json values(const Field& field, const std::vector<std::string>& values, bool deep) const {
    if (!holds_many(field.kind)) return values.empty() ? "" : shown(field, values.front());
    Json out = Json::array();
    for (const auto& value : values) {
      switch (field.kind) {
        case FieldKind::citations:
          if (Json one = citation(value); !one.is_null()) out.push_back(std::move(one));
          break;
        case FieldKind::links:
          if (auto other = deep ? records_.find(viewer_, value) : std::nullopt) out.push_back(field.ledger.empty() ? head(*other, records_.ledgers().find(other->ledger)) : record(*other, false));
          else if (!deep) out.push_back({{"番号", value}});
          break;
        case FieldKind::rows: out.push_back(row(field, value)); break;
        case FieldKind::files: {
          Attachment file = attachment_of(value);
          out.push_back({{"ファイル名", file.name}, {"SHA-256", file.sha256}, {"証拠の日", day(file.evidence_on)}, {"有効期限", day(file.valid_until)}});
          break;
        }
        default: out.push_back(value);
      }
    }
    return out;
  }

  static std::string day(const std::string& iso) {
    auto day = text::from_iso(iso);
    return day ? text::to_wareki(*day) : iso;
  }

  Json row(const Field& field, const std::string& value) const {
    Row row = row_of(value);
    Json out = {{"行", std::to_string(row.number)}};
    for (size_t i = 0; i < field.columns.size(); ++i) {
      const std::string cell = i < row.cells.size() ? row.cells[i] : "";
      if (field.columns[i].kind != FieldKind::citations) out[field.columns[i].name] = shown(field.columns[i], cell);
      else if (Json one = citation(cell); !one.is_null()) out[field.columns[i].name] = one["引用"];
      else out[field.columns[i].name] = "";
    }
    return out;
  }

  Json citation(const std::string& value) const {
    Citation citation = citation_of(value);
    const size_t key = citation.address.find('/'), path = key == citation.address.npos ? key : citation.address.find('/', key + 1);
    if (path == citation.address.npos) return nullptr;
    auto placed = library_.clause(viewer_, citation.address.substr(0, key), citation.address.substr(key + 1, path - key - 1), citation.address.substr(path + 1));
    if (!placed) return nullptr;
    return {{"引用", placed->citation()}, {"文", citation.quote}, {"題名", placed->document.title}, {"版", placed->edition.label}, {"条項", placed->clause.locator}, {"条文", placed->clause.text}};
  }

  const corpus::Viewer& viewer_;
  const Records& records_;
  const corpus::Library& library_;
};

/// The names of a record of a ledger, each with a value of the form that it has.
Json shape_of(const Ledgers& ledgers, const Ledger& ledger, bool deep) {
  const Json head = {{"番号", ""}, {"台帳", ""}, {"状態", ""}, {"担当", ""}, {"件名", ""}};
  Json out = head;
  for (const auto& field : ledger.fields()) {
    Json one = "";
    const Ledger* other = ledgers.find(field.ledger);
    switch (field.kind) {
      case FieldKind::citations: one = Json::array({{{"引用", ""}, {"文", ""}, {"題名", ""}, {"版", ""}, {"条項", ""}, {"条文", ""}}}); break;
      case FieldKind::links: one = Json::array({!deep ? Json{{"番号", ""}} : other ? shape_of(ledgers, *other, false) : head}); break;
      case FieldKind::files: one = Json::array({{{"ファイル名", ""}, {"SHA-256", ""}, {"証拠の日", ""}, {"有効期限", ""}}}); break;
      case FieldKind::rows: {
        Json row = {{"行", ""}};
        for (const auto& column : field.columns) row[column.name] = "";
        one = Json::array({row});
        break;
      }
      case FieldKind::choices: one = Json::array({""}); break;
      default: break;
    }
    out[field.name] = one;
  }
  return out;
}

}  // namespace

Json letter_model(const corpus::Viewer& viewer, const Records& records, const corpus::Library& library, const Record& record) {
  constexpr size_t most_linking = 1'000;
  LetterWriter writer(viewer, records, library);
  Json out = writer.record(record, true);
  const text::Date today = text::today();
  const int year = text::fiscal_year(today);
  constexpr int before_reiwa = 2018;
  out["今日"] = text::to_wareki(today);
  out["年度"] = year > before_reiwa ? fmt::format("令和{}年度", year == before_reiwa + 1 ? "元" : std::to_string(year - before_reiwa)) : fmt::format("{}年度", year);
  auto linking = records.linking(viewer, record.number, most_linking);
  std::ranges::reverse(linking);  // in the order in which they were made
  for (const auto& ledger : records.ledgers().all()) {
    Json list = Json::array();
    for (const auto& [other, field] : linking) {
      if (other.ledger == ledger.key()) list.push_back(writer.record(other, false));
    }
    if (!out.contains(ledger.name())) out[ledger.name()] = std::move(list);
  }
  return out;
}

Json letter_shape(const Ledgers& ledgers, const Ledger& ledger) {
  Json out = shape_of(ledgers, ledger, true);
  out["今日"] = out["年度"] = "";
  for (const auto& other : ledgers.all()) {
    if (!out.contains(other.name())) out[other.name()] = Json::array({shape_of(ledgers, other, false)});
  }
  return out;
}

}  // namespace shirube::records
