#include "records/ledger.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <functional>
#include <set>

#include "corpus/viewer.h"
#include "store/files.h"
#include "text/error.h"

namespace shirube::records {

namespace {

constexpr size_t largest_file = 1 << 20;  // bytes
constexpr size_t most_fields = 100, most_states = 30, most_choices = 200;

constexpr std::pair<std::string_view, FieldKind> kinds[] = {{"line", FieldKind::line},     {"text", FieldKind::text},       {"number", FieldKind::number},
                                                            {"date", FieldKind::date},     {"choice", FieldKind::choice},   {"choices", FieldKind::choices},
                                                            {"person", FieldKind::person}, {"citations", FieldKind::citations}, {"links", FieldKind::links}};
constexpr std::pair<std::string_view, WhenClosed> closings[] = {{"keep", WhenClosed::keep}, {"next", WhenClosed::next}, {"previous", WhenClosed::previous}};

bool is_key(std::string_view word) {
  return !word.empty() && word.size() <= 40 && word[0] >= 'a' && word[0] <= 'z' && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == word.npos;
}

}  // namespace

/// Reads a file, and says where it is wrong.
class LedgerReader {
 public:
  explicit LedgerReader(const std::filesystem::path& file) : file_(file) {}

  void read(Ledger& out) {
    out.key_ = file_.stem().string();
    if (!is_key(out.key_)) throw Error(ErrorKind::invalid, fmt::format("台帳 {}: ファイルの名前が使えません。", file_.string()), "英小文字で始め、英小文字・数字・_ だけにしてください（例: sodan.toml）。");
    toml::table table;
    try {
      table = toml::parse(store::read_file(file_, largest_file));
    } catch (const toml::parse_error& e) {
      fail(e.source(), fmt::format("TOML として読めません（{}）。", e.description()), "書き方を確認してください。");
    }
    using Take = std::function<void(const toml::node&)>;
    const std::map<std::string_view, Take> entries = {
        {"name", [&](const toml::node& node) { out.name_ = text(node); }},
        {"prefix", [&](const toml::node& node) { out.prefix_ = text(node); }},
        {"audience", [&](const toml::node& node) { out.audience_ = audience(node); }},
        {"roles", [&](const toml::node& node) { out.roles_ = words(node); }},
        {"columns", [&](const toml::node& node) { out.columns_ = words(node); columns_ = &node; }},
        {"field", [&](const toml::node& node) { each(node, most_fields, [&](const toml::table& one) { take_field(out, one); }); }},
        {"state", [&](const toml::node& node) { each(node, most_states, [&](const toml::table& one) { take_state(out, one); }); }},
        {"step", [&](const toml::node& node) { steps_ = &node; }},
        {"due", [&](const toml::node& node) { dues_ = &node; }},
        {"counter", [&](const toml::node& node) { counters_ = &node; }},
    };
    each_entry(table, entries);
    // What names others comes when all are known.
    if (out.name_.empty() || out.prefix_.empty() || out.fields_.empty() || out.states_.empty() || out.roles_.empty()) {
      fail(table.source(), "name、prefix、roles、field、state のどれかがありません。", "五つとも書いてください。");
    }
    for (size_t i = 0; i < out.fields_.size(); ++i) {
      for (const auto& state : out.fields_[i].required) need(out.state(state), where_[i], "状態", state);
    }
    if (steps_) each(*steps_, most_fields, [&](const toml::table& one) { take_step(out, one); });
    if (dues_) each(*dues_, most_fields, [&](const toml::table& one) { take_due(out, one); });
    if (counters_) each(*counters_, most_fields, [&](const toml::table& one) { take_counter(out, one); });
    for (const auto& column : out.columns_) need(out.field(column), columns_->source(), "項目", column);
    // A state that cannot be reached was forgotten.
    for (size_t i = 1; i < out.states_.size(); ++i) {
      if (std::ranges::find(out.steps_, out.states_[i].key, &Step::to) == out.steps_.end()) {
        fail(table.source(), fmt::format("状態「{}」へ進む step がありません。", out.states_[i].name), "その状態を to とする step を書くか、状態を消してください。");
      }
    }
  }

