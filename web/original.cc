#include "web/original.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "text/error.h"
#include "text/utf8.h"
#include "web/static_files.h"
#include "web/target.h"

namespace shirube::web {

namespace {

constexpr uint64_t largest_shown_text = 16 << 20;

// Chromium's PDF viewer starts under it all the same (seen with 156).
constexpr const char* policy = "sandbox; default-src 'none'; frame-ancestors 'none'";

struct Appearance {
  std::string content_type;
  const char* disposition;
};

bool is_utf8_file(const std::filesystem::path& path, uint64_t size) {
  return size <= largest_shown_text && text::is_valid_utf8(store::read_file(path, largest_shown_text));
}

Appearance appearance_of(const std::string& media_type, const std::filesystem::path& path, uint64_t size) {
  if (media_type == "application/pdf") return {media_type, "inline"};
  bool is_text = media_type == "text/plain" || media_type == "text/markdown";
  // In another encoding a browser would have to guess, and show nonsense where it guesses wrong.
  if (is_text && is_utf8_file(path, size)) return {"text/plain; charset=utf-8", "inline"};
  return {"application/octet-stream", "attachment"};
}

struct ByteRange {
  uint64_t first, last;
};
enum class RangeKind { whole, part, unsatisfiable };

std::optional<uint64_t> read_number(std::string_view digits) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

/// Reads "bytes=first-last", "bytes=first-" or "bytes=-length". What is no such range is ignored, as
/// RFC 9110 14.2 says.
RangeKind read_range(std::string_view header, uint64_t size, ByteRange& range) {
  constexpr std::string_view unit = "bytes=";
  size_t dash = header.find('-');
  if (!header.starts_with(unit) || dash == header.npos || header.find(',') != header.npos) return RangeKind::whole;
  std::string_view from = header.substr(unit.size(), dash - unit.size()), to = header.substr(dash + 1);
  auto first = read_number(from), last = read_number(to);
  if ((!from.empty() && !first) || (!to.empty() && !last) || (!first && !last)) return RangeKind::whole;
  if (!first) {
    if (*last == 0 || size == 0) return RangeKind::unsatisfiable;
    range = {size - std::min(*last, size), size - 1};
    return RangeKind::part;
  }
  if (last && *last < *first) return RangeKind::whole;
  if (*first >= size) return RangeKind::unsatisfiable;
  range = {*first, std::min(last.value_or(size - 1), size - 1)};
  return RangeKind::part;
}

/// Sets the status and the bytes to send.
void choose_bytes(Response& response, const Headers& request, const std::string& etag, uint64_t size) {
  std::string_view condition = header_of(request, "If-Range");
  std::string_view header = condition.empty() || condition == etag ? header_of(request, "Range") : "";
  ByteRange range{};
  switch (read_range(header, size, range)) {
    case RangeKind::whole: return;
    case RangeKind::part:
      response.status = 206;
      response.headers.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", range.first, range.last, size));
      response.file->offset = range.first;
      response.file->length = range.last - range.first + 1;
      return;
    case RangeKind::unsatisfiable:
      response.status = 416;
      response.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
      response.file.reset();
      response.content_type.clear();
  }
}

}  // namespace

std::string content_disposition(std::string_view type, const std::string& file_name) {
  std::string ascii;
  for (char c : file_name) ascii += (c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '%') ? c : '_';
  return fmt::format("{}; filename=\"{}\"; filename*=UTF-8''{}", type, ascii, percent_encode(file_name));
}

Response original_response(const corpus::Edition& edition, const store::Files& files, const Headers& request) {
  if (edition.file_sha256.empty()) throw Error(ErrorKind::missing, "この版の原本は保管されていません。", "条項の本文をご覧ください。");
  auto path = files.path_of(edition.file_sha256);
  std::error_code error;
  uint64_t size = std::filesystem::file_size(path, error);
  if (error) throw Error(ErrorKind::unavailable, "原本のファイルを開けません。", "管理者に連絡してください（shirube check で調べられます）。");
  std::string etag = "\"" + edition.file_sha256.substr(0, 32) + "\"";
  Appearance appearance = appearance_of(edition.media_type, path, size);
  Response response;
  // Asked for anew each time: the document may have been closed to this reader meanwhile.
  response.headers = {{"ETag", etag}, {"Cache-Control", "private, no-cache"}, {"Content-Security-Policy", policy}};
  if (holds(request, etag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Disposition", content_disposition(appearance.disposition, edition.file_name.empty() ? "original" : edition.file_name));
  response.headers.emplace_back("Accept-Ranges", "bytes");
  response.content_type = appearance.content_type;
  response.file = FilePart{path, 0, size};
  choose_bytes(response, request, etag, size);
  return response;
}

}  // namespace shirube::web
