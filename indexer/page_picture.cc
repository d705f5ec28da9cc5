#include "indexer/page_picture.h"

#include <png.h>
#include <poppler-document.h>
#include <poppler-image.h>
#include <poppler-page-renderer.h>
#include <poppler-page.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "text/error.h"

namespace shirube::indexer {

PagePicture draw_page(const std::string& pdf, int number) {
  std::unique_ptr<poppler::document> document(poppler::document::load_from_raw_data(pdf.data(), static_cast<int>(std::min<size_t>(pdf.size(), std::numeric_limits<int>::max()))));
  if (!document || document->is_locked()) throw Error(ErrorKind::invalid, "PDFとして読めません。", "原本を開いて確かめてください。");
  std::unique_ptr<poppler::page> page(number >= 1 && number <= document->pages() ? document->create_page(number - 1) : nullptr);
  if (!page) throw Error(ErrorKind::missing, "そのページはありません。", "");
  poppler::rectf box = page->page_rect(poppler::crop_box);
  if (box.width() < 1 || box.height() < 1) throw Error(ErrorKind::invalid, "ページの大きさが正しくありません。", "原本を開いて確かめてください。");
  constexpr double points = 72;
  // Quarter turns are poppler's; box is after them.
  double scale = std::min(picture_width / box.width(), tallest_picture / box.height());
  poppler::page_renderer renderer;
  renderer.set_image_format(poppler::image::format_rgb24);
  renderer.set_render_hints(poppler::page_renderer::antialiasing | poppler::page_renderer::text_antialiasing);
  poppler::image image = renderer.render_page(page.get(), points * scale, points * scale);
  if (!image.is_valid() || image.width() > picture_width + 1 || image.height() > tallest_picture + 1) throw Error(ErrorKind::invalid, "ページを表示できません。", "原本を開いて確かめてください。");
  PagePicture out{image.width(), image.height(), {}};
  for (int y = 0; y < out.height; ++y) out.pixels.append(image.const_data() + static_cast<std::ptrdiff_t>(y) * image.bytes_per_row(), static_cast<size_t>(out.width) * 3);
  return out;
}

std::string to_png(const PagePicture& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = PNG_FORMAT_RGB;
  image.flags = PNG_IMAGE_FLAG_FAST;
  png_alloc_size_t size = 0;
  std::string out;
  if (png_image_write_to_memory(&image, nullptr, &size, 0, picture.pixels.data(), 0, nullptr)) {
    out.resize(size);
    if (png_image_write_to_memory(&image, out.data(), &size, 0, picture.pixels.data(), 0, nullptr)) return out;
  }
  throw Error(ErrorKind::internal, "ページの画像を作れません。", "原本を開いてください。");
}

}  // namespace shirube::indexer
