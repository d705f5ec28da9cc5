#include "office/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "office/letter.h"
#include "text/error.h"

namespace shirube::office {

namespace {

using Json = nlohmann::json;

constexpr std::string_view signature = "\x89PNG\r\n\x1A\n";

std::string from_base64(std::string_view encoded) {
  std::string out;
  uint32_t bits = 0;
  int held = 0;
  for (char c : encoded) {
    int value = c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
    if (value < 0) continue;
    bits = bits << 6 | static_cast<uint32_t>(value);
    held += 6;
    if (held >= 8) out += static_cast<char>(bits >> (held -= 8) & 0xFF);
  }
  return out;
}

std::string bytes_of(const Json& png) {
  if (png.is_binary()) return {png.get_binary().begin(), png.get_binary().end()};
  if (!png.is_string()) return {};
  const auto& said = png.get_ref<const std::string&>();
  return said.starts_with(signature) ? said : from_base64(said);
}

uint32_t number_at(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace

std::optional<Picture> picture_of(const Json& image, const std::string& name) {
  constexpr double widest_mm = 160, largest_mm = 500, mm_per_pixel = 25.4 / 96;
  constexpr uint32_t most_pixels = 30'000;
  if (!image.is_object()) return {};
  auto png = image.find("png");
  if (png == image.end() || png->is_null()) return {};
  Picture picture{bytes_of(*png), 0, 0};
  // The first chunk is the header: its length and name, then width and height.
  bool sound = picture.png.starts_with(signature) && picture.png.size() >= 24 && picture.png.size() <= largest_picture && std::string_view(picture.png).substr(12, 4) == "IHDR";
  uint32_t width = sound ? number_at(picture.png, 16) : 0, height = sound ? number_at(picture.png, 20) : 0;
  if (width == 0 || height == 0 || width > most_pixels || height > most_pixels) {
    throw Error(ErrorKind::invalid, fmt::format("図「{}」は PNG の画像として使えません。", name), fmt::format("{} MiB までの PNG にしてください。", largest_picture >> 20));
  }
  auto said = image.find("width_mm");
  double wanted = said != image.end() && said->is_number() ? said->get<double>() : 0;
  picture.width_mm = wanted > 0 ? std::min(wanted, largest_mm) : std::min(width * mm_per_pixel, widest_mm);
  picture.height_mm = std::min(picture.width_mm * height / width, largest_mm * 2);
  return picture;
}

}  // namespace shirube::office
