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
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "corpus/address.h"
#include "corpus/outline.h"
#include "corpus/outline_bookmark.h"
#include "indexer/convert.h"
#include "indexer/ocr.h"
#include "indexer/readers/archive.h"
#include "indexer/sandbox.h"
#include "text/date.h"
#include "text/error.h"
#include "text/plain.h"
#include "text/utf8.h"
#include "text/visible.h"

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
    clauses.push_back({c.label, static_cast<int>(c.kind), c.heading, c.text, c.page ? Json(*c.page) : Json(), c.parent ? Json(*c.parent) : Json(), c.printed_page, c.readings});
  }
  Json members = Json::array();
  for (const auto& member : e.members) members.push_back({member.name, Json::binary({member.bytes.begin(), member.bytes.end()})});
  return {{"media_type", e.media_type}, {"encoding", e.encoding}, {"title", e.facts.title}, {"number", e.facts.number},
          {"abbreviation", e.facts.abbreviation}, {"issued", e.facts.issued}, {"effective", e.facts.effective}, {"warnings", e.warnings}, {"pages", e.pages}, {"clauses", std::move(clauses)},
          {"members", std::move(members)}, {"scanned", e.scanned}, {"conversion", e.conversion ? Json{e.conversion->from, e.conversion->to} : Json()}};
}

// What a child may say at the most; an honest one says far less.
constexpr size_t most_depth = 3, most_values = 8'000'000;  // clauses of a row of values each
constexpr size_t longest_name = 100, longest_line = 1000;  // bytes
constexpr size_t most_warnings = 1000, most_members = ArchiveLimits{}.members;
constexpr int64_t most_pages = 1'000'000;

/// Measures what a message unfolds to, before it is: a few bytes of it can mean any depth and any number of values.
class Bounds : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return one(); }
  bool boolean(bool) override { return one(); }
  bool number_integer(number_integer_t) override { return one(); }
  bool number_unsigned(number_unsigned_t) override { return one(); }
  bool number_float(number_float_t, const string_t&) override { return one(); }
  bool string(string_t&) override { return one(); }
  bool binary(binary_t&) override { return one(); }
  bool key(string_t&) override { return one(); }
  bool start_object(size_t) override { return one() && ++depth_ <= most_depth; }
  bool start_array(size_t) override { return one() && ++depth_ <= most_depth; }
  bool end_object() override { return --depth_, true; }
  bool end_array() override { return --depth_, true; }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  bool one() { return ++values_ <= most_values; }
  size_t depth_ = 0, values_ = 0;
};

void expect(bool holds) {
  if (!holds) throw std::out_of_range("child");
}

int64_t number(const Json& json, int64_t least, int64_t most) {
  expect(json.is_number_integer());
  auto n = json.get<int64_t>();
  expect(n >= least && n <= most);
  return n;
}

/// Words as a person will see them.
std::string text_of(const Json& json) {
  const auto& said = json.get_ref<const std::string&>();
  expect(text::is_valid_utf8(said));
  return text::visible(said);
}

/// One line of them. Titles and the names of files are a stranger's choice: what is too long to be shown is cut.
std::string line_of(const Json& json) {
  std::string seen = text_of(json);
  std::ranges::replace(seen, '\n', ' ');
  return std::string(text::clamp_utf8(seen, longest_line));
}

/// One of the program's own.
std::string name_of(const Json& json) {
  expect(json.get_ref<const std::string&>().size() <= longest_name);
  return line_of(json);
}

/// An address: cut short it would be another one.
std::string address_of(const Json& json) {
  constexpr size_t longest_address = 2000;
  std::string seen = text_of(json);
  expect(seen.size() <= longest_address);
  return seen;
}

const Json& list(const Json& json, size_t most) {
  expect(json.is_array() && json.size() <= most);
  return json;
}

/// What came through the pipe is still not to be trusted: every length, index and kind is checked.
Extraction from_json(const Json& json) {
  Extraction e{name_of(json.at("media_type")), name_of(json.at("encoding")),
               {line_of(json.at("title")), line_of(json.at("number")), line_of(json.at("abbreviation")), name_of(json.at("issued")), name_of(json.at("effective"))}, {}, {},
               static_cast<int>(number(json.at("pages"), 0, most_pages)), {}, static_cast<size_t>(number(json.at("scanned"), 0, most_pages)), {}};
  for (const auto* day : {&e.facts.issued, &e.facts.effective}) expect(day->empty() || text::from_iso(*day));
  for (const auto& warning : list(json.at("warnings"), most_warnings)) e.warnings.push_back(line_of(warning));
  if (const auto& wanted = json.at("conversion"); !wanted.is_null()) e.conversion = Conversion{name_of(wanted.at(0)), name_of(wanted.at(1))};
  for (const auto& row : list(json.at("clauses"), most_values)) {
    corpus::Clause c;
    c.label = line_of(row.at(0));
    c.kind = static_cast<corpus::ClauseKind>(number(row.at(1), 0, static_cast<int>(corpus::ClauseKind::heading)));
    c.heading = text_of(row.at(2));
    c.text = text_of(row.at(3));
    if (!row.at(4).is_null()) c.page = static_cast<int>(number(row.at(4), 1, most_pages));
    if (!row.at(5).is_null()) c.parent = static_cast<size_t>(number(row.at(5), 0, static_cast<int64_t>(e.clauses.size()) - 1));
    c.printed_page = line_of(row.at(6));
    c.readings = text_of(row.at(7));
    e.clauses.push_back(std::move(c));
  }
  for (const auto& row : list(json.at("members"), most_members)) {
    const auto& bytes = row.at(1).get_binary();
    e.members.push_back({line_of(row.at(0)), {bytes.begin(), bytes.end()}});
  }
  return e;
}

