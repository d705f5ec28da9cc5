#include "office/package.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zip.h>

#include <algorithm>
#include <memory>

#include "text/error.h"

namespace shirube::office {

namespace {

constexpr std::string_view content_types = "[Content_Types].xml";
/// A part larger than this may not be so many times what it was packed to.
constexpr uint64_t suspicious_bytes = 10 << 20, most_ratio = 200;

[[noreturn]] void broken() { throw Error(ErrorKind::invalid, "Word のファイル（.docx）として読めません。", "Word で開き、「Word 文書（.docx）」の形式で保存し直してください。"); }
[[noreturn]] void too_large() { throw Error(ErrorKind::invalid, "ファイルが大きすぎます。", "画像を小さくするなどして、保存し直してください。"); }

struct Closed {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Zip = std::unique_ptr<zip_t, Closed>;
using Source = std::unique_ptr<zip_source_t, Closed>;

std::string read(zip_t* zip, uint64_t index, size_t most) {
  zip_stat_t stat;
  if (zip_stat_index(zip, index, 0, &stat) != 0) broken();
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE) broken();
  std::unique_ptr<zip_file_t, Closed> file(zip_fopen_index(zip, index, 0));
  if (!file) broken();
  std::string bytes;
  char buffer[65536];
  // Counted as they come, whatever the archive says of itself.
  for (zip_int64_t got; (got = zip_fread(file.get(), buffer, sizeof buffer)) != 0;) {
    if (got < 0) broken();
    bytes.append(buffer, static_cast<size_t>(got));
    uint64_t packed = stat.valid & ZIP_STAT_COMP_SIZE ? std::max<uint64_t>(1, stat.comp_size) : 1;
    if (bytes.size() > most || (bytes.size() > suspicious_bytes && bytes.size() / packed > most_ratio)) too_large();
  }
  return bytes;
}

void check(bool good) {
  if (!good) throw Error(ErrorKind::unavailable, "Word のファイルを書き出せません。", "空きメモリを確かめて、もう一度実行してください。");
}

}  // namespace

Package::Package(const std::string& bytes, const Limits& limits) {
  if (bytes.starts_with("\xD0\xCF\x11\xE0")) {
    throw Error(ErrorKind::invalid, "古い形式（.doc）か、パスワードで保護されたファイルです。", "Word でパスワードを外し、「Word 文書（.docx）」の形式で保存し直してください。");
  }
  if (bytes.empty()) broken();
  if (bytes.size() > limits.bytes) too_large();
  zip_error_t error;
  zip_error_init(&error);
  Source source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error));
  Zip zip(source ? zip_open_from_source(source.get(), ZIP_RDONLY, &error) : nullptr);
  zip_error_fini(&error);
  if (!zip) broken();
  static_cast<void>(source.release());  // the archive's now
  auto count = static_cast<uint64_t>(std::max<zip_int64_t>(0, zip_get_num_entries(zip.get(), 0)));
  if (count > limits.parts) too_large();
  size_t left = limits.unpacked;
  for (uint64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(zip.get(), i, 0);
    if (!name) broken();
    if (std::string_view(name).ends_with('/') || find(name)) continue;
    parts_.emplace_back(name, read(zip.get(), i, left));
    left -= parts_.back().second.size();
  }
  if (!find(content_types)) broken();
}

const std::string* Package::find(std::string_view name) const {
  auto found = std::ranges::find(parts_, name, [](const auto& part) -> std::string_view { return part.first; });
  return found == parts_.end() ? nullptr : &found->second;
}

void Package::put(const std::string& name, std::string bytes) {
  auto found = std::ranges::find(parts_, name, [](const auto& part) -> const std::string& { return part.first; });
  if (found == parts_.end()) parts_.emplace_back(name, std::move(bytes));
  else found->second = std::move(bytes);
}

std::string Package::packed() const {
  zip_error_t error;
  zip_error_init(&error);
  Source kept(zip_source_buffer_create(nullptr, 0, 0, &error));
  check(kept != nullptr);
  zip_source_keep(kept.get());  // beyond the archive, which frees what it was made from
  Zip zip(zip_open_from_source(kept.get(), ZIP_CREATE | ZIP_TRUNCATE, &error));
  if (!zip) zip_source_free(kept.get());
  zip_error_fini(&error);
  check(zip != nullptr);
  auto add = [&](const std::string& name, const std::string& bytes) {
    Source part(zip_source_buffer(zip.get(), bytes.data(), bytes.size(), 0));
    zip_int64_t at = part ? zip_file_add(zip.get(), name.c_str(), part.get(), ZIP_FL_ENC_UTF_8) : -1;
    check(at >= 0);
    static_cast<void>(part.release());
    constexpr uint16_t first_day = (1 << 5) | 1;  // 1980-01-01, where the calendar of ZIP begins
    check(zip_file_set_dostime(zip.get(), static_cast<uint64_t>(at), 0, first_day, 0) == 0);
    check(zip_set_file_compression(zip.get(), static_cast<uint64_t>(at), name.ends_with(".png") ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 6) == 0);
  };
  add(std::string(content_types), *find(content_types));
  for (const auto& [name, bytes] : parts_) {
    if (name != content_types) add(name, bytes);
  }
  check(zip_close(zip.get()) == 0);
  static_cast<void>(zip.release());  // closed, it is gone
  check(zip_source_open(kept.get()) == 0);
  zip_source_seek(kept.get(), 0, SEEK_END);
  std::string out(static_cast<size_t>(std::max<zip_int64_t>(0, zip_source_tell(kept.get()))), '\0');
  zip_source_seek(kept.get(), 0, SEEK_SET);
  zip_int64_t got = zip_source_read(kept.get(), out.data(), out.size());
  zip_source_close(kept.get());
  check(got == static_cast<zip_int64_t>(out.size()));
  return out;
}

std::string relations_part(std::string_view part) {
  size_t name = part.rfind('/') == part.npos ? 0 : part.rfind('/') + 1;
  return fmt::format("{}_rels/{}.rels", part.substr(0, name), part.substr(name));
}

std::string resolved(std::string_view part, std::string_view target) {
  std::vector<std::string_view> folders;
  auto add = [&](std::string_view path) {
    while (!path.empty()) {
      std::string_view one = path.substr(0, path.find('/'));
      path.remove_prefix(std::min(one.size() + 1, path.size()));
      if (one == "..") {
        if (!folders.empty()) folders.pop_back();
      } else if (!one.empty() && one != ".") {
        folders.push_back(one);
      }
    }
  };
  if (!target.starts_with('/') && part.rfind('/') != part.npos) add(part.substr(0, part.rfind('/')));
  add(target);
  return fmt::format("{}", fmt::join(folders, "/"));
}

}  // namespace shirube::office
