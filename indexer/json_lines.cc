// Bulk import: one document a line.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "indexer/ingest.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace {

using Json = nlohmann::json;
using corpus::Facts;

constexpr size_t longest_line = 16 << 20;
constexpr size_t batch_lines = 1000;
constexpr size_t batch_bytes = 8 << 20;

struct Member {
  const char* name;
  std::string Facts::*field;
};

constexpr Member members[] = {{"title", &Facts::title},   {"kind", &Facts::kind},           {"issuer", &Facts::issuer},     {"number", &Facts::number},
                              {"issued", &Facts::issued}, {"effective", &Facts::effective}, {"edition", &Facts::label},     {"audience", &Facts::audience},
                              {"topic", &Facts::topic},   {"link", &Facts::link},           {"short_title", &Facts::short_title}};

[[noreturn]] void invalid(const std::string& message, const std::string& hint) { throw Error(ErrorKind::invalid, message, hint); }

std::string string_member(const Json& object, const char* name) {
  auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  if (!found->is_string()) invalid(fmt::format("「{}」が文字列ではありません。", name), "二重引用符で囲んだ文字列にしてください。");
  return found->get<std::string>();
}

corpus::NewEdition parse_line(const std::string& line, const Facts& over) {
  Json object = Json::parse(line, nullptr, false);
  if (object.is_discarded() || !object.is_object()) invalid("JSON のオブジェクトとして読めません。", "1行に1件、UTF-8 の JSON で書いてください。");
  corpus::NewEdition edition;
  Facts& facts = edition.facts;
  facts.slug = object.contains("_id") && object["_id"].is_number_integer() ? object["_id"].dump() : string_member(object, "_id");
  if (facts.slug.empty()) invalid("「_id」がありません。", "資料ごとに異なる _id を付けてください。");
  for (const auto& member : members) facts.*(member.field) = string_member(object, member.name);
  for (const auto& member : members) {
    if (!(over.*(member.field)).empty()) facts.*(member.field) = over.*(member.field);
  }
  corpus::Clause clause;
  clause.text = string_member(object, "text");
  clause.heading = facts.title;
  clause.kind = corpus::ClauseKind::section;
  clause.path = "text";
  if (text::trim(clause.text).empty() && text::trim(clause.heading).empty()) invalid("「title」も「text」も空です。", "本文を入れてください。");
  if (facts.title.empty()) facts.title = text::clamp_utf8(clause.text.substr(0, clause.text.find('\n')), 120);
  edition.content_hash = store::sha256(line);
  edition.clauses.push_back(std::move(clause));
  return edition;
}

/// Reads a line, of which it keeps at most one byte over the longest allowed.
bool read_line(std::istream& in, std::string& line) {
  line.clear();
  for (int c; (c = in.get()) != std::istream::traits_type::eof();) {
    if (c == '\n') return true;
    if (line.size() <= longest_line) line.push_back(static_cast<char>(c));
  }
  return !line.empty();
}

}  // namespace

IngestSummary Ingest::lines(std::istream& in, const std::string& name, const Reporter& report, const std::function<void(size_t)>& progress,
                            const std::atomic<bool>& stop) {
  IngestSummary summary;
  std::vector<corpus::NewEdition> batch;
  std::vector<size_t> numbers;
  size_t bytes = 0, number = 0;
  auto refuse = [&](size_t at, const Error& e) {
    ++summary.refused;
    report({fmt::format("{}: {}行目", name, at), Report::Outcome::refused, {}, 0, {}, e.message(), e.hint()});
  };
  auto tally = [&](const std::vector<corpus::Added>& added) {
    for (const auto& one : added) {
      summary.taken += one.outcome == corpus::Added::Outcome::taken;
      summary.same += one.outcome == corpus::Added::Outcome::same;
      summary.corrected += one.outcome == corpus::Added::Outcome::corrected;
    }
  };
  auto flush = [&] {
    try {
      if (!batch.empty()) tally(library_.add(batch));
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::invalid && e.kind() != ErrorKind::conflict) throw;
      // One of them is at fault: each on its own shows which.
      for (size_t i = 0; i < batch.size(); ++i) {
        try {
          tally(library_.add({&batch[i], 1}));
        } catch (const Error& own) {
          if (own.kind() != ErrorKind::invalid && own.kind() != ErrorKind::conflict) throw;
          refuse(numbers[i], own);
        }
      }
    }
    batch.clear();
    numbers.clear();
    bytes = 0;
    progress(number);
  };
  for (std::string line; !stop && read_line(in, line);) {
    ++number;
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (text::trim(line).empty()) continue;
    try {
      if (line.size() > longest_line) invalid("1行が 16 MiB を超えています。", "資料を分割してください。");
      batch.push_back(parse_line(line, options_.facts));
      numbers.push_back(number);
      bytes += line.size();
    } catch (const Error& e) {
      refuse(number, e);
    }
    if (batch.size() >= batch_lines || bytes >= batch_bytes) flush();
  }
  flush();
  library_.link_citations(stop);
  return summary;
}

}  // namespace shirube::indexer
