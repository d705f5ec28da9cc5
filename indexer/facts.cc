#include "indexer/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <toml++/toml.h>

#include "indexer/readers/rows.h"
#include "store/files.h"
#include "text/date.h"
#include "text/encoding.h"
#include "text/error.h"
#include "text/numeral.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t largest_facts = 8 << 20;

[[noreturn]] void fail(const fs::path& file, const toml::source_region& where, const std::string& what) {
  throw Error(ErrorKind::invalid, fmt::format("{} の{}行目: {}", file.string(), where.begin.line, what), "facts.toml の書き方は README を参照してください。");
}

struct Key {
  std::string_view name;
  std::string corpus::Facts::*field;
};

constexpr Key document_keys[] = {{"slug", &corpus::Facts::slug},         {"title", &corpus::Facts::title},   {"short", &corpus::Facts::short_title},
                                 {"kind", &corpus::Facts::kind},         {"issuer", &corpus::Facts::issuer}, {"audience", &corpus::Facts::audience},
                                 {"topic", &corpus::Facts::topic}};
constexpr Key edition_keys[] = {{"label", &corpus::Facts::label},   {"number", &corpus::Facts::number}, {"issued", &corpus::Facts::issued},
                                {"effective", &corpus::Facts::effective}, {"link", &corpus::Facts::link}};

std::string word(const fs::path& file, const toml::node& node) {
  if (auto text = node.value<std::string>()) return *text;
  if (auto date = node.as_date()) return fmt::format("{:04}-{:02}-{:02}", date->get().year, date->get().month, date->get().day);
  fail(file, node.source(), "文字列または日付で書いてください。");
}

/// Reads the members that `keys` name; `others` are read elsewhere, and any further one is a fault.
void read_keys(const fs::path& file, const toml::table& table, std::span<const Key> keys, std::initializer_list<std::string_view> others,
               corpus::Facts& facts) {
  for (const auto& [name, node] : table) {
    auto key = std::ranges::find(keys, name.str(), &Key::name);
    if (key != keys.end()) facts.*(key->field) = word(file, node);
    else if (std::ranges::find(others, name.str()) == others.end()) fail(file, node.source(), fmt::format("「{}」という項目はありません。", name.str()));
  }
}

/// Paths of clauses and who may see them.
std::map<std::string, std::string> read_narrower(const fs::path& file, const toml::table& edition) {
  std::map<std::string, std::string> out;
  const toml::node* node = edition.get("narrower");
  if (node == nullptr) return out;
  const toml::table* table = node->as_table();
  if (table == nullptr) fail(file, node->source(), "narrower は { \"12-2\" = \"公開範囲\" } の形で書いてください。");
  for (const auto& [path, audience] : *table) out.emplace(path.str(), word(file, audience));
  return out;
}

const toml::array& tables(const fs::path& file, const toml::table& parent, std::string_view name) {
  const toml::array* array = parent[name].as_array();
  bool good = array != nullptr && !array->empty() && std::ranges::all_of(*array, [](const toml::node& node) { return node.is_table(); });
  if (!good) fail(file, parent.source(), fmt::format("[[{}]] がありません。", name));
  return *array;
}

// ---- the head of a notice ----

constexpr size_t most_head_lines = 60;

/// 「総行サ第４２号」: a few letters, 第, a number, 号, and nothing else.
bool is_document_number(std::string_view line) {
  size_t at = line.find("第");
  if (at == line.npos || at == 0 || at > 60 || !line.ends_with("号")) return false;
  auto number = text::read_numeral(line.substr(at + 3));
  return number && at + 3 + number->length + 3 == line.size();
}

/// The title of a notice names its subject or its kind; addressees and seals do not.
bool is_notice_title(std::string_view line) {
  for (std::string_view end : {"について", "について（通知）", "（通知）", "（依頼）", "（照会）", "（回答）", "（事務連絡）", "（周知）"}) {
    if (line.ends_with(end)) return true;
  }
  return false;
}

}  // namespace

