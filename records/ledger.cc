#include "records/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "records/ledger_reader.h"
#include "store/files.h"
#include "text/error.h"

namespace shirube::records {

namespace {

constexpr size_t largest_file = 1 << 20;  // bytes

template <typename Things>
const typename Things::value_type* by_key(const Things& things, std::string_view key) {
  auto found = std::ranges::find(things, key, &Things::value_type::key);
  return found == things.end() ? nullptr : &*found;
}

/// The roles that a ledger names and that are none.
std::string strange_roles(const Ledger& ledger, std::span<const std::string> known) {
  std::set<std::string> named(ledger.roles().begin(), ledger.roles().end());
  named.insert(ledger.adding().roles.begin(), ledger.adding().roles.end());
  for (const auto& step : ledger.steps()) named.insert(step.roles.begin(), step.roles.end());
  std::erase_if(named, [&](const std::string& role) { return std::ranges::find(known, role) != known.end(); });
  return fmt::format("{}", fmt::join(named, "、"));
}

/// The ledgers that a ledger names.
std::set<std::string> named_ledgers(const Ledger& ledger) {
  std::set<std::string> out;
  for (const auto& field : ledger.fields()) {
    if (!field.ledger.empty()) out.insert(field.ledger);
    if (field.compute && field.compute->kind != Computation::Kind::days && !ledger.field(field.compute->from)) out.insert(field.compute->from);
  }
  return out;
}

}  // namespace

Ledger::Ledger(const std::filesystem::path& file) { LedgerReader(file, store::read_file(file, largest_file)).read(*this); }
Ledger::Ledger(const std::string& key, const std::string& toml) { LedgerReader(key + ".toml", toml).read(*this); }

const Field* Ledger::field(std::string_view key) const { return by_key(fields_, key); }
const State* Ledger::state(std::string_view key) const { return by_key(states_, key); }
const Step* Ledger::step(std::string_view key) const { return by_key(steps_, key); }
const Publication* Ledger::publication(std::string_view key) const { return by_key(publications_, key); }
const Letter* Ledger::letter(std::string_view key) const { return by_key(letters_, key); }

Ledgers::Ledgers(const std::filesystem::path& folder, std::span<const std::string> roles) {
  std::error_code missing;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  auto leave_out = [&](const std::filesystem::path& file, const std::string& message, const std::string& hint) { faults_.push_back(fmt::format("台帳 {}: {} → {}", file.string(), message, hint)); };
  for (const auto& file : files) {
    try {
      Ledger ledger(file);
      auto taken = std::ranges::find(all_, ledger.prefix(), &Ledger::prefix);
      auto named = std::ranges::find(all_, ledger.name(), &Ledger::name);
      std::string strange = roles.empty() ? "" : strange_roles(ledger, roles);
      if (taken != all_.end()) leave_out(file, fmt::format("prefix「{}」は、台帳「{}」も使っています。", ledger.prefix(), taken->name()), "番号が重ならないように、違う言葉にしてください。");
      else if (named != all_.end()) leave_out(file, fmt::format("name「{}」の台帳がもうあります。", ledger.name()), "違う名前にしてください。");
      else if (!strange.empty()) leave_out(file, fmt::format("役割「{}」はありません。", strange), "access.toml にある役割の key を書いてください。");
      else all_.push_back(std::move(ledger));
    } catch (const Error& e) {
      faults_.push_back(fmt::format("{} → {}", e.what(), e.hint()));
    }
  }
  // One that is left out may be named by others, which run without it.
  for (const auto& ledger : all_) {
    for (const auto& named : named_ledgers(ledger)) {
      if (!find(named)) faults_.push_back(fmt::format("台帳 {}: 台帳「{}」がないか、誤りがあります。 → 項目の ledger と compute を確かめてください（この台帳は使えます）。", (folder / (ledger.key() + ".toml")).string(), named));
    }
  }
}

const Ledger* Ledgers::find(std::string_view key) const { return by_key(all_, key); }

const Ledger* Ledgers::of_number(std::string_view number) const {
  size_t first = number.find('-'), last = number.rfind('-');
  if (first == number.npos || last == first) return nullptr;
  auto found = std::ranges::find(all_, number.substr(first + 1, last - first - 1), &Ledger::prefix);
  return found == all_.end() ? nullptr : &*found;
}

}  // namespace shirube::records
