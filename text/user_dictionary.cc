#include "text/user_dictionary.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <mecab.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>

#include "text/error.h"
#include "text/normalize.h"
#include "text/utf8.h"

namespace shirube::text {

namespace {

constexpr const char* compiler = "/usr/lib/mecab/mecab-dict-index";
constexpr size_t longest_term = 60;  // characters

struct NounContext {
  int left, right;
  std::vector<std::string> features;
};

/// How the dictionary itself treats a plain noun, and where it writes this one.
constexpr const char* example = "会議";

NounContext noun_context(const std::string& dictionary) {
  std::string arguments = "-r /dev/null -d " + dictionary;
  std::unique_ptr<MeCab::Tagger> tagger(MeCab::createTagger(arguments.c_str()));
  const MeCab::Node* node = tagger ? tagger->parseToNode(example) : nullptr;
  if (node == nullptr || node->next == nullptr || node->next->stat != MECAB_NOR_NODE) {
    throw Error(ErrorKind::unavailable, "形態素解析の辞書「" + dictionary + "」を読めません。", "辞書のパッケージを確認してください。");
  }
  node = node->next;
  NounContext noun{node->lcAttr, node->rcAttr, {}};
  std::string_view rest = node->feature;
  while (true) {
    size_t comma = std::min(rest.find(','), rest.size());
    noun.features.emplace_back(rest.substr(0, comma));
    if (comma == rest.size()) return noun;
    rest.remove_prefix(comma + 1);
  }
}

/// A feature of the example, said of a term: its spelling and readings replaced, what is special to
/// the example dropped.
std::string feature_for(const std::string& feature, const std::string& surface, const UserTerm& term) {
  std::string reading = term.reading.empty() ? "*" : term.reading;
  if (feature == example) return surface;
  if (feature == "カイギ" || feature == "かいぎ") return feature == "カイギ" ? reading : to_hiragana(reading);
  if (feature.starts_with("代表表記:")) return "代表表記:" + surface + "/" + to_hiragana(reading);
  return feature;
}

/// Longer terms get a lower cost, so that they win over the words they are made of.
int word_cost(const std::string& surface) {
  return static_cast<int>(std::max(-30000.0, -400 * std::pow(static_cast<double>(length_utf8(surface)), 1.5)));
}

int run_compiler(const std::string& dictionary, const std::string& csv, const std::string& out) {
  std::vector<std::string> words = {compiler, "-d", dictionary, "-u", out, "-f", "utf-8", "-t", "utf-8", csv};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);  // Ctrl+C is not for the compiler
  int failed = posix_spawn(&pid, compiler, &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return -1;
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::vector<UserTerm> parse_user_terms(std::string_view tsv, const std::string& source) {
  std::vector<UserTerm> terms;
  int line_number = 0;
  while (!tsv.empty()) {
    size_t end = std::min(tsv.find('\n'), tsv.size());
    std::string_view line = trim(tsv.substr(0, end));
    tsv.remove_prefix(std::min(end + 1, tsv.size()));
    ++line_number;
    if (line.empty() || line.front() == '#') continue;
    size_t tab = std::min(line.find('\t'), line.size());
    std::string surface(trim(line.substr(0, tab)));
    std::string reading(tab < line.size() ? trim(line.substr(tab + 1)) : std::string_view());
    bool bad = surface.empty() || length_utf8(surface) > longest_term || line.find_first_of(",\"") != line.npos ||
               !is_valid_utf8(line);
    if (bad) {
      throw Error(ErrorKind::invalid, fmt::format("用語辞書「{}」の{}行目が正しくありません。", source, line_number),
                  "「用語<タブ>読み」の形で、用語は60文字以内、カンマと引用符なしで書いてください。");
    }
    terms.push_back({std::move(surface), std::move(reading)});
  }
  return terms;
}

void compile_user_dictionary(const std::vector<UserTerm>& terms, const std::string& dictionary, const std::string& out) {
  NounContext noun = noun_context(dictionary);
  // Of this process alone: two may compile at the same time.
  std::string csv_path = fmt::format("{}.{}.csv", out, ::getpid()), new_path = fmt::format("{}.{}.new", out, ::getpid());
  {
    std::ofstream csv(csv_path, std::ios::binary | std::ios::trunc);
    for (const auto& term : terms) {
      // The analyzer sees folded text, so the dictionary must hold it folded.
      std::string surface = fold(term.surface);
      csv << fmt::format("{},{},{},{}", surface, noun.left, noun.right, word_cost(surface));
      for (const auto& feature : noun.features) csv << ',' << feature_for(feature, surface, term);
      csv << user_term_mark << '\n';
    }
    if (!csv.flush()) throw Error(ErrorKind::unavailable, "用語辞書を書き出せません: " + csv_path, "空き容量と書込み権限を確認してください。");
  }
  int status = run_compiler(dictionary, csv_path, new_path);
  std::error_code ignored;
  std::filesystem::remove(csv_path, ignored);
  if (status != 0) {
    std::filesystem::remove(new_path, ignored);
    throw Error(ErrorKind::unavailable, "用語辞書を作成できませんでした。", "パッケージ mecab-utils が導入されているか確認してください。");
  }
  std::filesystem::rename(new_path, out);
}

}  // namespace shirube::text
