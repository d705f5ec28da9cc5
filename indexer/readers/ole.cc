#include "indexer/readers/ole.h"

#include <algorithm>

#include "text/utf8.h"

namespace shirube::indexer {

namespace {

constexpr uint32_t last_sector = 0xFFFFFFFA;  ///< greater ones are marks, not sectors
constexpr size_t most_sectors = 4096, entry_size = 128, mini_stream = 4096;

uint32_t number_at(std::string_view bytes, size_t at, size_t width) {
  uint32_t out = 0;
  for (size_t i = 0; i < width && at + i < bytes.size(); ++i) out |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return out;
}

std::string name_of(std::string_view entry) {
  std::string name;
  size_t length = std::min<size_t>(number_at(entry, 64, 2), 64);
  for (size_t at = 0; at + 2 < length + 1; at += 2) {
    auto unit = static_cast<char32_t>(number_at(entry, at, 2));
    if (unit == 0) break;
    text::append_utf8(name, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
  }
  return name;
}

}  // namespace

std::string_view OleDirectory::sector(uint32_t number) const {
  uint64_t at = (uint64_t{number} + 1) * sector_size_;
  return number < last_sector && at < bytes_.size() ? bytes_.substr(at, sector_size_) : std::string_view();
}

OleDirectory::OleDirectory(std::string_view bytes) : bytes_(bytes) {
  if (!bytes.starts_with("\xD0\xCF\x11\xE0") || bytes.size() < 512) return;
  if (number_at(bytes, 30, 2) == 12) sector_size_ = 4096;
  const size_t per_sector = sector_size_ / 4;
  // A chain with more links than the file has sectors runs in a circle.
  const size_t longest_chain = std::min(most_sectors, bytes.size() / sector_size_);
  // Where the table of sectors (FAT) lies: 109 of its sectors stand in the header, others in a chain.
  std::vector<uint32_t> table;
  for (size_t i = 0; i < 109; ++i) table.push_back(number_at(bytes, 76 + i * 4, 4));
  uint32_t more = number_at(bytes, 68, 4);
  for (size_t steps = 0; steps < longest_chain && !sector(more).empty(); ++steps) {
    auto list = sector(more);
    for (size_t i = 0; i + 1 < per_sector; ++i) table.push_back(number_at(list, i * 4, 4));
    more = number_at(list, (per_sector - 1) * 4, 4);
  }
  uint32_t at = number_at(bytes, 48, 4);
  for (size_t steps = 0; steps < longest_chain; ++steps) {
    auto part = sector(at);
    if (part.empty()) return;
    for (size_t i = 0; i + entry_size <= part.size(); i += entry_size) {
      auto entry = part.substr(i, entry_size);
      if (entry[66] != 0) entries_.push_back({name_of(entry), number_at(entry, 116, 4), number_at(entry, 120, 4)});
    }
    if (at / per_sector >= table.size()) return;
    auto list = sector(table[at / per_sector]);
    if (list.empty()) return;
    at = number_at(list, at % per_sector * 4, 4);
  }
}

bool OleDirectory::has(std::string_view name) const { return std::ranges::find(entries_, name, &Entry::name) != entries_.end(); }

bool OleDirectory::has_prefix(std::string_view beginning) const {
  return std::ranges::any_of(entries_, [&](const Entry& entry) { return entry.name.starts_with(beginning); });
}

std::string_view OleDirectory::head(std::string_view name) const {
  auto found = std::ranges::find(entries_, name, &Entry::name);
  return found != entries_.end() && found->size >= mini_stream ? sector(found->start) : std::string_view();
}

bool is_encrypted_office(const OleDirectory& directory) {
  if (directory.has("EncryptedPackage") || directory.has("EncryptedSummary")) return true;
  // Word: a flag in the file's head (MS-DOC, FibBase).
  auto word = directory.head("WordDocument");
  if (word.size() > 12 && (static_cast<unsigned char>(word[11]) & 1)) return true;
  // Excel: a record FilePass soon after the first (MS-XLS).
  auto book = directory.head(directory.has("Workbook") ? "Workbook" : "Book");
  for (size_t at = 0; at + 4 <= book.size();) {
    if (number_at(book, at, 2) == 0x2F) return true;
    at += 4 + number_at(book, at + 2, 2);
  }
  return false;
}

}  // namespace shirube::indexer