 private:
  [[noreturn]] void fail(const toml::source_region& where, const std::string& message, const std::string& hint) const {
    throw Error(ErrorKind::invalid, fmt::format("台帳 {} の{}行目: {}", file_.string(), where.begin.line, message), hint);
  }
  void need(const void* found, const toml::source_region& where, std::string_view what, const std::string& name) const {
    if (found == nullptr) fail(where, fmt::format("「{}」という{}はありません。", name, what), fmt::format("{}の key を書いてください。", what));
  }
  std::string text(const toml::node& node) const {
    auto value = node.value_exact<std::string>();
    if (!value || value->empty()) fail(node.source(), "値が正しくありません。", "文字列を指定してください。");
    return *value;
  }
  bool flag(const toml::node& node) const {
    auto value = node.value_exact<bool>();
    if (!value) fail(node.source(), "値が正しくありません。", "true か false を指定してください。");
    return *value;
  }
  std::vector<std::string> words(const toml::node& node) const {
    const toml::array* list = node.as_array();
    if (list == nullptr || list->size() > most_choices) fail(node.source(), "値が正しくありません。", fmt::format("文字列の配列（{}個まで）を指定してください。", most_choices));
    std::vector<std::string> out;
    for (const auto& one : *list) out.push_back(text(one));
    return out;
  }
  std::string audience(const toml::node& node) const {
    std::string word = text(node);
    auto key = corpus::key_of(corpus::audiences(), word);
    return key ? std::string(*key) : word;  // the name of a group
  }
  template <typename Entries>
  void each_entry(const toml::table& table, const Entries& entries) const {
    for (const auto& [name, value] : table) {
      auto entry = entries.find(name.str());
      if (entry == entries.end()) fail(value.source(), fmt::format("「{}」という項目はありません。", name.str()), "綴りを確認してください。");
      entry->second(value);
    }
  }
  template <typename Take>
  void each(const toml::node& node, size_t most, Take take) const {
    const toml::array* list = node.as_array();
    if (list == nullptr || list->size() > most) fail(node.source(), "値が正しくありません。", fmt::format("[[…]] の形で、{}個まで書いてください。", most));
    for (const auto& one : *list) {
      if (!one.is_table()) fail(one.source(), "値が正しくありません。", "[[…]] の形で書いてください。");
      take(*one.as_table());
    }
  }
  template <typename Value, size_t size>
  Value one_of(const toml::node& node, const std::pair<std::string_view, Value> (&choices)[size]) const {
    std::string word = text(node);
    for (const auto& [name, value] : choices) {
      if (name == word) return value;
    }
    std::string names;
    for (const auto& [name, value] : choices) names += (names.empty() ? "" : "、") + std::string(name);
    fail(node.source(), fmt::format("「{}」は使えません。", word), names + " から選んでください。");
  }
  void check_key(const toml::table& table, const std::string& key, const void* known) const {
    if (!is_key(key)) fail(table.source(), "key がないか、使えません。", "英小文字で始め、英小文字・数字・_ だけにしてください。");
    if (known != nullptr) fail(table.source(), fmt::format("key「{}」が二つあります。", key), "違う key にしてください。");
  }
  using Entries = std::map<std::string_view, std::function<void(const toml::node&)>>;

