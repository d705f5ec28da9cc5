#include "indexer/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "corpus/address.h"
#include "corpus/doubt.h"
#include "corpus/outline.h"
#include "indexer/convert.h"
#include "indexer/ocr.h"
#include "indexer/sandbox.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace {

using Json = nlohmann::json;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

// ---- both sides: the form on the pipe ----

Json to_json(const Extraction& e) {
  Json clauses = Json::array();
  for (const auto& c : e.clauses) {
    clauses.push_back({c.label, static_cast<int>(c.kind), c.heading, c.text, c.page ? Json(*c.page) : Json(), c.parent ? Json(*c.parent) : Json(), c.printed_page});
  }
  Json members = Json::array();
  for (const auto& member : e.members) members.push_back({member.name, Json::binary({member.bytes.begin(), member.bytes.end()})});
  return {{"media_type", e.media_type}, {"encoding", e.encoding}, {"title", e.facts.title}, {"number", e.facts.number},
          {"abbreviation", e.facts.abbreviation}, {"issued", e.facts.issued}, {"warnings", e.warnings}, {"pages", e.pages}, {"clauses", std::move(clauses)},
          {"members", std::move(members)}, {"scanned", e.scanned}, {"conversion", e.conversion ? Json{e.conversion->from, e.conversion->to} : Json()}};
}

/// What came through the pipe is still not to be trusted: every index and kind is checked.
Extraction from_json(const Json& json) {
  Extraction e{json.at("media_type"), json.at("encoding"), {json.at("title"), json.at("number"), json.at("abbreviation"), json.at("issued")},
               json.at("warnings"), {}, json.at("pages"), {}, json.at("scanned"), {}};
  if (const auto& wanted = json.at("conversion"); !wanted.is_null()) e.conversion = Conversion{wanted.at(0), wanted.at(1)};
  for (const auto& row : json.at("clauses")) {
    corpus::Clause c;
    c.label = row.at(0);
    int kind = row.at(1);
    if (kind < 0 || kind > static_cast<int>(corpus::ClauseKind::heading)) throw std::out_of_range("kind");
    c.kind = static_cast<corpus::ClauseKind>(kind);
    c.heading = row.at(2);
    c.text = row.at(3);
    if (!row.at(4).is_null()) c.page = row.at(4).get<int>();
    if (!row.at(5).is_null()) c.parent = row.at(5).get<size_t>();
    c.printed_page = row.at(6);
    if (c.parent && *c.parent >= e.clauses.size()) throw std::out_of_range("parent");
    for (const std::string* words : {&c.label, &c.heading, &c.text, &c.printed_page}) {
      if (!text::is_valid_utf8(*words)) throw std::out_of_range("text");
    }
    e.clauses.push_back(std::move(c));
  }
  for (const auto& row : json.at("members")) {
    const auto& bytes = row.at(1).get_binary();
    e.members.push_back({row.at(0), {bytes.begin(), bytes.end()}});
    if (!text::is_valid_utf8(e.members.back().name)) throw std::out_of_range("name");
  }
  return e;
}

// ---- the parent's side ----

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_, O_CLOEXEC) != 0) throw Error(ErrorKind::unavailable, "読取り処理を始められません。", "しばらく待って、もう一度実行してください。");
  }
  ~Pipe() {
    close(0);
    close(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void close(int end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }

 private:
  int ends_[2] = {-1, -1};
};

enum class Ending { finished, too_slow, too_much, stopped };

Ending read_all(int fd, std::string& out, const ExtractionLimits& limits, const std::atomic<bool>& stop) {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(limits.wall_seconds);
  char buffer[65536];
  while (true) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return Ending::too_slow;
    if (stop) return Ending::stopped;
    pollfd poll_one{fd, POLLIN, 0};
    int ready = ::poll(&poll_one, 1, static_cast<int>(std::min<int64_t>(left, 200)));
    if (ready < 0 && errno != EINTR) return Ending::finished;
    if (ready <= 0) continue;
    ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Ending::finished;
    out.append(buffer, static_cast<size_t>(got));
    if (out.size() > limits.output_bytes) return Ending::too_much;
  }
}

