#include "indexer/ocr.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "indexer/program.h"
#include "text/error.h"

namespace shirube::indexer {

bool can_recognise(const ExtractionLimits& limits) { return !limits.ocr.empty() && ::access(limits.ocr.c_str(), X_OK) == 0; }

std::string recognise(const std::string& bytes, size_t pages, const ExtractionLimits& limits, const std::atomic<bool>& stop) {
  constexpr unsigned seconds_a_page = 30;
  unsigned more = seconds_a_page * static_cast<unsigned>(std::min<size_t>(pages, 10000));
  Task task{limits.ocr,
            {},
            {"--skip-text", "--language", "jpn+eng", "--output-type", "pdf", "--optimize", "0", "--jobs", "1", "--quiet", "{}/input.pdf", "{}/output.pdf"},
            {"OMP_THREAD_LIMIT=1"},
            {},
            "input.pdf",
            "output.pdf",
            limits.cpu_seconds + more,
            limits.wall_seconds + more,
            limits.office_memory_bytes,
            limits.file_bytes};
  Made made = run(bytes, task, stop);
  if (!made.in_time) throw Error(ErrorKind::invalid, fmt::format("文字認識（OCR）が制限時間（{}秒）内に終わりませんでした。", task.wall_seconds), "分割して登録してください。");
  if (made.bytes.empty()) throw Error(ErrorKind::invalid, "文字認識（OCR）ができません。", "ocrmypdf と tesseract-ocr-jpn が入っているか確かめてください。");
  return made.bytes;
}

}  // namespace shirube::indexer
