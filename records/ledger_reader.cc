#include "records/ledger_reader.h"

#include <algorithm>
#include <set>

#include "corpus/document.h"
#include "records/values.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::records {

namespace {

constexpr std::pair<std::string_view, WhenClosed> closings[] = {{"keep", WhenClosed::keep}, {"next", WhenClosed::next}, {"previous", WhenClosed::previous}};

/// What can name a sheet of a workbook.
bool is_sheet_name(const std::string& name) {
  constexpr size_t longest = 31;
  return text::length_utf8(name) <= longest && name.find_first_of("[]:*?/\\'") == name.npos;
}

bool is_key(std::string_view word) {
  return !word.empty() && word.size() <= 40 && word[0] >= 'a' && word[0] <= 'z' && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == word.npos;
}

}  // namespace

void LedgerReader::read(Ledger& out) {
  out.key_ = file_.stem().string();
  if (!is_key(out.key_)) throw Error(ErrorKind::invalid, fmt::format("台帳 {}: ファイルの名前が使えません。", file_.string()), "英小文字で始め、英小文字・数字・_ だけにしてください（例: sodan.toml）。");
  toml::table table;
  try {
    table = toml::parse(text_);
  } catch (const toml::parse_error& e) {
    fail(e.source(), fmt::format("TOML として読めません（{}）。", e.description()), "書き方を確認してください。");
  }
  // What names others is read when all are known.
  std::map<std::string_view, const toml::node*> later;
  const toml::node *columns = nullptr, *adds = nullptr;
  Entries entries = {
      {"name", [&](const toml::node& node) { out.name_ = text(node); }},
      {"group", [&](const toml::node& node) { out.group_ = text(node); }},
      {"prefix", [&](const toml::node& node) { out.prefix_ = text(node); }},
      {"audience", [&](const toml::node& node) { out.audience_ = audience(node); }},
      {"title", [&](const toml::node& node) { out.title_ = text(node); }},
      {"roles", [&](const toml::node& node) { out.roles_ = words(node); }},
      {"columns", [&](const toml::node& node) { out.columns_ = words(node), columns = &node; }},
      {"adds", [&](const toml::node& node) { adds = &node; }},
      {"field", [&](const toml::node& node) { each(node, [&](const toml::table& one) { take_field(out, one); }); }},
      {"state", [&](const toml::node& node) { each(node, [&](const toml::table& one) { take_state(out, one); }); }},
  };
  // Steps come after publications, which they name.
  const std::pair<std::string_view, std::function<void(const toml::table&)>> naming[] = {
      {"publication", [&](const toml::table& one) { take_publication(out, one); }},
      {"step", [&](const toml::table& one) { take_step(out, one); }},
      {"due", [&](const toml::table& one) { take_due(out, one); }},
      {"counter", [&](const toml::table& one) { take_counter(out, one); }},
      {"need", [&](const toml::table& one) { take_need(out, one); }},
      {"hours", [&](const toml::table& one) { take_hours(out, one); }},
      {"letter", [&](const toml::table& one) { take_letter(out, one); }},
      {"list", [&](const toml::table& one) { take_kept(out, one); }},
  };
  for (const auto& [name, take] : naming) entries[name] = [&later, name](const toml::node& node) { later[name] = &node; };
  each_entry(table, entries);
  if (out.name_.empty() || out.prefix_.empty() || out.fields_.empty() || out.states_.empty() || out.roles_.empty()) {
    fail(table.source(), "name、prefix、roles、field、state のどれかがありません。", "五つとも書いてください。");
  }
  // It stands in numbers, and numbers in addresses.
  if (out.prefix_.size() > 60 || out.prefix_.find_first_of("-/?#%& \t\"'<>\\") != out.prefix_.npos) fail(table.source(), fmt::format("prefix「{}」は使えません。", out.prefix_), "記号や空白のない、20文字までの言葉にしてください。");
  if (!is_sheet_name(out.name_)) fail(table.source(), fmt::format("name「{}」は使えません。", out.name_), "記号のない、31文字までの名前にしてください（Excel のシートの名前になります）。");
  for (size_t i = 0; i < out.fields_.size(); ++i) {
    const Field& field = out.fields_[i];
    const bool sheet = field.kind == FieldKind::rows || field.kind == FieldKind::files;
    if (sheet && (!is_sheet_name(field.name) || field.name == out.name_)) fail(where_[i], fmt::format("項目の name「{}」は使えません。", field.name), "台帳と違う、記号のない、31文字までの名前にしてください（Excel のシートの名前になります）。");
    for (const auto& state : field.required) need(out.state(state), where_[i], "状態", state);
  }
  for (const auto& [name, take] : naming) {
    if (auto found = later.find(name); found != later.end()) each(*found->second, take);
  }
  for (const auto& column : out.columns_) need(out.field(column), columns->source(), "項目", column);
  if (!out.title_.empty()) need(out.field(out.title_), table.source(), "項目", out.title_);
  if (adds) take_adding(out, *adds);
  check_computed(out);
  check_drawn(out);
  check_reachable(out, table);
}