/// The bytes as a file without a name, so that what is read is what was hashed.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : fd_(::memfd_create("shirube", MFD_CLOEXEC)) {
    bool good = fd_ >= 0;
    while (good && !bytes.empty()) {
      ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      good = written > 0;
      if (good) bytes.remove_prefix(static_cast<size_t>(written));
    }
    if (!good || ::lseek(fd_, 0, SEEK_SET) != 0) throw Error(ErrorKind::unavailable, "読取り処理を始められません。", "空きメモリを確認して、もう一度実行してください。");
  }
  ~MemoryFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

pid_t spawn(const std::filesystem::path& program, const std::string& file_name, const ExtractionLimits& limits, int in, int out) {
  std::vector<std::string> words = {"shirube", child_command, file_name, std::to_string(limits.cpu_seconds), std::to_string(limits.memory_bytes),
                                    std::to_string(limits.file_bytes)};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::string language = "LANG=C.UTF-8", sanitizer = "ASAN_OPTIONS=detect_leaks=0";
  char* environment[] = {language.data(), sanitizer.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  // A group of its own: Ctrl+C is for the parent, which decides what becomes of the child.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t pid = 0;
  int failed = posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments.data(), environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    throw Error(ErrorKind::unavailable, fmt::format("読取り処理を始められません（{}）。", std::strerror(failed)), "ファイルの権限と空きメモリを確認してください。");
  }
  return pid;
}

[[noreturn]] void report_death(int status, Ending ending, const ExtractionLimits& limits) {
  const char* hint = "ファイルが壊れていないか確認し、別の形式（PDF やテキスト）で保存し直してください。";
  int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (ending == Ending::stopped) throw Error(ErrorKind::unavailable, "中断しました。", "もう一度実行すると続きから行います。");
  if (ending == Ending::too_much) throw Error(ErrorKind::invalid, "読み取った内容が上限を超えました。", "ファイルを分割してください。");
  if (ending == Ending::too_slow || signal == SIGXCPU) {
    throw Error(ErrorKind::invalid, fmt::format("制限時間（{}秒）内に読み終わりませんでした。", ending == Ending::too_slow ? limits.wall_seconds : limits.cpu_seconds), hint);
  }
  throw Error(ErrorKind::invalid, signal ? fmt::format("読取り処理が異常終了しました（シグナル {}）。", signal) : "読取り処理が異常終了しました。", hint);
}

