#include <fmt/format.h>

#include <algorithm>

#include "corpus/document.h"
#include "text/date.h"
#include "text/error.h"
#include "text/utf8.h"

// What is said of a document: its fields by name, and whether they can be.
namespace shirube::corpus {

namespace {

constexpr FactField fields[] = {{"slug", &Facts::slug},         {"title", &Facts::title},       {"short_title", &Facts::short_title}, {"kind", &Facts::kind},
                                {"issuer", &Facts::issuer},     {"audience", &Facts::audience}, {"topic", &Facts::topic},             {"label", &Facts::label},
                                {"number", &Facts::number},     {"issued", &Facts::issued},     {"effective", &Facts::effective},     {"link", &Facts::link}};

std::string check_choice(std::span<const Choice> choices, const std::string& word, const char* name) {
  auto key = key_of(choices, word);
  if (!key) {
    std::string known;
    for (const auto& choice : choices) known += (known.empty() ? "" : "、") + std::string(choice.key);
    throw Error(ErrorKind::invalid, fmt::format("{}「{}」はありません。", name, word), "次のいずれかを指定してください: " + known);
  }
  return std::string(*key);
}

/// A day as people write it, as an ISO day.
std::string check_date(const std::string& typed, const char* name) {
  if (typed.empty()) return typed;
  auto date = text::parse_date(typed);
  if (!date || date->unit != text::DateSpan::Unit::day) {
    throw Error(ErrorKind::invalid, fmt::format("{}「{}」は日付ではありません。", name, typed), "2025-04-01 や 令和7年4月1日 の形で、実在する日を指定してください。");
  }
  return text::to_iso(date->first);
}

void check_length(const std::string& value, size_t most, const char* name) {
  if (value.size() > most || !text::is_valid_utf8(value)) {
    throw Error(ErrorKind::invalid, fmt::format("{}が長すぎるか、文字として読めません。", name), fmt::format("UTF-8 で {} バイト以内にしてください。", most));
  }
}

}  // namespace

std::string audience_key(std::string_view word) {
  if (auto key = key_of(audiences(), word)) return std::string(*key);
  std::string name(word);
  check_length(name, longest_group, "公開範囲");
  if (std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    throw Error(ErrorKind::invalid, "その公開範囲は使えません。", "公開範囲の名前か、グループの名前を指定してください。");
  }
  return name;
}

std::span<const FactField> fact_fields() { return fields; }

Facts merged(const Facts& over, const Facts& under) {
  Facts out = under;
  for (const auto& [name, field] : fields) {
    if (!(over.*field).empty()) out.*field = over.*field;
  }
  return out;
}

Facts checked(Facts facts) {
  if (facts.slug.empty()) throw Error(ErrorKind::invalid, "資料の識別名がありません。", "英数字の識別名（--document）を指定してください。");
  check_length(facts.slug, 200, "資料の識別名");
  bool plain = std::ranges::none_of(facts.slug, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (!plain || facts.slug == "." || facts.slug == "..") throw Error(ErrorKind::invalid, "その識別名は使えません。", "英数字とハイフンの名前にしてください。");
  if (facts.slug.find('/') != facts.slug.npos || facts.slug.find('\0') != facts.slug.npos) {
    throw Error(ErrorKind::invalid, "資料の識別名に「/」は使えません: " + facts.slug, "英数字とハイフンの名前にしてください。");
  }
  check_length(facts.title, 2000, "件名");
  for (auto* field : {&facts.short_title, &facts.issuer, &facts.topic, &facts.label, &facts.number, &facts.link}) check_length(*field, 2000, "項目");
  if (!facts.link.empty() && !facts.link.starts_with("https://") && !facts.link.starts_with("http://")) {
    throw Error(ErrorKind::invalid, "原典の所在「" + facts.link + "」は使えません。", "https:// で始まるアドレスを指定してください。");
  }
  if (!facts.kind.empty()) facts.kind = check_choice(document_kinds(), facts.kind, "種別");
  if (!facts.audience.empty()) facts.audience = audience_key(facts.audience);
  facts.issued = check_date(facts.issued, "発出日");
  facts.effective = check_date(facts.effective, "施行日");
  return facts;
}

}  // namespace shirube::corpus