std::vector<ListedFile> read_facts(const fs::path& file) try {
  toml::table root = toml::parse(store::read_file(file, largest_facts), file.string());
  std::vector<ListedFile> listed;
  corpus::Facts none;
  read_keys(file, root, {}, {"document"}, none);
  for (const auto& document : tables(file, root, "document")) {
    const toml::table& table = *document.as_table();
    corpus::Facts facts;
    read_keys(file, table, document_keys, {"edition"}, facts);
    if (facts.slug.empty() || facts.title.empty()) fail(file, table.source(), "slug と title は必須です。");
    for (const auto& node : tables(file, table, "edition")) {
      const toml::table& edition = *node.as_table();
      ListedFile entry{{}, facts};
      read_keys(file, edition, edition_keys, {"file", "narrower"}, entry.facts);
      entry.narrower = read_narrower(file, edition);
      auto name = edition["file"].value<std::string>();
      if (!name) fail(file, edition.source(), "file は必須です。");
      fs::path relative = fs::path(*name).lexically_normal();
      if (relative.is_absolute() || relative.empty() || *relative.begin() == "..") fail(file, edition.source(), "file は facts.toml と同じフォルダの中を指定してください。");
      entry.file = file.parent_path() / relative;
      listed.push_back(std::move(entry));
    }
  }
  return listed;
} catch (const toml::parse_error& e) {
  fail(file, e.source(), fmt::format("TOML として読めません（{}）。", e.description()));
}

namespace {

struct Column {
  std::string_view japanese, english;
  std::string corpus::Facts::*field;  ///< none: the file
};
constexpr Column columns[] = {{"ファイル", "file", nullptr},
                              {"識別名", "slug", &corpus::Facts::slug},
                              {"件名", "title", &corpus::Facts::title},
                              {"略称", "short", &corpus::Facts::short_title},
                              {"種別", "kind", &corpus::Facts::kind},
                              {"発出者", "issuer", &corpus::Facts::issuer},
                              {"公開範囲", "audience", &corpus::Facts::audience},
                              {"分野", "topic", &corpus::Facts::topic},
                              {"版名", "label", &corpus::Facts::label},
                              {"文書番号", "number", &corpus::Facts::number},
                              {"発出日", "issued", &corpus::Facts::issued},
                              {"施行日", "effective", &corpus::Facts::effective},
                              {"掲載先", "link", &corpus::Facts::link}};

[[noreturn]] void refuse_table(const fs::path& file, const std::string& what) {
  throw Error(ErrorKind::invalid, fmt::format("{}: {}", file.string(), what), "1行目に「ファイル」「件名」などの項目名を置いてください。書き方は README を参照してください。");
}

/// A path below the folder of the list, however its separators are written.
std::optional<fs::path> below(const fs::path& list, const std::string& name) {
  fs::path relative = fs::path(text::replace_all(name, "\\", "/")).lexically_normal();
  if (name.empty() || relative.is_absolute() || *relative.begin() == ".." || !relative.has_filename()) return std::nullopt;
  return list.parent_path() / relative;
}

ListedFile read_row(const fs::path& file, size_t line, const TableRow& row, const std::vector<const Column*>& names) {
  ListedFile listed;
  listed.shown = fmt::format("{} の{}行目", file.string(), line);
  std::string name;
  for (const Cell& cell : row) {
    size_t at = static_cast<size_t>(cell.column) - 1;
    std::string value = one_line(cell.text);
    if (at >= names.size() || names[at] == nullptr) {
      if (!value.empty()) listed.fault = Error(ErrorKind::invalid, fmt::format("項目名のない列に「{}」があります。", text::clamp_utf8(value, 60)), "区切りの数を確かめてください。");
    } else if (names[at]->field == nullptr) {
      name = value;
    } else {
      listed.facts.*(names[at]->field) = value;
    }
  }
  for (auto* day : {&listed.facts.issued, &listed.facts.effective}) {
    auto date = text::parse_date(*day);
    if (date && date->unit == text::DateSpan::Unit::day) *day = text::to_iso(date->first);
  }
  if (listed.fault) return listed;
  auto path = below(file, name);
  if (!path) {
    listed.fault = Error(ErrorKind::invalid, name.empty() ? "ファイルの名前がありません。" : "この一覧と同じフォルダの中のファイルではありません: " + name, "一覧と同じフォルダに置いたファイルの名前を入れてください。");
    return listed;
  }
  listed.file = *path;
  try {
    corpus::Facts facts = listed.facts;
    if (facts.slug.empty()) facts.slug = facts_of_name(listed.file).facts.slug;
    corpus::checked(facts);
  } catch (const Error& e) {
    listed.fault = e;
  }
  return listed;
}

}  // namespace