void LedgerReader::fail(const toml::source_region& where, const std::string& message, const std::string& hint) const {
  throw Error(ErrorKind::invalid, fmt::format("台帳 {} の{}行目: {}", file_.string(), where.begin.line, message), hint);
}

void LedgerReader::need(const void* found, const toml::source_region& where, std::string_view what, const std::string& name) const {
  if (found == nullptr) fail(where, fmt::format("「{}」という{}はありません。", name, what), fmt::format("{}の key を書いてください。", what));
}

std::string LedgerReader::text(const toml::node& node) const {
  auto value = node.value_exact<std::string>();
  if (!value || value->empty()) fail(node.source(), "値が正しくありません。", "文字列を指定してください。");
  return *value;
}

bool LedgerReader::flag(const toml::node& node) const {
  auto value = node.value_exact<bool>();
  if (!value) fail(node.source(), "値が正しくありません。", "true か false を指定してください。");
  return *value;
}

size_t LedgerReader::count(const toml::node& node) const {
  auto value = node.value_exact<int64_t>();
  if (!value || *value < 1 || *value > 100) fail(node.source(), "値が正しくありません。", "1から100までの数を指定してください。");
  return static_cast<size_t>(*value);
}

std::vector<std::string> LedgerReader::words(const toml::node& node) const {
  const toml::array* list = node.as_array();
  if (list == nullptr || list->size() > most_words) fail(node.source(), "値が正しくありません。", fmt::format("文字列の配列（{}個まで）を指定してください。", most_words));
  std::vector<std::string> out;
  for (const auto& one : *list) out.push_back(text(one));
  return out;
}

std::string LedgerReader::audience(const toml::node& node) const {
  try {
    return corpus::audience_key(text(node));
  } catch (const Error& e) {
    fail(node.source(), e.what(), e.hint());
  }
}

std::map<std::string, std::string> LedgerReader::values(const toml::node& node) const {
  if (!node.is_table()) fail(node.source(), "値が正しくありません。", "{ 項目 = \"値\" } のように書いてください。");
  std::map<std::string, std::string> out;
  for (const auto& [key, value] : *node.as_table()) out[std::string(key.str())] = text(value);
  return out;
}

void LedgerReader::each_entry(const toml::table& table, const Entries& entries) const {
  for (const auto& [name, value] : table) {
    auto entry = entries.find(name.str());
    if (entry == entries.end()) fail(value.source(), fmt::format("「{}」という項目はありません。", name.str()), "綴りを確認してください。");
    entry->second(value);
  }
}

/// Words that Deadline or Cadence reads, or the line on which they cannot be read.
template <typename Read>
Read LedgerReader::said(const toml::table& table, const std::string& words) const {
  try {
    return Read(words);
  } catch (const Error& e) {
    fail(table.source(), e.what(), e.hint());
  }
}

