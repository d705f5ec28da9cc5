#pragma once

#include <fmt/format.h>
#include <toml++/toml.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "records/ledger.h"

// Private to records/: how the description of a ledger is read; its fields in ledger_fields.cc, what names them in ledger_reader.cc.
namespace shirube::records {

constexpr size_t most_entries_said = 100, most_words = 200;

inline constexpr std::pair<std::string_view, FieldKind> kinds[] = {
    {"line", FieldKind::line},     {"text", FieldKind::text},       {"number", FieldKind::number}, {"date", FieldKind::date},           {"time", FieldKind::time},
    {"choice", FieldKind::choice}, {"choices", FieldKind::choices}, {"person", FieldKind::person}, {"unit", FieldKind::unit},           {"citations", FieldKind::citations},
    {"links", FieldKind::links},   {"files", FieldKind::files},     {"rows", FieldKind::rows},     {"computed", FieldKind::computed}};

/// Reads one, and says on which line it is wrong.
class LedgerReader {
 public:
  LedgerReader(const std::filesystem::path& file, std::string_view text) : file_(file), text_(text) {}

  void read(Ledger& out);

 private:
  using Entries = std::map<std::string_view, std::function<void(const toml::node&)>>;

  [[noreturn]] void fail(const toml::source_region& where, const std::string& message, const std::string& hint) const;
  void need(const void* found, const toml::source_region& where, std::string_view what, const std::string& name) const;
  std::string text(const toml::node& node) const;
  bool flag(const toml::node& node) const;
  size_t count(const toml::node& node) const;
  std::vector<std::string> words(const toml::node& node) const;
  std::string audience(const toml::node& node) const;
  std::map<std::string, std::string> values(const toml::node& node) const;
  void each_entry(const toml::table& table, const Entries& entries) const;
  template <typename Take>
  void each(const toml::node& node, Take take) const;
  template <typename Value, size_t size>
  Value one_of(const toml::node& node, const std::pair<std::string_view, Value> (&choices)[size]) const;
  template <typename Read>
  Read said(const toml::table& table, const std::string& words) const;

  void check_key(const toml::table& table, const std::string& key, const void* known) const;
  void check_states(const Ledger& out, const toml::table& table, const std::vector<std::string>& states) const;
  void check_where(const Ledger& out, const toml::table& table, const std::map<std::string, std::string>& where) const;
  const Field& field_of(const Ledger& out, const toml::table& table, const std::string& key) const;
  const Field& field_of(const Ledger& out, const toml::table& table, const std::string& key, FieldKind kind) const;

  Field field(const toml::table& table, bool column) const;
  Drawing drawing(const toml::node& node, const std::vector<Field>& columns) const;
  Tallying tallying(const toml::node& node) const;
  const Field& column_of(const toml::node& node, const std::vector<Field>& columns, const std::string& key, FieldKind kind) const;
  void take_field(Ledger& out, const toml::table& table);
  void take_state(Ledger& out, const toml::table& table) const;
  void take_step(Ledger& out, const toml::table& table) const;
  void take_due(Ledger& out, const toml::table& table) const;
  void take_counter(Ledger& out, const toml::table& table) const;
  void take_need(Ledger& out, const toml::table& table) const;
  void take_hours(Ledger& out, const toml::table& table) const;
  void take_publication(Ledger& out, const toml::table& table) const;
  void take_letter(Ledger& out, const toml::table& table) const;
  void take_kept(Ledger& out, const toml::table& table) const;
  void take_adding(Ledger& out, const toml::node& node) const;
  void check_computed(const Ledger& out) const;
  void check_drawn(const Ledger& out) const;
  void check_reachable(const Ledger& out, const toml::table& table) const;

  std::filesystem::path file_;
  std::string_view text_;
  std::vector<toml::source_region> where_;  ///< each field
};

template <typename Take>
void LedgerReader::each(const toml::node& node, Take take) const {
  const toml::array* list = node.as_array();
  if (list == nullptr || list->size() > most_entries_said) fail(node.source(), "値が正しくありません。", fmt::format("表の配列（[[…]] か [{{…}}]）の形で、{}個まで書いてください。", most_entries_said));
  for (const auto& one : *list) {
    if (!one.is_table()) fail(one.source(), "値が正しくありません。", "[[…]] の形で書いてください。");
    take(*one.as_table());
  }
}

template <typename Value, size_t size>
Value LedgerReader::one_of(const toml::node& node, const std::pair<std::string_view, Value> (&choices)[size]) const {
  std::string word = text(node), names;
  for (const auto& [name, value] : choices) {
    if (name == word) return value;
    names += (names.empty() ? "" : "、") + std::string(name);
  }
  fail(node.source(), fmt::format("「{}」は使えません。", word), names + " から選んでください。");
}

}  // namespace shirube::records
