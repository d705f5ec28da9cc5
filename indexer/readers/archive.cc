#include "indexer/readers/archive.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <unordered_map>

#include "text/encoding.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {

namespace {

/// `what`: a member, or nothing for the whole.
[[noreturn]] void broken(std::string_view what) {
  std::string place = what.empty() ? "" : fmt::format("（{}）", what);
  throw Error(ErrorKind::invalid, fmt::format("圧縮されたファイルの形式が壊れています{}。", place), "元のファイルを開いて保存し直すか、入手し直してください。");
}

struct Closed {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

std::string decoded_name(const char* raw, bool says_utf8) {
  std::string_view bytes(raw);
  std::string name = says_utf8 || text::is_valid_utf8(bytes) ? text::decode_as(bytes, "UTF-8").text : text::decode_as(bytes, "CP932").text;
  std::ranges::replace(name, '\\', '/');  // some programs on Windows
  return name;
}

}  // namespace

struct Archive::Private {
  std::unique_ptr<zip_t, Closed> zip;
  ArchiveLimits limits;
  std::vector<Member> members;
  std::unordered_map<std::string, size_t> by_name;
  uint64_t read_bytes = 0;
};

Archive::Archive(std::string_view bytes, ArchiveLimits limits) : self_(std::make_unique<Private>()) {
  if (bytes.empty()) broken("");
  self_->limits = limits;
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source) self_->zip.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
  if (!self_->zip) {
    if (source) zip_source_free(source);
    zip_error_fini(&error);
    broken("");
  }
  zip_error_fini(&error);
  auto count = static_cast<uint64_t>(std::max<zip_int64_t>(0, zip_get_num_entries(self_->zip.get(), 0)));
  if (count > limits.members) {
    throw Error(ErrorKind::invalid, fmt::format("圧縮ファイルの中のファイルが多すぎます（{} 件）。", count), fmt::format("{} 件以下に分けてください。", limits.members));
  }
  for (uint64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    const char* name = zip_get_name(self_->zip.get(), i, ZIP_FL_ENC_RAW);
    if (!name || zip_stat_index(self_->zip.get(), i, ZIP_FL_ENC_RAW, &stat) != 0) broken("目次");
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    zip_file_get_external_attributes(self_->zip.get(), i, 0, &system, &attributes);
    Member member;
    member.name = decoded_name(name, false);
    member.size = stat.valid & ZIP_STAT_SIZE ? stat.size : 0;
    member.encrypted = (stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE;
    member.folder = member.name.ends_with('/');
    self_->by_name.try_emplace(member.name, self_->members.size());
    self_->members.push_back(std::move(member));
  }
}

Archive::~Archive() = default;
Archive::Archive(Archive&&) noexcept = default;
Archive& Archive::operator=(Archive&&) noexcept = default;

const std::vector<Archive::Member>& Archive::members() const { return self_->members; }
bool Archive::has(std::string_view name) const { return self_->by_name.contains(std::string(name)); }

std::string Archive::read(std::string_view name) {
  auto found = self_->by_name.find(std::string(name));
  if (found == self_->by_name.end()) broken(fmt::format("{} がありません", name));
  return read(found->second);
}

std::string Archive::read(size_t member) {
  const Member& wanted = self_->members.at(member);
  if (wanted.encrypted) {
    throw Error(ErrorKind::invalid, fmt::format("パスワードで保護されています: {}", wanted.name), "パスワードを外して保存し直してください。");
  }
  std::unique_ptr<zip_file_t, Closed> file(zip_fopen_index(self_->zip.get(), member, 0));
  if (!file) broken(wanted.name);
  zip_stat_t stat;
  uint64_t packed = zip_stat_index(self_->zip.get(), member, 0, &stat) == 0 && (stat.valid & ZIP_STAT_COMP_SIZE) ? stat.comp_size : 0;
  const ArchiveLimits& limits = self_->limits;
  std::string bytes;
  char buffer[65536];
  while (true) {
    zip_int64_t got = zip_fread(file.get(), buffer, sizeof buffer);
    if (got < 0) broken(wanted.name);
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(got));
    self_->read_bytes += static_cast<uint64_t>(got);
    bool bomb = bytes.size() > limits.suspicious_bytes && bytes.size() / std::max<uint64_t>(1, packed) > limits.most_ratio;
    if (bomb || self_->read_bytes > limits.total_bytes) {
      throw Error(ErrorKind::invalid, fmt::format("展開すると大きすぎるため、読み込みません: {}", wanted.name), "必要なファイルだけを取り出して、個別に登録してください。");
    }
  }
}

}  // namespace shirube::indexer
