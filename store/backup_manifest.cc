#include "store/backup_manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "store/database.h"
#include "store/event_chain.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::store {

namespace {

using Json = nlohmann::json;

constexpr int format = 1;
constexpr size_t most_members = 2'000'000, longest_name = 300, longest_word = 200;
constexpr uint64_t largest_member = uint64_t{1} << 44, largest_whole = uint64_t{1} << 48;  // 16 TiB, 256 TiB

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorKind::invalid, "控えの目録が正しくありません（" + what + "）。", "別の控えを使ってください。"); }

bool is_hash(std::string_view word) {
  return word.size() == 64 && std::ranges::all_of(word, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// A relative path that leads nowhere else, of characters that any file system takes.
bool stays_within(std::string_view path) {
  if (path.empty() || !text::is_valid_utf8(path) || std::ranges::any_of(path, [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '\\'; })) return false;
  while (true) {
    std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    if (part.size() == path.size()) return true;
    path.remove_prefix(part.size() + 1);
  }
}

bool is_good_name(const BackupMember& member, bool first) {
  std::string_view name = member.name;
  if (name.size() > longest_name) return false;
  if (first) return name == database_name;
  if (name.starts_with(originals_prefix)) return name == original_name(member.sha256);
  return name.starts_with(settings_prefix) && stays_within(name);
}

std::string word_of(const Json& json, const char* key) {
  std::string word = json.at(key).get<std::string>();
  if (word.size() > longest_word || !text::is_valid_utf8(word)) refuse(fmt::format("項目 {}", key));
  return word;
}

std::vector<BackupMember> members_of(const Json& list) {
  if (!list.is_array() || list.empty() || list.size() > most_members) refuse("ファイルの数");
  std::vector<BackupMember> members;
  std::set<std::string> names;
  uint64_t all = 0;
  for (const auto& one : list) {
    if (!one.at("size").is_number_unsigned()) refuse("大きさ");
    BackupMember member{one.at("name").get<std::string>(), one.at("size").get<uint64_t>(), one.at("sha256").get<std::string>()};
    if (!is_hash(member.sha256)) refuse("ハッシュ値");
    if (!is_good_name(member, members.empty()) || !names.insert(member.name).second) refuse("ファイルの名前");
    all += std::min(member.size, largest_whole);
    if (member.size > largest_member || all > largest_whole) refuse("大きさ");
    members.push_back(std::move(member));
  }
  return members;
}

}  // namespace

uint64_t BackupManifest::bytes() const {
  uint64_t all = 0;
  for (const auto& member : members) all += member.size;
  return all;
}

BackupSummary BackupManifest::summary() const {
  auto begin_with = [&](std::string_view prefix) { return static_cast<uint64_t>(std::ranges::count_if(members, [&](const BackupMember& one) { return one.name.starts_with(prefix); })); };
  return {program, schema, made_at, begin_with(originals_prefix), begin_with(settings_prefix), bytes(), events_head};
}

std::string original_name(const std::string& sha256) { return fmt::format("{}{}/{}", originals_prefix, sha256.substr(0, 2), sha256); }

std::string write_manifest(const BackupManifest& manifest) {
  BackupSummary summary = manifest.summary();
  Json members = Json::array();
  for (const auto& one : manifest.members) members.push_back({{"name", one.name}, {"size", one.size}, {"sha256", one.sha256}});
  return Json{{"format", format},
              {"program", manifest.program},
              {"schema", manifest.schema},
              {"made_at", manifest.made_at},
              {"events_head", manifest.events_head},
              {"counts", {{"originals", summary.originals}, {"settings", summary.settings}}},
              {"members", members}}
             .dump(1) +
         "\n";
}

BackupManifest read_manifest(std::string_view json) try {
  Json root = Json::parse(json);
  if (int found = root.at("format").get<int>(); found != format) {
    throw Error(ErrorKind::conflict, fmt::format("この控えは別の版のしるべで作られています（控えの形式 {}、この版は {}）。", found, format), "新しい版のしるべで開いてください。");
  }
  BackupManifest manifest{word_of(root, "program"), root.at("schema").get<int>(), word_of(root, "made_at"), {}, root.contains("events_head") ? word_of(root, "events_head") : ""};
  if (!manifest.events_head.empty() && !parse_head(manifest.events_head)) refuse("項目 events_head");
  if (manifest.schema > Database::newest_version()) {
    throw Error(ErrorKind::conflict, fmt::format("この控えは新しい版のしるべで作られています（形式 {}、この版は {} まで）。", manifest.schema, Database::newest_version()), "新しい版のしるべで戻してください。");
  }
  manifest.members = members_of(root.at("members"));
  return manifest;
} catch (const Json::exception&) {
  refuse("JSON の形");
}

}  // namespace shirube::store
