#pragma once

#include <string>

namespace shirube::indexer {

/// A page of an original as it looks: rows of red, green and blue, a byte each, from the top.
struct PagePicture {
  int width = 0, height = 0;
  std::string pixels;  ///< width × height × 3 bytes
};

/// Pictures are so many pixels wide, enough to read by; a page's shape decides the height, up to `tallest_picture`.
constexpr int picture_width = 1100, tallest_picture = 4000;

/// Draws a page (from 1) of a PDF file. Throws Error{missing} when there is no such page and Error{invalid} for what is no PDF
/// file. Meant for the child process (draw_in_child() in child.h), as the bytes are not to be trusted.
PagePicture draw_page(const std::string& pdf, int page);

/// The picture as a PNG file (ISO/IEC 15948).
std::string to_png(const PagePicture& picture);

}  // namespace shirube::indexer
