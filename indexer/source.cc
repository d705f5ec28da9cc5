#include "indexer/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <toml++/toml.h>
#include <variant>

#include "store/files.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t largest_file = 1 << 20;
constexpr const char* law_api = "https://laws.e-gov.go.jp/api/2/law_data/";

/// What a page links to is followed when it is a file that can be read.
const std::vector<std::string> readable = {"*.pdf", "*.docx", "*.xlsx", "*.pptx", "*.doc", "*.xls", "*.ppt", "*.odt", "*.ods", "*.odp", "*.rtf", "*.csv", "*.txt", "*.zip"};

struct Kind {
  std::string_view name;
  SourceKind kind;
};
constexpr Kind kinds[] = {{"folder", SourceKind::folder}, {"law", SourceKind::law}, {"feed", SourceKind::feed}, {"page", SourceKind::page}};

[[noreturn]] void fail(const fs::path& file, const toml::source_region& where, const std::string& what) {
  throw Error(ErrorKind::invalid, fmt::format("{} の{}行目: {}", file.string(), where.begin.line, what), "書き方は、そのファイルの説明か README を参照してください。");
}

/// The fields of a [[source]] that are words, lists, or facts of its documents.
struct Key {
  std::string_view name;
  std::variant<std::string WatchedSource::*, std::vector<std::string> WatchedSource::*, std::string corpus::Facts::*> field;
};
const Key keys[] = {{"name", &WatchedSource::name},           {"address", &WatchedSource::address},         {"laws", &WatchedSource::laws},
                    {"hosts", &WatchedSource::hosts},         {"links", &WatchedSource::links},             {"kind", &corpus::Facts::kind},
                    {"issuer", &corpus::Facts::issuer}, {"audience", &corpus::Facts::audience}, {"topic", &corpus::Facts::topic}};

std::string word(const fs::path& file, const toml::node& node) {
  auto text = node.value<std::string>();
  if (!text || text::trim(*text).empty()) fail(file, node.source(), "文字列で書いてください。");
  return *text;
}

std::vector<std::string> words(const fs::path& file, const toml::node& node) {
  const toml::array* array = node.as_array();
  if (!array) fail(file, node.source(), "文字列の配列（[\"…\"]）で書いてください。");
  std::vector<std::string> out;
  for (const auto& entry : *array) out.push_back(word(file, entry));
  return out;
}

int64_t number(const fs::path& file, const toml::node& node, int64_t least, int64_t most) {
  auto value = node.value_exact<int64_t>();
  if (!value || *value < least || *value > most) fail(file, node.source(), fmt::format("{}〜{} の整数で書いてください。", least, most));
  return *value;
}

/// A key of a closed list, which may be written as its label.
void choose(const fs::path& file, const toml::table& table, const char* key, std::span<const corpus::Choice> choices, std::string& value) {
  if (value.empty()) return;
  auto known = corpus::key_of(choices, value);
  if (!known) fail(file, table[key].node()->source(), fmt::format("「{}」という値はありません。", value));
  value = *known;
}

/// Text that makes part of an address, and nothing else of it.
bool is_law_id(std::string_view id) { return id.size() <= 200 && id.find_first_of("/?#%&\\ \t\r\n") == id.npos; }

void finish_address(const fs::path& file, const toml::table& table, WatchedSource& source) {
  if (source.kind == SourceKind::folder) {
    source.address = (fs::absolute(file).parent_path() / source.address).lexically_normal().string();
    return;
  }
  auto host = host_of(source.address);
  if (!host) fail(file, table.source(), "address は、http:// か https:// で始まるアドレスを書いてください。");
  for (auto& name : source.hosts) {
    auto known = host_of("https://" + name + "/");
    if (!known || name.find_first_of("/:@") != name.npos) fail(file, table["hosts"].node()->source(), fmt::format("「{}」はサーバーの名前ではありません。", name));
    name = *known;
  }
  source.hosts.push_back(*host);
}

