#pragma once

#include <zip.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace shirube {

/// A ZIP file of these members, names as they stand: UTF-8 or any other bytes.
inline std::string zipped(const std::vector<std::pair<std::string, std::string>>& members, const char* password = nullptr) {
  zip_error_t error;
  zip_error_init(&error);
  // Kept beyond the archive, which frees what it was made from.
  std::unique_ptr<zip_source_t, decltype(&zip_source_free)> kept(zip_source_buffer_create(nullptr, 0, 0, &error), zip_source_free);
  zip_source_t* target = kept.get();
  zip_source_keep(target);
  std::unique_ptr<zip_t, decltype(&zip_discard)> zip(zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error), zip_discard);
  for (const auto& [name, bytes] : members) {
    zip_source_t* source = zip_source_buffer(zip.get(), bytes.data(), bytes.size(), 0);
    zip_int64_t at = zip_file_add(zip.get(), name.c_str(), source, ZIP_FL_ENC_GUESS);
    if (at < 0) {
      zip_source_free(source);
      throw std::runtime_error(name);
    }
    if (password) zip_file_set_encryption(zip.get(), static_cast<zip_uint64_t>(at), ZIP_EM_AES_256, password);
  }
  if (zip_close(zip.get()) != 0) throw std::runtime_error("zip");
  static_cast<void>(zip.release());  // closed, it is gone
  if (zip_source_open(target) != 0) throw std::runtime_error("zip");
  zip_source_seek(target, 0, SEEK_END);
  std::string out(static_cast<size_t>(zip_source_tell(target)), '\0');
  zip_source_seek(target, 0, SEEK_SET);
  zip_source_read(target, out.data(), out.size());
  zip_source_close(target);
  return out;
}

}  // namespace shirube
