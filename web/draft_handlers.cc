// What of drafts is neither a page nor JSON: files that are handed in, changes, originals and pictures of their pages.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>

#include "indexer/page_picture.h"
#include "text/error.h"
#include "web/original.h"
#include "web/service.h"

namespace shirube::web {

Response take_files(const Visit& visit) {
  receive_files(visit.service.desk, visit.viewer(), header_of(visit.request.headers, "Content-Type"), visit.request.body);
  return see_other("/drafts");
}

Response take_file(const Visit& visit) {
  return json_response(receive_file(visit.service.desk, visit.viewer(), visit.call.target, visit.request.body), 201);
}

Response take_change(const Visit& visit) {
  Target form = parse_form(visit.request.body);
  if (auto address = change_draft(visit.service.desk, visit.viewer(), visit.call, form)) return see_other(*address);
  return page_response(visit, "draft", refused_draft_view(visit.context(), visit.call, form), 400);
}

Response send_draft_original(const Visit& visit) {
  corpus::Draft draft = draft_of(visit.context(), visit.call);
  corpus::Edition original;
  original.file_sha256 = draft.file_sha256, original.file_name = draft.file_name, original.media_type = draft.media_type;
  return original_response(original, visit.service.files, visit.request.headers);
}

/// Two pictures at a time: drawing a page takes a core and a process.
Response send_page_picture(const Visit& visit) {
  Service& service = visit.service;
  corpus::Draft draft = draft_of(visit.context(), visit.call);
  int page = 0;
  const std::string& word = visit.call.arguments[1];
  std::from_chars(word.data(), word.data() + word.size(), page);
  if (draft.media_type != "application/pdf" || page < 1 || page > draft.pages || std::to_string(page) != word) throw Error(ErrorKind::missing, "このページの画像はありません。", "原本を開いてご覧ください。");
  Response response;
  std::string etag = fmt::format("\"{}-{}\"", draft.file_sha256.substr(0, 32), page);
  response.headers = {{"ETag", etag}, {"Cache-Control", "private, no-cache"}};
  if (header_of(visit.request.headers, "If-None-Match") == etag) {
    response.status = 304;
    return response;
  }
  constexpr auto patience = std::chrono::seconds(2);
  if (!service.drawing.try_acquire_for(patience)) throw Error(ErrorKind::unavailable, "ほかのページの画像を作っています。", "しばらく待ってから、開き直してください。");
  struct Release {
    std::counting_semaphore<>& drawing;
    ~Release() { drawing.release(); }
  } release{service.drawing};
  auto limits = service.options.desk.limits;
  // A page that takes longer is looked at in the original.
  constexpr unsigned longest_drawing = 10;  // seconds
  limits.cpu_seconds = std::min(limits.cpu_seconds, longest_drawing);
  limits.wall_seconds = std::min(limits.wall_seconds, longest_drawing);
  std::string bytes = store::read_file(service.files.path_of(draft.file_sha256), limits.file_bytes);
  response.content_type = "image/png";
  response.body = indexer::to_png(indexer::draw_in_child(bytes, page, limits, service.options.desk.program, std::atomic<bool>(false)));
  return response;
}

}  // namespace shirube::web