  void take_field(Ledger& out, const toml::table& table) {
    Field field;
    each_entry(table, Entries{{"key", [&](const toml::node& node) { field.key = text(node); }},
                              {"name", [&](const toml::node& node) { field.name = text(node); }},
                              {"help", [&](const toml::node& node) { field.help = text(node); }},
                              {"kind", [&](const toml::node& node) { field.kind = one_of(node, kinds); }},
                              {"choices", [&](const toml::node& node) { field.choices = words(node); }},
                              {"ledger", [&](const toml::node& node) { field.ledger = text(node); }},
                              {"required", [&](const toml::node& node) { field.required = words(node); }},
                              {"audience", [&](const toml::node& node) { field.audience = audience(node); }},
                              {"retired", [&](const toml::node& node) { field.retired = flag(node); }}});
    check_key(table, field.key, out.field(field.key));
    if (field.key == "state" || field.key == "audience") fail(table.source(), fmt::format("項目の key に「{}」は使えません。", field.key), "別の key にしてください（履歴で、状態と公開範囲を指す言葉です）。");
    if (field.name.empty()) fail(table.source(), fmt::format("項目「{}」に name がありません。", field.key), "画面に出る名前を書いてください。");
    const bool chooses = field.kind == FieldKind::choice || field.kind == FieldKind::choices;
    if (chooses == field.choices.empty()) fail(table.source(), fmt::format("項目「{}」の choices が、kind と合いません。", field.key), "choice と choices には選ぶ言葉を書き、ほかには書かないでください。");
    if (std::set<std::string>(field.choices.begin(), field.choices.end()).size() != field.choices.size()) fail(table.source(), fmt::format("項目「{}」の choices に同じ言葉があります。", field.key), "一つにしてください。");
    out.fields_.push_back(std::move(field));
    where_.push_back(table.source());
  }

  void take_state(Ledger& out, const toml::table& table) {
    State state;
    each_entry(table, Entries{{"key", [&](const toml::node& node) { state.key = text(node); }}, {"name", [&](const toml::node& node) { state.name = text(node); }}, {"closed", [&](const toml::node& node) { state.closed = flag(node); }}});
    check_key(table, state.key, out.state(state.key));
    if (state.name.empty()) fail(table.source(), fmt::format("状態「{}」に name がありません。", state.key), "画面に出る名前を書いてください。");
    out.states_.push_back(std::move(state));
  }

  void take_step(Ledger& out, const toml::table& table) {
    Step step;
    each_entry(table, Entries{{"key", [&](const toml::node& node) { step.key = text(node); }},
                              {"name", [&](const toml::node& node) { step.name = text(node); }},
                              {"from", [&](const toml::node& node) { step.from = words(node); }},
                              {"to", [&](const toml::node& node) { step.to = text(node); }},
                              {"roles", [&](const toml::node& node) { step.roles = words(node); }}});
    check_key(table, step.key, out.step(step.key));
    if (step.name.empty() || step.from.empty() || step.roles.empty()) fail(table.source(), fmt::format("step「{}」に name、from、roles のどれかがありません。", step.key), "三つとも書いてください。");
    for (const auto& from : step.from) need(out.state(from), table.source(), "状態", from);
    need(out.state(step.to), table.source(), "状態", step.to);
    out.steps_.push_back(std::move(step));
  }

  const Field& date_field(const Ledger& out, const toml::table& table, const std::string& key) const {
    const Field* field = out.field(key);
    need(field, table.source(), "項目", key);
    if (field->kind != FieldKind::date) fail(table.source(), fmt::format("項目「{}」は日付ではありません。", key), "kind が date の項目を書いてください。");
    return *field;
  }

  /// Words that Deadline or Cadence reads, or the line on which they cannot be read.
  template <typename Read>
  auto said(const toml::table& table, const std::string& words) const {
    try {
      return Read(words);
    } catch (const Error& e) {
      fail(table.source(), e.what(), e.hint());
    }
  }