void LedgerReader::check_key(const toml::table& table, const std::string& key, const void* known) const {
  if (!is_key(key)) fail(table.source(), "key がないか、使えません。", "英小文字で始め、英小文字・数字・_ だけにしてください。");
  if (known != nullptr) fail(table.source(), fmt::format("key「{}」が二つあります。", key), "違う key にしてください。");
}

void LedgerReader::check_states(const Ledger& out, const toml::table& table, const std::vector<std::string>& states) const {
  for (const auto& state : states) need(out.state(state), table.source(), "状態", state);
}

void LedgerReader::check_where(const Ledger& out, const toml::table& table, const std::map<std::string, std::string>& where) const {
  for (const auto& [key, value] : where) {
    const Field& asked = field_of(out, table, key);
    if (!is_found_by(asked.kind)) fail(table.source(), fmt::format("項目「{}」では絞り込めません。", key), "choice、choices、date、unit、person、links、citations の項目を書いてください。");
    bool known = asked.choices.empty() || asked.open || std::ranges::find(asked.choices, value) != asked.choices.end();
    if (!known) fail(table.source(), fmt::format("項目「{}」に「{}」という選択肢はありません。", key, value), "choices にある言葉を書いてください。");
  }
}

const Field& LedgerReader::field_of(const Ledger& out, const toml::table& table, const std::string& key) const {
  const Field* field = out.field(key);
  need(field, table.source(), "項目", key);
  return *field;
}

const Field& LedgerReader::field_of(const Ledger& out, const toml::table& table, const std::string& key, FieldKind kind) const {
  const Field& field = field_of(out, table, key);
  if (field.kind == kind) return field;
  auto named = std::ranges::find(kinds, kind, &std::pair<std::string_view, FieldKind>::second);
  fail(table.source(), fmt::format("項目「{}」の kind が {} ではありません。", key, named->first), fmt::format("kind が {} の項目を書いてください。", named->first));
}

void LedgerReader::take_state(Ledger& out, const toml::table& table) const {
  State state;
  each_entry(table, Entries{{"key", [&](const toml::node& node) { state.key = text(node); }},
                                                                                          {"name", [&](const toml::node& node) { state.name = text(node); }},
                                                                                          {"closed", [&](const toml::node& node) { state.closed = flag(node); }},
                                                                                          {"was", [&](const toml::node& node) { state.was = words(node); }}});
  check_key(table, state.key, out.state(state.key));
  if (state.name.empty()) fail(table.source(), fmt::format("状態「{}」に name がありません。", state.key), "画面に出る名前を書いてください。");
  if (std::ranges::find(out.states_, state.name, &State::name) != out.states_.end()) fail(table.source(), fmt::format("状態の name「{}」が二つあります。", state.name), "違う名前にしてください。");
  out.states_.push_back(std::move(state));
}

void LedgerReader::take_step(Ledger& out, const toml::table& table) const {
  Step step;
  each_entry(table, Entries{{"key", [&](const toml::node& node) { step.key = text(node); }},
                            {"name", [&](const toml::node& node) { step.name = text(node); }},
                            {"from", [&](const toml::node& node) { step.from = words(node); }},
                            {"to", [&](const toml::node& node) { step.to = text(node); }},
                            {"roles", [&](const toml::node& node) { step.roles = words(node); }},
                            {"publish", [&](const toml::node& node) { step.publish = words(node); }},
                            {"withdraw", [&](const toml::node& node) { step.withdraw = flag(node); }}});
  check_key(table, step.key, out.step(step.key));
  if (step.name.empty() || step.from.empty() || step.roles.empty()) fail(table.source(), fmt::format("step「{}」に name、from、roles のどれかがありません。", step.key), "三つとも書いてください。");
  check_states(out, table, step.from);
  check_states(out, table, {step.to});
  for (const auto& publication : step.publish) need(out.publication(publication), table.source(), "publication", publication);
  // Closed to `restricted` it would be open to those who are not of the group.
  for (const auto& publication : out.publications_) {
    bool group = std::ranges::none_of(corpus::audiences(), [&](const auto& one) { return one.key == publication.audience; });
    if (step.withdraw && group) fail(table.source(), fmt::format("publication「{}」はグループに公開するので、withdraw で取り下げられません。", publication.key), "publication の audience を、公開・庁内・委員会・担当者限りのどれかにしてください。");
  }
  if (step.withdraw && !step.publish.empty()) fail(table.source(), fmt::format("step「{}」は、公開と取下げを同時にはできません。", step.key), "publish か withdraw のどちらかにしてください。");
  out.steps_.push_back(std::move(step));
}