std::vector<ListedFile> read_facts_table(const fs::path& file) {
  std::vector<std::pair<size_t, TableRow>> rows = read_records(text::decode(store::read_file(file, largest_facts)).text);
  if (rows.empty()) refuse_table(file, "何も書かれていません。");
  std::vector<const Column*> names;
  for (const Cell& cell : rows.front().second) {
    std::string name(text::trim(cell.text));
    auto column = std::ranges::find_if(columns, [&](const Column& one) { return one.japanese == name || one.english == name; });
    if (column == std::end(columns)) refuse_table(file, fmt::format("「{}」という項目はありません。", text::clamp_utf8(name, 60)));
    if (std::ranges::find(names, column) != names.end()) refuse_table(file, fmt::format("「{}」が二つあります。", name));
    names.resize(static_cast<size_t>(cell.column), nullptr);
    names.back() = column;
  }
  if (std::ranges::find(names, &columns[0]) == names.end()) refuse_table(file, "「ファイル」の列がありません。");
  std::vector<ListedFile> listed;
  for (size_t i = 1; i < rows.size(); ++i) {
    if (!rows[i].second.empty()) listed.push_back(read_row(file, rows[i].first, rows[i].second, names));
  }
  return listed;
}

corpus::Facts facts_of_head(std::string_view head) {
  corpus::Facts facts;
  std::string broken;  // a title over two lines begins where the one before ended in a sentence or a space
  for (size_t count = 0; !head.empty() && count < most_head_lines; ++count) {
    size_t end = std::min(head.find('\n'), head.size());
    std::string line = text::replace_all(text::replace_all(text::trim(head.substr(0, end)), "　", ""), " ", "");
    head.remove_prefix(std::min(end + 1, head.size()));
    if (line.find("。") != line.npos) break;  // the letter itself
    if (facts.number.empty() && is_document_number(line)) facts.number = line;
    auto date = text::parse_date(line);
    if (facts.issued.empty() && date && date->unit == text::DateSpan::Unit::day) facts.issued = text::to_iso(date->first);
    if (facts.title.empty() && is_notice_title(line)) facts.title = broken.empty() || text::length_utf8(broken) < 20 ? line : broken + line;
    bool opening = text::length_utf8(line) >= 20 && !date;
    broken = opening ? line : "";
  }
  return facts;
}

NameFacts facts_of_name(const fs::path& file) {
  NameFacts named;
  corpus::Facts& facts = named.facts;
  std::string stem = file.stem().string();
  facts.slug = stem;
  // 425AC0000000027_20261001_507AC0000000087: law, day it takes effect, amending law.
  bool egov = stem.size() == 40 && stem[15] == '_' && stem[24] == '_';
  std::string day = egov ? fmt::format("{}-{}-{}", stem.substr(16, 4), stem.substr(20, 2), stem.substr(22, 2)) : "";
  if (egov && text::is_valid_utf8(stem) && std::ranges::all_of(stem.substr(16, 8), [](char c) { return c >= '0' && c <= '9'; })) {
    facts.slug = stem.substr(0, 15);
    facts.effective = day;
    named.certain = true;
  }
  return named;
}

}  // namespace shirube::indexer