WatchedSource read_source(const fs::path& file, const toml::table& table) {
  WatchedSource source;
  bool known = false;
  for (const auto& [name, node] : table) {
    if (name == "watch") {
      auto kind = std::ranges::find(kinds, word(file, node), &Kind::name);
      if (kind == std::end(kinds)) fail(file, node.source(), "watch は folder、law、feed、page のどれかです。");
      source.kind = kind->kind;
      known = true;
    } else if (name == "most") {
      source.most = static_cast<size_t>(number(file, node, 1, 1000));
    } else if (name == "enabled") {
      auto value = node.value_exact<bool>();
      if (!value) fail(file, node.source(), "true か false で書いてください。");
      source.enabled = *value;
    } else {
      auto key = std::ranges::find(keys, name.str(), &Key::name);
      if (key == std::end(keys)) fail(file, node.source(), fmt::format("「{}」という項目はありません。", name.str()));
      if (auto text = std::get_if<0>(&key->field)) source.**text = word(file, node);
      if (auto list = std::get_if<1>(&key->field)) source.**list = words(file, node);
      if (auto fact = std::get_if<2>(&key->field)) source.facts.**fact = word(file, node);
    }
  }
  if (source.name.empty() || !known) fail(file, table.source(), "name と watch は必須です。");
  if (source.kind == SourceKind::law && source.address.empty()) source.address = law_api;
  if (source.address.empty()) fail(file, table.source(), "address は必須です。");
  if ((source.kind == SourceKind::law) == source.laws.empty()) fail(file, table.source(), "laws は、watch = \"law\" のときに、そのときだけ書きます。");
  if (!std::ranges::all_of(source.laws, is_law_id)) fail(file, table["laws"].node()->source(), "laws は、法令ID（415AC0000000057 など）か法令番号を書いてください。");
  if (source.kind == SourceKind::page && source.links.empty()) source.links = readable;
  choose(file, table, "kind", corpus::document_kinds(), source.facts.kind);
  if (!source.facts.audience.empty()) source.facts.audience = corpus::audience_key(source.facts.audience);  // of a group only the database knows
  finish_address(file, table, source);
  return source;
}

FetchSettings read_fetch(const fs::path& file, const toml::table& table) {
  FetchSettings fetch;
  for (const auto& [name, node] : table) {
    if (name == "proxy") {
      auto value = node.value<std::string>();
      if (!value) fail(file, node.source(), "文字列で書いてください。");
      fetch.proxy = *value;
    } else if (name == "user_agent") {
      fetch.user_agent = word(file, node);
      bool plain = std::ranges::all_of(fetch.user_agent, [](unsigned char c) { return c >= 0x20 && c < 0x7F; });
      if (!plain) fail(file, node.source(), "英数字と記号だけで書いてください。");
    } else if (name == "delay_seconds") {
      fetch.delay = std::chrono::seconds(number(file, node, 0, 3600));
    } else if (name == "file_mib") {
      fetch.most_bytes = static_cast<uint64_t>(number(file, node, 1, 2048)) << 20;
    } else if (name == "timeout_seconds") {
      fetch.time = std::chrono::seconds(number(file, node, 1, 3600));
    } else {
      fail(file, node.source(), fmt::format("「fetch.{}」という項目はありません。", name.str()));
    }
  }
  return fetch;
}

}  // namespace

Sources read_sources(const fs::path& file) try {
  toml::table root = toml::parse(store::read_file(file, largest_file), file.string());
  Sources sources;
  for (const auto& [name, node] : root) {
    const toml::array* list = node.as_array();
    if (name == "fetch" && node.is_table()) {
      sources.fetch = read_fetch(file, *node.as_table());
    } else if (name == "source" && list && std::ranges::all_of(*list, [](const toml::node& one) { return one.is_table(); })) {
      for (const auto& one : *list) {
        WatchedSource source = read_source(file, *one.as_table());
        if (std::ranges::find(sources.list, source.name, &WatchedSource::name) != sources.list.end()) fail(file, one.source(), fmt::format("name = \"{}\" が二つあります。", source.name));
        sources.list.push_back(std::move(source));
      }
    } else {
      fail(file, node.source(), fmt::format("「{}」ではなく、[fetch] か [[source]] を書いてください。", name.str()));
    }
  }
  return sources;
} catch (const toml::parse_error& e) {
  fail(file, e.source(), fmt::format("TOML として読めません（{}）。", e.description()));
}

}  // namespace shirube::indexer