void LedgerReader::take_due(Ledger& out, const toml::table& table) const {
  DueRule rule;
  std::string within, every;
  each_entry(table, Entries{{"name", [&](const toml::node& node) { rule.name = text(node); }},
                            {"from", [&](const toml::node& node) { rule.field = text(node); }},
                            {"within", [&](const toml::node& node) { within = text(node); }},
                            {"within_field", [&](const toml::node& node) { rule.words_field = text(node); }},
                            {"every", [&](const toml::node& node) { every = text(node); }},
                            {"until", [&](const toml::node& node) { rule.until = text(node); }},
                            {"when_closed", [&](const toml::node& node) { rule.when_closed = one_of(node, closings); }},
                            {"done", [&](const toml::node& node) { rule.done = text(node); }},
                            {"where", [&](const toml::node& node) { rule.where = values(node); }},
                            {"states", [&](const toml::node& node) { rule.states = words(node); }}});
  if (rule.name.empty() || rule.states.empty()) fail(table.source(), "期限に name か states がありません。", "両方とも書いてください。");
  if ((!within.empty()) + (!every.empty()) + (!rule.words_field.empty()) != 1) fail(table.source(), fmt::format("期限「{}」に、within、within_field、every のどれか一つが要ります。", rule.name), "一つだけ書いてください。");
  if (!rule.until.empty() && every.empty()) fail(table.source(), fmt::format("期限「{}」の until は、every のときだけ書けます。", rule.name), "until を消してください。");
  field_of(out, table, rule.field, FieldKind::date);
  check_where(out, table, rule.where);
  check_states(out, table, rule.states);
  for (const auto& state : rule.states) {
    if (out.state(state)->closed) fail(table.source(), fmt::format("「{}」は閉じた状態なので、期限を付けられません。", out.state(state)->name), "states から除くか、その状態の closed を消してください。");
  }
  if (!rule.words_field.empty()) field_of(out, table, rule.words_field, FieldKind::line);
  if (!rule.until.empty()) field_of(out, table, rule.until, FieldKind::date);
  if (!rule.done.empty() && !every.empty()) field_of(out, table, rule.done, FieldKind::date);
  if (!rule.done.empty()) field_of(out, table, rule.done);
  if (!within.empty()) rule.deadline = said<Deadline>(table, within);
  if (!every.empty()) rule.every = said<Recurrence>(table, every);
  out.dues_.push_back(std::move(rule));
}

void LedgerReader::take_counter(Ledger& out, const toml::table& table) const {
  std::string name, field, cadence;
  std::map<std::string, std::string> where;
  each_entry(table, Entries{{"name", [&](const toml::node& node) { name = text(node); }},
                            {"date", [&](const toml::node& node) { field = text(node); }},
                            {"cadence", [&](const toml::node& node) { cadence = text(node); }},
                            {"where", [&](const toml::node& node) { where = values(node); }}});
  if (name.empty() || cadence.empty()) fail(table.source(), "回数に name か cadence がありません。", "二つとも書いてください。");
  field_of(out, table, field, FieldKind::date);
  check_where(out, table, where);
  out.counters_.push_back({std::move(name), std::move(field), said<Cadence>(table, cadence), std::move(where)});
}