  void take_due(Ledger& out, const toml::table& table) {
    std::string name, field, words_said, done;
    WhenClosed when_closed = WhenClosed::keep;
    std::vector<std::string> states;
    each_entry(table, Entries{{"name", [&](const toml::node& node) { name = text(node); }},
                              {"from", [&](const toml::node& node) { field = text(node); }},
                              {"within", [&](const toml::node& node) { words_said = text(node); }},
                              {"when_closed", [&](const toml::node& node) { when_closed = one_of(node, closings); }},
                              {"done", [&](const toml::node& node) { done = text(node); }},
                              {"states", [&](const toml::node& node) { states = words(node); }}});
    if (name.empty() || words_said.empty() || states.empty()) fail(table.source(), "期限に name、within、states のどれかがありません。", "三つとも書いてください。");
    date_field(out, table, field);
    for (const auto& state : states) {
      need(out.state(state), table.source(), "状態", state);
      if (out.state(state)->closed) fail(table.source(), fmt::format("「{}」は閉じた状態なので、期限を付けられません。", out.state(state)->name), "states から除くか、その状態の closed を消してください。");
    }
    if (!done.empty()) need(out.field(done), table.source(), "項目", done);
    out.dues_.push_back({std::move(name), std::move(field), said<Deadline>(table, words_said), when_closed, std::move(states), std::move(done)});
  }

  void take_counter(Ledger& out, const toml::table& table) {
    std::string name, field, words_said;
    std::map<std::string, std::string> where;
    each_entry(table, Entries{{"name", [&](const toml::node& node) { name = text(node); }},
                              {"date", [&](const toml::node& node) { field = text(node); }},
                              {"cadence", [&](const toml::node& node) { words_said = text(node); }},
                              {"where", [&](const toml::node& node) {
                                 if (!node.is_table()) fail(node.source(), "値が正しくありません。", "{ 項目 = \"値\" } のように書いてください。");
                                 for (const auto& [key, value] : *node.as_table()) where[std::string(key.str())] = text(value);
                               }}});
    if (name.empty() || words_said.empty()) fail(table.source(), "回数に name か cadence がありません。", "二つとも書いてください。");
    date_field(out, table, field);
    for (const auto& [key, value] : where) {
      const Field* asked = out.field(key);
      need(asked, table.source(), "項目", key);
      bool known = asked->choices.empty() || std::ranges::find(asked->choices, value) != asked->choices.end();
      if (!known) fail(table.source(), fmt::format("項目「{}」に「{}」という選択肢はありません。", key, value), "choices にある言葉を書いてください。");
    }
    out.counters_.push_back({std::move(name), std::move(field), said<Cadence>(table, words_said), std::move(where)});
  }

  std::filesystem::path file_;
  const toml::node *steps_ = nullptr, *dues_ = nullptr, *counters_ = nullptr, *columns_ = nullptr;
  std::vector<toml::source_region> where_;  ///< each field
};

Ledger::Ledger(const std::filesystem::path& file) { LedgerReader(file).read(*this); }

const Field* Ledger::field(std::string_view key) const {
  auto found = std::ranges::find(fields_, key, &Field::key);
  return found == fields_.end() ? nullptr : &*found;
}

const State* Ledger::state(std::string_view key) const {
  auto found = std::ranges::find(states_, key, &State::key);
  return found == states_.end() ? nullptr : &*found;
}

const Step* Ledger::step(std::string_view key) const {
  auto found = std::ranges::find(steps_, key, &Step::key);
  return found == steps_.end() ? nullptr : &*found;
}

Ledgers::Ledgers(const std::filesystem::path& folder) {
  std::error_code missing;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const auto& file : files) {
    try {
      Ledger ledger(file);
      auto taken = std::ranges::find(all_, ledger.prefix(), &Ledger::prefix);
      if (taken != all_.end()) throw Error(ErrorKind::invalid, fmt::format("台帳 {}: prefix「{}」は、台帳「{}」も使っています。", file.string(), ledger.prefix(), taken->name()), "番号が重ならないように、違う言葉にしてください。");
      all_.push_back(std::move(ledger));
    } catch (const Error& e) {
      faults_.push_back(fmt::format("{} → {}", e.what(), e.hint()));
    }
  }
}

const Ledger* Ledgers::find(std::string_view key) const {
  auto found = std::ranges::find(all_, key, &Ledger::key);
  return found == all_.end() ? nullptr : &*found;
}

}  // namespace shirube::records