/// One child for some bytes.
Extraction read_in_child(const std::string& bytes, const std::string& file_name, const ExtractionLimits& limits, const std::filesystem::path& program,
                         const std::atomic<bool>& stop) {
  if (bytes.size() > limits.file_bytes) throw Error(ErrorKind::invalid, "ファイルが大きすぎます。", "分割するか、設定 ingest.file_mib を見直してください。");
  Pipe pipe;
  MemoryFile input(bytes);
  pid_t pid = spawn(program, file_name, limits, input.get(), pipe.write_end());
  pipe.close(1);
  std::string output;
  Ending ending = read_all(pipe.read_end(), output, limits, stop);
  int status = 0;
  // One that said all it has to say and does not end is ended.
  auto grace = std::chrono::steady_clock::now() + std::chrono::seconds(ending == Ending::finished ? 5 : 0);
  while (::waitpid(pid, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() >= grace) ::kill(pid, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (ending != Ending::finished || !WIFEXITED(status) || WEXITSTATUS(status) != 0) report_death(status, ending, limits);
  try {
    Json json = Json::from_cbor(output);
    if (json.contains("error")) throw Error(ErrorKind::invalid, json.at("error").get<std::string>(), json.at("hint").get<std::string>());
    return from_json(json);
  } catch (const Json::exception&) {
    report_death(status, ending, limits);
  } catch (const std::out_of_range&) {
    report_death(status, ending, limits);
  }
}

/// Reads the pictures of a PDF too. What cannot be recognised stays what it was.
Extraction with_recognised_text(const std::string& bytes, Extraction first, const ExtractionLimits& limits, const std::filesystem::path& program, const std::atomic<bool>& stop) {
  if (!can_recognise(limits)) {
    first.warnings.emplace_back("画像のページの文字は、文字認識（OCR）で読めます。ocrmypdf と tesseract-ocr-jpn をインストールして登録し直してください。");
    return first;
  }
  try {
    Extraction read = read_in_child(recognise(bytes, first.scanned, limits, stop), "recognised.pdf", limits, program, stop);
    read.scanned = 0;
    read.warnings.insert(read.warnings.begin(), fmt::format("文字認識（OCR）による文字です（{} ページ）。原本と照合してください。", first.scanned));
    return read;
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::invalid) throw;
    first.warnings.emplace_back(e.what());
    return first;
  }
}

// ---- the child's side ----

void limit(int resource, uint64_t value) {
  rlimit r{value, value};
  ::setrlimit(resource, &r);
}

void take_limits(const ExtractionLimits& limits) {
  ::close_range(3, ~0U, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_CPU, limits.cpu_seconds);
  if (!sanitized) limit(RLIMIT_AS, limits.memory_bytes);
}

std::string read_input(uint64_t most) {
  std::string bytes;
  char buffer[65536];
  for (ssize_t got; (got = ::read(0, buffer, sizeof buffer)) > 0;) {
    bytes.append(buffer, static_cast<size_t>(got));
    if (bytes.size() > most) throw Error(ErrorKind::invalid, "ファイルが大きすぎます。", "分割してください。");
  }
  return bytes;
}

void write_output(const std::vector<uint8_t>& bytes) {
  size_t at = 0;
  while (at < bytes.size()) {
    ssize_t written = ::write(1, bytes.data() + at, bytes.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    at += static_cast<size_t>(written);
  }
}

Json problem(const char* message, const std::string& hint) { return {{"error", message}, {"hint", hint}}; }

}  // namespace

Extraction extract(const std::string& bytes, const std::string& file_name) {
  Extract got = read(bytes, file_name);
  Extraction out{got.media_type, got.encoding, got.facts, got.warnings, {}, 0, std::move(got.members), got.scanned, std::move(got.conversion)};
  std::set<int> pages;
  for (const auto& page : got.pages) {
    if (page.number > 0) pages.insert(page.number);
  }
  out.pages = static_cast<int>(pages.size());
  out.clauses = got.clauses.empty() ? corpus::outline(got.pages) : std::move(got.clauses);
  corpus::assign_addresses(out.clauses);
  std::ranges::move(corpus::summarised(corpus::doubts(out.clauses)), std::back_inserter(out.warnings));
  return out;
}

int run_extraction_child(const std::string& file_name, const ExtractionLimits& limits) {
  take_limits(limits);
  // Nothing was read yet that is not trusted. Under sanitizers the child must be able to report.
  if (!sanitized) enter_sandbox();
  Json result;
  try {
    result = to_json(extract(read_input(limits.file_bytes), file_name));
  } catch (const Error& e) {
    result = problem(e.what(), e.hint());
  } catch (const std::bad_alloc&) {
    result = problem("読取りに必要なメモリが上限を超えました。", "ファイルを分割するか、別の形式で保存し直してください。");
  } catch (const std::exception&) {
    result = problem("ファイルの形式が正しくないため読み取れません。", "ファイルが壊れていないか確認し、保存し直してください。");
  }
  write_output(Json::to_cbor(result));
  return 0;
}

Extraction extract_in_child(const std::string& bytes, const std::string& file_name, const ExtractionLimits& limits, const std::filesystem::path& program,
                            const std::atomic<bool>& stop) {
  Extraction first = read_in_child(bytes, file_name, limits, program, stop);
  if (first.scanned > 0) return with_recognised_text(bytes, std::move(first), limits, program, stop);
  if (!first.conversion) return first;
  Extraction made = read_in_child(convert(bytes, *first.conversion, limits, stop), "converted." + first.conversion->to, limits, program, stop);
  if (made.conversion) throw Error(ErrorKind::invalid, "変換した文書を読み取れません。", "元のソフトで docx・xlsx・pptx 又は PDF の形式で保存し直してください。");
  made.media_type = first.media_type;
  made.warnings.insert(made.warnings.begin(), "LibreOffice で変換して読み取りました");
  return made;
}

}  // namespace shirube::indexer
