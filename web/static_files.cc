#include "web/static_files.h"

#include <algorithm>

#include "store/files.h"
#include "text/error.h"

namespace shirube {

extern const std::vector<std::pair<std::string_view, std::string_view>> static_contents;

namespace web {

namespace {

constexpr std::string_view for_ever = "public, max-age=31536000, immutable";

constexpr std::string_view for_a_day = "public, max-age=86400";

/// What packages bring. The typeface's files are named after their content.
struct Packaged {
  std::string_view ending, type;
  bool for_ever;
};
constexpr Packaged packaged[] = {{".woff2", "font/woff2", true}, {".mjs", "text/javascript; charset=utf-8", false}, {".bcmap", "application/octet-stream", false}, {".pfb", "application/octet-stream", false}, {".ttf", "font/ttf", false}};

constexpr std::pair<std::string_view, std::string_view> content_types[] = {
    {".css", "text/css; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"}, {".svg", "image/svg+xml"}};

[[noreturn]] void refuse_missing() { throw Error(ErrorKind::missing, "ファイルが見つかりません。", "アドレスを確かめてください。"); }

std::string content_type_of(std::string_view name) {
  for (const auto& [ending, type] : content_types) {
    if (name.ends_with(ending)) return std::string(type);
  }
  return "application/octet-stream";
}

std::vector<StaticFile> load() {
  std::vector<StaticFile> files;
  for (const auto& [name, content] : static_contents) {
    std::string hash = store::sha256(content).substr(0, 16);
    files.push_back({std::string(name), content_type_of(name), "\"" + hash + "\"", "/static/" + std::string(name) + "?v=" + hash, content});
  }
  return files;
}

}  // namespace

const std::vector<StaticFile>& static_files() {
  static const std::vector<StaticFile> files = load();
  return files;
}

bool holds(const Headers& request, std::string_view etag) {
  std::string_view tags = header_of(request, "If-None-Match");
  return tags == "*" || tags.find(etag) != tags.npos;
}

Response static_response(const std::string& name, const std::string& version, const Headers& request) {
  const auto& files = static_files();
  auto file = std::ranges::find(files, name, &StaticFile::name);
  if (file == files.end()) refuse_missing();
  bool exact = !version.empty() && file->versioned_url.ends_with("=" + version);
  Response response;
  response.headers = {{"ETag", file->etag},
                      {"Cache-Control", std::string(exact ? for_ever : "no-cache")},
                      // The server may compress it.
                      {"Vary", "Accept-Encoding"}};
  if (holds(request, file->etag)) {
    response.status = 304;
    return response;
  }
  response.content_type = file->content_type;
  response.body = file->content;
  return response;
}

Response packaged_response(const std::filesystem::path& folder, const std::string& name) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  auto kind = std::ranges::find_if(packaged, [&](const Packaged& one) { return name.ends_with(one.ending); });
  bool is_name = kind != std::end(packaged) && !name.starts_with('.') && name.find_first_not_of(letters) == std::string::npos;
  std::error_code error;
  uint64_t size = is_name && !folder.empty() ? std::filesystem::file_size(folder / name, error) : 0;
  if (size == 0 || error) refuse_missing();
  Response response;
  response.headers = {{"Cache-Control", std::string(kind->for_ever ? for_ever : for_a_day)}};
  response.content_type = kind->type;
  response.file = FilePart{folder / name, 0, size};
  return response;
}

}  // namespace web

}  // namespace shirube