Json to_json(const PagePicture& picture) {
  return {{"width", picture.width}, {"height", picture.height}, {"pixels", Json::binary({picture.pixels.begin(), picture.pixels.end()})}};
}

PagePicture picture_from_json(const Json& json) {
  const auto& bytes = json.at("pixels").get_binary();
  PagePicture picture{static_cast<int>(number(json.at("width"), 1, picture_width + 1)), static_cast<int>(number(json.at("height"), 1, tallest_picture + 1)), {bytes.begin(), bytes.end()}};
  expect(picture.pixels.size() == static_cast<size_t>(picture.width) * static_cast<size_t>(picture.height) * 3);
  return picture;
}

Json to_json(const Listing& listing) {
  Json links = Json::array();
  for (const auto& link : listing.links) links.push_back({link.address, link.title, link.updated});
  return {{"base", listing.base}, {"links", std::move(links)}};
}

Listing listing_from_json(const Json& json) {
  Listing listing{address_of(json.at("base")), {}};
  for (const auto& row : list(json.at("links"), most_values)) listing.links.push_back({address_of(row.at(0)), line_of(row.at(1)), line_of(row.at(2))});
  return listing;
}

/// A row a line, behind the number of its sheet.
Json to_json(const std::vector<Sheet>& sheets) {
  Json names = Json::array(), rows = Json::array();
  for (const Sheet& sheet : sheets) {
    for (const auto& row : sheet.rows) {
      Json cells = Json::array({names.size()});
      for (const auto& cell : row) cells.push_back(cell);
      rows.push_back(std::move(cells));
    }
    names.push_back(sheet.name);
  }
  return {{"names", std::move(names)}, {"rows", std::move(rows)}};
}

std::vector<Sheet> sheets_from_json(const Json& json) {
  std::vector<Sheet> sheets;
  for (const auto& name : list(json.at("names"), most_sheets)) sheets.push_back({line_of(name), {}});
  for (const auto& row : list(json.at("rows"), most_sheet_cells)) {
    auto& rows = sheets.at(static_cast<size_t>(number(row.at(0), 0, static_cast<int64_t>(most_sheets)))).rows;
    expect(row.size() <= most_sheet_columns + 1 && rows.size() < most_sheet_rows);
    auto& cells = rows.emplace_back();
    for (size_t i = 1; i < row.size(); ++i) {
      const auto& said = row[i].get_ref<const std::string&>();
      // What nobody sees stays: what goes out in a cell comes in the same.
      expect(text::plain(said) == said);
      cells.push_back(said);
    }
  }
  return sheets;
}

// What a child can be told to do, and with it feed or page for a listing, the number of a page, or the name of a file.
constexpr const char* extract_command = "extract-child";
constexpr const char* picture_command = "picture-child";
constexpr const char* listing_command = "listing-child";
constexpr const char* sheets_command = "sheets-child";
constexpr const char* feed_argument = "feed";
constexpr const char* page_argument = "page";