void LedgerReader::take_need(Ledger& out, const toml::table& table) const {
  Need need;
  each_entry(table, Entries{{"name", [&](const toml::node& node) { need.name = text(node); }},
                            {"rows", [&](const toml::node& node) { need.rows = text(node); }},
                            {"column", [&](const toml::node& node) { need.column = text(node); }},
                            {"value", [&](const toml::node& node) { need.value = text(node); }},
                            {"least", [&](const toml::node& node) { need.least = count(node); }},
                            {"states", [&](const toml::node& node) { need.states = words(node); }},
                            {"where", [&](const toml::node& node) { need.where = values(node); }}});
  if (need.name.empty() || need.states.empty()) fail(table.source(), "need に name か states がありません。", "両方とも書いてください。");
  const Field& rows = field_of(out, table, need.rows, FieldKind::rows);
  auto column = std::ranges::find(rows.columns, need.column, &Field::key);
  this->need(column == rows.columns.end() ? nullptr : &*column, table.source(), "列", need.column);
  bool known = column->choices.empty() || column->open || std::ranges::find(column->choices, need.value) != column->choices.end();
  if (!known) fail(table.source(), fmt::format("列「{}」に「{}」という選択肢はありません。", column->name, need.value), "choices にある言葉を書いてください。");
  check_states(out, table, need.states);
  check_where(out, table, need.where);
  out.needs_.push_back(std::move(need));
}

void LedgerReader::take_hours(Ledger& out, const toml::table& table) const {
  std::string name, date, time, within;
  each_entry(table, Entries{{"name", [&](const toml::node& node) { name = text(node); }},
                            {"date", [&](const toml::node& node) { date = text(node); }},
                            {"time", [&](const toml::node& node) { time = text(node); }},
                            {"within", [&](const toml::node& node) { within = text(node); }}});
  if (name.empty() || within.empty()) fail(table.source(), "hours に name か within がありません。", "両方とも書いてください。");
  field_of(out, table, date, FieldKind::date);
  field_of(out, table, time, FieldKind::time);
  out.hours_.push_back({std::move(name), std::move(date), std::move(time), said<OpenHours>(table, within)});
}

void LedgerReader::take_publication(Ledger& out, const toml::table& table) const {
  Publication made;
  each_entry(table, Entries{{"key", [&](const toml::node& node) { made.key = text(node); }},
                            {"name", [&](const toml::node& node) { made.name = text(node); }},
                            {"audience", [&](const toml::node& node) { made.audience = audience(node); }},
                            {"kind", [&](const toml::node& node) {
                               auto kind = corpus::key_of(corpus::document_kinds(), text(node));
                               if (!kind) fail(node.source(), "そのような種別はありません。", "answer、notice、commentary などを書いてください。");
                               made.kind = *kind;
                             }},
                            {"title", [&](const toml::node& node) { made.title = text(node); }},
                            {"issued", [&](const toml::node& node) { made.issued = text(node); }},
                            {"effective", [&](const toml::node& node) { made.effective = text(node); }},
                            {"topic", [&](const toml::node& node) { made.topic = text(node); }},
                            {"fields", [&](const toml::node& node) { made.fields = words(node); }}});
  check_key(table, made.key, out.publication(made.key));
  if (made.name.empty() || made.audience.empty() || made.title.empty() || made.fields.empty()) fail(table.source(), fmt::format("publication「{}」に name、audience、title、fields のどれかがありません。", made.key), "四つとも書いてください。");
  for (const auto* day : {&made.issued, &made.effective}) {
    if (!day->empty()) field_of(out, table, *day, FieldKind::date);
  }
  std::vector<std::string> named = made.fields;
  for (size_t at = 0; (at = made.title.find('{', at)) != made.title.npos; ++at) {
    size_t end = made.title.find('}', at);
    if (end == made.title.npos) fail(table.source(), fmt::format("publication「{}」の title の「{{」が閉じていません。", made.key), "「}」を書いてください。");
    if (std::string key = made.title.substr(at + 1, end - at - 1); key != "number") named.push_back(std::move(key));
  }
  for (const auto* key : {&made.issued, &made.effective, &made.topic}) {
    if (!key->empty()) named.push_back(*key);
  }
  for (const auto& key : named) {
    const Field& field = field_of(out, table, key);
    if (field.personal) fail(table.source(), fmt::format("publication「{}」に、個人情報の項目「{}」は入れられません。", made.key, field.name), "公開してよい言葉だけの項目を、別に作ってください。");
    // What is for fewer must not be published to more.
    if (!field.audience.empty() && corpus::narrowed(made.audience, field.audience) != made.audience) fail(table.source(), fmt::format("publication「{}」の公開範囲は、項目「{}」の公開範囲より広くできません。", made.key, field.name), "audience を狭めるか、公開してよい言葉だけの項目を別に作ってください。");
  }
  out.publications_.push_back(std::move(made));
}

