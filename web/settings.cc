#include "web/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>

#include "store/database.h"
#include "store/event_log.h"
#include "store/files.h"
#include "store/workplace.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::web {

namespace fs = std::filesystem;

namespace {

/// A folder with a candidate in it and, as lists are proven together, the lists of the settings that stand beside the file that it
/// is to replace. Nothing else there is ours to read.
class Trial {
 public:
  Trial(const fs::path& scratch, const std::vector<EditableFile>& files, const EditableFile& file, std::string_view text) : folder_(scratch), candidate_(folder_.path() / file.path.filename()) {
    for (const auto& other : files) {
      bool list = other.path.extension() == ".tsv" && other.path.parent_path() == file.path.parent_path();
      if (list && other.key != file.key && fs::exists(other.path)) fs::copy_file(other.path, folder_.path() / other.path.filename());
    }
    store::replace_file(candidate_, text);
  }

  const fs::path& candidate() const { return candidate_; }

 private:
  store::Workplace folder_;
  fs::path candidate_;
};

/// As it will be kept: lines end with \n, the last one too.
std::string tidy(std::string_view text) {
  if (text.size() > Settings::largest) throw Error(ErrorKind::invalid, fmt::format("内容が大きすぎます（上限 {} MiB）。", Settings::largest >> 20), "行を減らしてください。");
  if (!text::is_valid_utf8(text) || text.find('\0') != text.npos) throw Error(ErrorKind::invalid, "文字として読めない所があります。", "UTF-8 の文字で書いてください。");
  std::string out = text::replace_all(text::replace_all(std::string(text), "\r\n", "\n"), "\r", "\n");
  if (!out.empty() && out.back() != '\n') out += '\n';
  return out;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The lines of `text` that `other` does not have as often. The order of lines does not matter in these files.
size_t only_in(std::string_view text, std::string_view other, std::vector<std::string>& shown) {
  std::unordered_map<std::string_view, size_t> held;
  for (auto line : lines_of(other)) ++held[line];
  size_t count = 0;
  for (auto line : lines_of(text)) {
    if (auto same = held.find(line); same != held.end() && same->second > 0) {
      --same->second;
      continue;
    }
    if (++count <= most_lines_shown) shown.emplace_back(line);
  }
  return count;
}

void prove(const EditableFile& file, const fs::path& candidate) {
  try {
    file.prove(candidate);
  } catch (const Error& e) {
    // The trial's own folder is nobody's business.
    throw Error(e.kind(), text::replace_all(e.message(), candidate.string(), file.path.filename().string()), e.hint());
  }
}

/// Lines as the event log may hold them: the value of a proxy, and whatever stands before the server of an address, may be a
/// password.
std::string told(const std::vector<std::string>& lines) {
  std::string out;
  for (std::string line : lines) {
    size_t equals = line.find('='), scheme = line.find("://"), at = line.rfind('@');
    if (equals != line.npos && line.substr(0, equals).find("proxy") != line.npos) line = line.substr(0, equals) + "= （伏せました）";
    else if (scheme != line.npos && at != line.npos && at > scheme) line.replace(scheme + 3, at - scheme - 3, "（伏せました）");
    out += (out.empty() ? "" : "\n") + line;
  }
  return out;
}

void put_in_place(const EditableFile& file, std::string_view text) {
  try {
    store::replace_file(file.path, text);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::unavailable) throw;
    throw Error(e.kind(), e.message(), fmt::format("{}何も変えていません。サービスがフォルダ {} に書けるようにする手順は、docs/operations.md の「systemd の囲い」にあります。", e.hint(), file.path.parent_path().string()));
  }
}

}  // namespace

Settings::Settings(store::Database& database, fs::path scratch, std::vector<EditableFile> files) : database_(database), scratch_(std::move(scratch)), files_(std::move(files)) {}

const EditableFile& Settings::find(std::string_view key) const {
  auto found = std::ranges::find(files_, key, &EditableFile::key);
  if (found == files_.end()) throw Error(ErrorKind::missing, "その設定はありません。", "設定の一覧からお選びください。");
  return *found;
}

Settings::Content Settings::read(const EditableFile& file) const {
  Content content;
  if (fs::exists(file.path)) content.text = store::read_file(file.path, largest);
  content.version = store::sha256(content.text);
  return content;
}

Preview Settings::preview(const EditableFile& file, std::string_view text) const {
  std::string wanted = tidy(text), present = read(file).text;
  Trial trial(scratch_, files_, file, wanted);
  fs::path candidate = trial.candidate();
  prove(file, candidate);
  Preview out;
  out.added_count = only_in(wanted, present, out.added);
  out.removed_count = only_in(present, wanted, out.removed);
  if (file.foresee && out.added_count + out.removed_count > 0) out.foreseen = file.foresee(candidate);
  return out;
}

void Settings::apply(const EditableFile& file, std::string_view text, std::string_view version) const {
  std::string wanted = tidy(text);
  {
    Trial trial(scratch_, files_, file, wanted);
    prove(file, trial.candidate());
  }
  bool changed = database_.write([&](SQLite::Database& db) {
    Content present = read(file);
    if (present.version != version) throw Error(ErrorKind::conflict, "ほかの人がこの設定を変更しました。", "画面を開き直し、変更された内容を確かめてから、もう一度直してください。");
    if (present.text == wanted) return false;
    std::vector<std::string> added, removed;
    size_t more = only_in(wanted, present.text, added), fewer = only_in(present.text, wanted, removed);
    store::append(db, {"settings.change", file.key, fmt::format("追加 {} 行、削除 {} 行", more, fewer), told(removed), told(added)});
    // Within the transaction: without the file there is no event.
    put_in_place(file, wanted);
    return true;
  });
  if (changed && file.applied) file.applied();
}

}  // namespace shirube::web
