#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "records/ledger.h"

// Private to records/: how the description of a ledger is read.
namespace shirube::records {

/// Reads one, and says on which line it is wrong.
class LedgerReader {
 public:
  LedgerReader(const std::filesystem::path& file, std::string_view text) : file_(file), text_(text) {}

  void read(Ledger& out);

 private:
  struct Names;  // what names others, kept until all are known

  [[noreturn]] void fail(const toml::source_region& where, const std::string& message, const std::string& hint) const;
  void need(const void* found, const toml::source_region& where, std::string_view what, const std::string& name) const;
  std::string text(const toml::node& node) const;
  bool flag(const toml::node& node) const;
  size_t count(const toml::node& node) const;
  std::vector<std::string> words(const toml::node& node) const;
  std::string audience(const toml::node& node) const;
  std::map<std::string, std::string> values(const toml::node& node) const;
  template <typename Entries>
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
  void check_computed(const Ledger& out) const;
  void check_reachable(const Ledger& out, const toml::table& table) const;

  std::filesystem::path file_;
  std::string_view text_;
  std::vector<toml::source_region> where_;  ///< each field
};

}  // namespace shirube::records