Json carry_out(std::string_view command, const std::string& argument, const std::string& bytes) {
  if (command == picture_command) return to_json(draw_page(bytes, std::atoi(argument.c_str())));
  if (command == listing_command) return to_json(read_listing(bytes, argument == feed_argument ? ListingKind::feed : ListingKind::page));
  if (command == sheets_command) return to_json(read_sheets(bytes));
  return to_json(extract(bytes, argument));
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

pid_t spawn(const std::filesystem::path& program, const char* command, const std::string& argument, const ExtractionLimits& limits, int in, int out) {
  std::vector<std::string> words = {"shirube", command, argument, std::to_string(limits.cpu_seconds), std::to_string(limits.memory_bytes),
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

/// One child for some bytes; `from` makes the result of its answer.
template <typename From>
auto in_child(const char* command, const std::string& argument, const std::string& bytes, const ExtractionLimits& limits, const std::filesystem::path& program,
              const std::atomic<bool>& stop, From from) -> decltype(from(Json())) {
  if (bytes.size() > limits.file_bytes) throw Error(ErrorKind::invalid, "ファイルが大きすぎます。", "分割するか、設定 ingest.file_mib を見直してください。");
  Pipe pipe;
  MemoryFile input(bytes);
  pid_t pid = spawn(program, command, argument, limits, input.get(), pipe.write_end());
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
    Bounds bounds;
    expect(Json::sax_parse(output, &bounds, Json::input_format_t::msgpack));
    Json json = Json::from_msgpack(output);
    if (json.contains("error")) throw Error(ErrorKind::invalid, line_of(json.at("error")), line_of(json.at("hint")));
    return from(json);
  } catch (const Json::exception&) {
    report_death(status, ending, limits);
  } catch (const std::out_of_range&) {
    report_death(status, ending, limits);
  }
}

Extraction read_in_child(const std::string& bytes, const std::string& file_name, const ExtractionLimits& limits, const std::filesystem::path& program,
                         const std::atomic<bool>& stop) {
  return in_child(extract_command, file_name, bytes, limits, program, stop, from_json);
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

// Each reading is looked for in all clauses.
constexpr size_t most_readings = 500, longest_reading = 60;  // bytes of a word

/// Gives the clauses the readings of their words. What is said once in a document holds for all of it.
void add_readings(std::vector<corpus::Clause>& clauses, std::vector<std::pair<std::string, std::string>> readings) {
  std::ranges::sort(readings);
  readings.erase(std::unique(readings.begin(), readings.end()), readings.end());
  std::erase_if(readings, [](const auto& one) { return one.first.empty() || one.first.size() > longest_reading || one.second.empty() || one.second.size() > longest_reading; });
  readings.resize(std::min(readings.size(), most_readings));
  for (auto& clause : clauses) {
    for (const auto& [word, reading] : readings) {
      if (clause.text.find(word) != std::string::npos || clause.heading.find(word) != std::string::npos) clause.readings += (clause.readings.empty() ? "" : " ") + reading;
    }
  }
}

/// A bookmark without a clause is where a heading may have been missed.
void tell_unanswered(const std::vector<std::string>& titles, std::vector<std::string>& warnings) {
  constexpr size_t most_told = 3, most_characters = 60;
  for (size_t i = 0; i < std::min(titles.size(), most_told); ++i) {
    warnings.push_back(fmt::format("しおりの「{}」に当たる見出しが見つかりません。見落としていないか確認してください。", text::clamp_utf8(titles[i], most_characters * 3)));
  }
  if (titles.size() > most_told) warnings.push_back(fmt::format("当たる見出しのないしおりが、ほかに {} 件あります。", titles.size() - most_told));
}

}  // namespace

Extraction extract(const std::string& bytes, const std::string& file_name) {
  Extract got = read(bytes, file_name);
  Extraction out{got.media_type, got.encoding, got.facts, got.warnings, {}, 0, std::move(got.members), got.scanned, std::move(got.conversion)};
  std::set<int> pages;
  for (const auto& page : got.pages) {
    if (page.number > 0) pages.insert(page.number);
  }
  out.pages = static_cast<int>(pages.size());
  out.clauses = got.clauses.empty() ? corpus::outline(got.pages, got.bookmarks) : std::move(got.clauses);
  tell_unanswered(corpus::unanswered(got.bookmarks, out.clauses), out.warnings);
  corpus::assign_addresses(out.clauses);
  add_readings(out.clauses, got.readings);
  return out;
}

bool is_child_command(std::string_view command) { return command == extract_command || command == picture_command || command == listing_command || command == sheets_command; }

int run_child(std::string_view command, const std::string& argument, const ExtractionLimits& limits) {
  take_limits(limits);
  // Nothing was read yet that is not trusted. Under sanitizers the child must be able to report.
  if (!sanitized) enter_sandbox();
  Json result;
  try {
    std::string bytes = read_input(limits.file_bytes);
    result = carry_out(command, argument, bytes);
  } catch (const Error& e) {
    result = problem(e.what(), e.hint());
  } catch (const std::bad_alloc&) {
    result = problem("読取りに必要なメモリが上限を超えました。", "ファイルを分割するか、別の形式で保存し直してください。");
  } catch (const std::exception&) {
    result = problem("ファイルの形式が正しくないため読み取れません。", "ファイルが壊れていないか確認し、保存し直してください。");
  }
  write_output(Json::to_msgpack(result));
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
  if (auto sandbox = supported_sandbox(); !sandbox.calls) made.warnings.emplace_back("LibreOffice を隔離せずに動かしました（このカーネルかコンテナでは seccomp を使えません）");
  return made;
}

PagePicture draw_in_child(const std::string& pdf, int page, const ExtractionLimits& limits, const std::filesystem::path& program, const std::atomic<bool>& stop) {
  return in_child(picture_command, std::to_string(page), pdf, limits, program, stop, picture_from_json);
}

Listing listing_in_child(const std::string& bytes, ListingKind kind, const ExtractionLimits& limits, const std::filesystem::path& program, const std::atomic<bool>& stop) {
  return in_child(listing_command, kind == ListingKind::feed ? feed_argument : page_argument, bytes, limits, program, stop, listing_from_json);
}

std::vector<Sheet> sheets_in_child(const std::string& bytes, const ExtractionLimits& limits, const std::filesystem::path& program, const std::atomic<bool>& stop) {
  return in_child(sheets_command, "", bytes, limits, program, stop, sheets_from_json);
}

}  // namespace shirube::indexer