void LedgerReader::take_letter(Ledger& out, const toml::table& table) const {
  Letter letter;
  each_entry(table, Entries{{"key", [&](const toml::node& node) { letter.key = text(node); }},
                            {"name", [&](const toml::node& node) { letter.name = text(node); }},
                            {"file", [&](const toml::node& node) { letter.file = text(node); }}});
  check_key(table, letter.key, out.letter(letter.key));
  bool plain = letter.file.ends_with(".docx") && letter.file.find_first_of("/\\") == letter.file.npos && !letter.file.starts_with('.');
  if (letter.name.empty() || !plain) fail(table.source(), fmt::format("letter「{}」に name がないか、file が使えません。", letter.key), "file には、config/office に置いた .docx の名前を書いてください。");
  out.letters_.push_back(std::move(letter));
}

void LedgerReader::take_kept(Ledger& out, const toml::table& table) const {
  KeptList kept;
  each_entry(table, Entries{{"name", [&](const toml::node& node) { kept.name = text(node); }}, {"states", [&](const toml::node& node) { kept.states = words(node); }}, {"where", [&](const toml::node& node) { kept.where = values(node); }}});
  if (kept.name.empty()) fail(table.source(), "list に name がありません。", "画面に出る名前を書いてください。");
  check_states(out, table, kept.states);
  check_where(out, table, kept.where);
  out.kept_.push_back(std::move(kept));
}

void LedgerReader::take_adding(Ledger& out, const toml::node& node) const {
  const toml::table* table = node.as_table();
  if (!table) fail(node.source(), "値が正しくありません。", "adds = { roles = [\"staff\"], fields = [\"question\"] } のように書いてください。");
  each_entry(*table, {{"roles", [&](const toml::node& of) { out.adding_.roles = words(of); }}, {"fields", [&](const toml::node& of) { out.adding_.fields = words(of); }}});
  if (out.adding_.roles.empty() || out.adding_.fields.empty()) fail(node.source(), "adds に roles か fields がありません。", "二つとも書いてください。");
  for (const auto& key : out.adding_.fields) {
    const Field& field = field_of(out, *table, key);
    // They could not fill it in.
    const bool theirs = !field.retired && field.kind != FieldKind::computed && field.kind != FieldKind::files && field.audience.empty();
    if (!theirs) fail(node.source(), fmt::format("項目「{}」は、受け付けるときに書けません。", field.name), "audience の付いた項目、ファイル、計算する項目、retired の項目は除いてください。");
  }
  for (const auto& field : out.fields_) {
    const bool lacks = std::ranges::find(field.required, out.states_.front().key) != field.required.end() && std::ranges::find(out.adding_.fields, field.key) == out.adding_.fields.end();
    if (lacks) fail(node.source(), fmt::format("初めの状態に要る項目「{}」が、adds の fields にありません。", field.name), "fields に書き足してください。");
  }
}

void LedgerReader::check_reachable(const Ledger& out, const toml::table& table) const {
  std::set<std::string> reached = {out.states_.front().key};
  for (size_t before = 0; before != reached.size();) {
    before = reached.size();
    for (const auto& step : out.steps_) {
      if (std::ranges::any_of(step.from, [&](const std::string& from) { return reached.contains(from); })) reached.insert(step.to);
    }
  }
  for (const auto& state : out.states_) {
    if (!reached.contains(state.key)) fail(table.source(), fmt::format("状態「{}」へ進む step がありません。", state.name), "最初の状態から step でたどれるようにするか、状態を消してください。");
  }
}

}  // namespace shirube::records
