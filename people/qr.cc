#include <fmt/format.h>
#include <qrencode.h>

#include <iterator>
#include <memory>

#include "people/totp.h"
#include "text/error.h"

namespace shirube::people {

std::string qr_svg(std::string_view text) {
  std::unique_ptr<QRcode, decltype(&QRcode_free)> code(QRcode_encodeData(static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M), &QRcode_free);
  if (!code) throw Error(ErrorKind::invalid, "QR コードにするには長すぎます。", "手で入力してください。");
  constexpr int margin = 4;  // ISO/IEC 18004: four modules of quiet
  int side = code->width + 2 * margin;
  std::string svg = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {0}\" role=\"img\" aria-label=\"認証アプリで読み取る QR コード\" shape-rendering=\"crispEdges\">"
                                "<rect width=\"{0}\" height=\"{0}\" fill=\"#fff\"/><path fill=\"#000\" d=\"", side);
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      int begin = x;
      while (x < code->width && (code->data[y * code->width + x] & 1) != 0) ++x;
      if (x > begin) fmt::format_to(std::back_inserter(svg), "M{} {}h{}v1h-{}z", begin + margin, y + margin, x - begin, x - begin);
    }
  }
  return svg + "\"/></svg>";
}

}  // namespace shirube::people
