#include "indexer/extract.h"
#include "indexer/readers/archive.h"
#include "text/error.h"

namespace shirube::indexer {

namespace {

/// What systems add for themselves.
bool is_rubbish(std::string_view name) {
  std::string_view file = name.substr(name.rfind('/') + 1);
  return name.starts_with("__MACOSX/") || file.starts_with(".") || file == "Thumbs.db" || file == "desktop.ini";
}

}  // namespace

Extract read_zip(const std::string& bytes) {
  Extract out;
  out.media_type = "application/zip";
  Archive archive(bytes);
  for (size_t i = 0; i < archive.members().size(); ++i) {
    const auto& member = archive.members()[i];
    if (member.folder || is_rubbish(member.name)) continue;
    out.members.push_back({member.name, archive.read(i)});
  }
  if (out.members.empty()) throw Error(ErrorKind::invalid, "ZIPの中にファイルがありません。", "中身を確かめてください。");
  return out;
}

}  // namespace shirube::indexer
