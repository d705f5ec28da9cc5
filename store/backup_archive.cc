#include "store/backup_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <vector>

#include "text/error.h"

namespace shirube::store {

namespace fs = std::filesystem;

namespace {

constexpr const char* unwritten = "控えを書けません";
constexpr size_t block = 1 << 20;
constexpr int of_owner = 0600;

[[noreturn]] void broken(const std::string& what) { throw Error(ErrorKind::invalid, "控えが壊れています（" + what + "）。", "別の控えを使ってください。"); }

struct FreeReader {
  void operator()(archive* a) const { archive_read_free(a); }
};
struct FreeEntry {
  void operator()(archive_entry* e) const { archive_entry_free(e); }
};

}  // namespace

struct BackupWriter::Private {
  fs::path path, aside;
  std::unique_ptr<Descriptor> fd;
  archive* out = nullptr;

  void need(int result) const {
    if (result < ARCHIVE_WARN) fail(unwritten, path, archive_errno(out) > 0 ? archive_errno(out) : EIO);
  }
};

BackupWriter::BackupWriter(fs::path archive, const fs::path& work) : self_(new Private) {
  Private& self = *self_;
  self.path = std::move(archive);
  self.aside = work / "archive";
  self.fd = std::make_unique<Descriptor>(::open(self.aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, of_owner));
  if (self.fd->get() < 0) fail(unwritten, self.path, errno);
  self.out = archive_write_new();
  self.need(archive_write_set_format_pax_restricted(self.out));
  self.need(archive_write_add_filter_zstd(self.out));
  // Names are bytes, whatever the locale.
  self.need(archive_write_set_options(self.out, "hdrcharset=BINARY"));
  self.need(archive_write_open_fd(self.out, self.fd->get()));
}

BackupWriter::~BackupWriter() {
  if (!self_->out) return;
  archive_write_fail(self_->out);
  archive_write_free(self_->out);
  std::error_code ignored;
  fs::remove(self_->aside, ignored);
}

void BackupWriter::begin(std::string_view name, uint64_t size) {
  std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), std::string(name).c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), of_owner);
  archive_entry_set_mtime(entry.get(), std::time(nullptr), 0);
  self_->need(archive_write_header(self_->out, entry.get()));
}

void BackupWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    la_ssize_t written = archive_write_data(self_->out, bytes.data(), bytes.size());
    if (written <= 0) self_->need(ARCHIVE_FATAL);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

void BackupWriter::finish() {
  Private& self = *self_;
  self.need(archive_write_close(self.out));
  if (::fsync(self.fd->get()) != 0) fail(unwritten, self.path, errno);
  // A name that is taken stays with what has it.
  if (::link(self.aside.c_str(), self.path.c_str()) != 0) {
    int code = errno;
    if (code == EEXIST) throw Error(ErrorKind::conflict, "その名前のファイルが既にあります: " + self.path.string(), "別の名前を指定してください。");
    if (::rename(self.aside.c_str(), self.path.c_str()) != 0) fail(unwritten, self.path, code);  // a disk without links
  }
  archive_write_free(self.out);
  self.out = nullptr;
  std::error_code ignored;
  fs::remove(self.aside, ignored);
  sync_folder(self.path.has_parent_path() ? self.path.parent_path() : fs::path("."), unwritten);
}

namespace {

/// An archive on its way through.
class Reader {
 public:
  explicit Reader(const fs::path& path) : in_(archive_read_new()) {
    if (!fs::exists(path)) throw Error(ErrorKind::missing, "控えがありません: " + path.string(), "ファイルの場所を確認してください。");
    archive_read_support_format_tar(in_.get());
    archive_read_support_filter_zstd(in_.get());
    if (archive_read_open_filename(in_.get(), path.c_str(), block) != ARCHIVE_OK) refuse();
  }

  /// The next member's head; null at the end.
  archive_entry* next() {
    archive_entry* entry = nullptr;
    int result = archive_read_next_header(in_.get(), &entry);
    if (result == ARCHIVE_EOF) return nullptr;
    if (result != ARCHIVE_OK) refuse();
    return entry;
  }

  /// Hands on a member's bytes; more than `size` or fewer are an error.
  void read(uint64_t size, const std::function<void(std::string_view)>& take) {
    buffer_.resize(block);
    uint64_t seen = 0;
    while (true) {
      la_ssize_t got = archive_read_data(in_.get(), buffer_.data(), buffer_.size());
      if (got < 0) refuse();
      if (got == 0) break;
      seen += static_cast<uint64_t>(got);
      if (seen > size) broken("大きさが目録と違います");
      take({buffer_.data(), static_cast<size_t>(got)});
    }
    if (seen != size) broken("途中で切れています");
  }

 private:
  [[noreturn]] void refuse() const {
    const char* why = archive_error_string(in_.get());
    broken(why ? why : "読めません");
  }

  std::unique_ptr<archive, FreeReader> in_;
  std::vector<char> buffer_;
};

void require_file(archive_entry* entry, std::string_view name, uint64_t size) {
  const char* found = archive_entry_pathname(entry);
  if (!found || found != name) broken(fmt::format("{} があるはずの所に、別のものがあります", name));
  bool plain = archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry) && !archive_entry_symlink(entry);
  if (!plain || !archive_entry_size_is_set(entry) || static_cast<uint64_t>(archive_entry_size(entry)) != size) broken(fmt::format("{} の大きさか種類が違います", name));
}

BackupManifest read_first(Reader& reader) {
  archive_entry* entry = reader.next();
  if (!entry) broken("空です");
  auto size = static_cast<uint64_t>(archive_entry_size(entry));
  require_file(entry, manifest_name, size);
  if (size > largest_manifest) broken("目録が大きすぎます");
  std::string json;
  reader.read(size, [&](std::string_view bytes) { json += bytes; });
  return read_manifest(json);
}

}  // namespace

BackupManifest read_archive(const fs::path& archive, const std::function<void(const BackupManifest&)>& opened, const BackupSink& sink, const Progress& progress,
                            const std::atomic<bool>& stop) {
  Reader reader(archive);
  BackupManifest manifest = read_first(reader);
  opened(manifest);
  uint64_t done = 0, all = manifest.bytes();
  for (const auto& member : manifest.members) {
    archive_entry* entry = reader.next();
    if (!entry) broken("途中で切れています");
    require_file(entry, member.name, member.size);
    Hash hash;
    sink.begin(member);
    reader.read(member.size, [&](std::string_view bytes) {
      if (stop) throw Error(ErrorKind::unavailable, "中断しました。", "もう一度実行してください。");
      hash.add(bytes);
      sink.bytes(bytes);
      progress(done += bytes.size(), all);
    });
    if (hash.value() != member.sha256) broken(fmt::format("{} の内容が変わっています", member.name));
    sink.end();
  }
  if (reader.next()) broken("目録にないファイルがあります");
  return manifest;
}

}  // namespace shirube::store
