#include "text/normalize.h"

#include <unicode/unorm2.h>

#include <algorithm>

#include "text/error.h"
#include "text/utf8.h"

namespace shirube::text {

namespace {

const UNormalizer2* casefold() {
  static const UNormalizer2* instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2* n = unorm2_getNFKCCasefoldInstance(&status);
    if (U_FAILURE(status)) throw Error(ErrorKind::internal, "ICU の正規化データを読み込めません。", "libicu の導入を確認してください。");
    return n;
  }();
  return instance;
}

bool is_dash(char32_t c) {
  return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFE63 || c == 0xFF0D || c == 0x2500 || c == 0x2501;
}

/// Old form, new form, and so on. Both take the same bytes in UTF-8.
constexpr std::u32string_view old_and_new = U"髙高﨑崎邉辺邊辺齋斎齊斉濵浜濱浜澤沢廣広國国學学眞真櫻桜嶋島龍竜瀧滝惠恵壽寿榮栄圓円彌弥條条驛駅縣県區区會会發発實実總総經経營営"
                                            U"證証單単從従數数萬万與与假仮價価爲為當当處処廳庁應応戰戦權権歸帰氣気淺浅滿満獨独畫画禮礼續続聲声舊旧藝芸覺覚讀読變変豐豊轉転醫医釋釈鐵鉄"
                                            U"關関隨随靜静顯顕點点齒歯勞労勳勲團団圍囲壓圧專専對対寫写將将屬属峽峡嶽岳帶帯廢廃德徳恆恒惱悩戲戯戶戸拂払拔抜擇択擔担據拠擧挙擴拡攝摂收収敎教"
                                            U"曉暁樂楽樓楼樣様歐欧歷歴殘残每毎沒没淨浄溫温濟済灣湾爐炉狀状獵猟獻献瘦痩盡尽碎砕禪禅稱称穩穏竝並粹粋絲糸繪絵繼継聯連肅粛膽胆臟臓莊荘號号蠶蚕"
                                            U"裝装觀観觸触譯訳讓譲賣売踐践輕軽辭辞遲遅遞逓遙遥鄕郷釀醸錄録錢銭鑄鋳險険雜雑霸覇靈霊驗験髮髪鷄鶏鹽塩麥麦默黙齡齢龜亀";
constexpr char32_t kanji_begin = 0x4E00, kanji_end = 0xFB00;

/// New forms by old ones; 0 for all other characters.
const std::vector<char16_t>& new_forms() {
  static const std::vector<char16_t> table = [] {
    std::vector<char16_t> forms(kanji_end - kanji_begin);
    for (size_t i = 0; i + 1 < old_and_new.size(); i += 2) {
      if (old_and_new[i] != old_and_new[i + 1]) forms[old_and_new[i] - kanji_begin] = static_cast<char16_t>(old_and_new[i + 1]);
    }
    return forms;
  }();
  return table;
}

char32_t new_form(char32_t c) { return c >= kanji_begin && c < kanji_end ? new_forms()[c - kanji_begin] : U'\0'; }

/// Characters that fold to themselves and combine with nothing before them.
bool is_plain(char32_t c) {
  if (c < 0x80) return c > ' ' && c != 0x7F && !(c >= 'A' && c <= 'Z') && c != '-';
  return (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA) || c == 0x30FC || (c >= 0x4E00 && c <= 0x9FFF && new_form(c) == 0) ||
         c == 0x3001 || c == 0x3002 || (c >= 0x300C && c <= 0x300F) || c == 0x3005;
}

/// The folding that goes beyond Unicode's; 0 when there is none. Hyphens are treated apart.
char32_t house_fold(char32_t c) {
  if (is_space(c)) return ' ';
  if (char32_t kanji = new_form(c)) return kanji;
  switch (c) {
    case 0x301C: case 0xFF5E: case 0x223C: return '~';
    case 0xFF65: case 0x00B7: case 0x2022: case 0x22C5: return 0x30FB;
    default: return 0;
  }
}

void append_utf16(std::u16string& out, char32_t c) {
  if (c < 0x10000) {
    out.push_back(static_cast<char16_t>(c));
  } else {
    out.push_back(static_cast<char16_t>(0xD7C0 + (c >> 10)));
    out.push_back(static_cast<char16_t>(0xDC00 | (c & 0x3FF)));
  }
}

/// The folding of a segment that ICU has to see.
void append_folded(std::string& out, const std::u16string& segment) {
  char16_t buffer[256];
  UErrorCode status = U_ZERO_ERROR;
  int32_t length = unorm2_normalize(casefold(), segment.data(), static_cast<int32_t>(segment.size()), buffer, 256, &status);
  std::u16string longer;
  const char16_t* result = buffer;
  if (status == U_BUFFER_OVERFLOW_ERROR) {
    longer.resize(static_cast<size_t>(length));
    status = U_ZERO_ERROR;
    length = unorm2_normalize(casefold(), segment.data(), static_cast<int32_t>(segment.size()), longer.data(), length, &status);
    result = longer.data();
  }
  if (U_FAILURE(status)) return;
  for (int32_t i = 0; i < length; ++i) {
    char32_t c = result[i];
    if (c >= 0xD800 && c < 0xDC00 && i + 1 < length) c = 0x10000 + ((c - 0xD800) << 10) + (static_cast<char32_t>(result[++i]) - 0xDC00);
    if (char32_t house = house_fold(c)) c = house;
    else if (is_dash(c)) c = '-';
    append_utf8(out, c);
  }
}

constexpr size_t longest_segment = 64;  // characters; a longer heap of combining marks is cut

}  // namespace

Normalized normalize(std::string_view s) {
  Normalized out;
  out.text_.reserve(s.size());
  out.original_size_ = s.size();
  auto start_run = [&](size_t original, bool verbatim) {
    // A verbatim run that goes on needs no entry of its own.
    if (verbatim && !out.runs_.empty() && out.runs_.back().verbatim &&
        out.runs_.back().original + (out.text_.size() - out.runs_.back().at) == original) {
      return;
    }
    out.runs_.push_back({static_cast<uint32_t>(out.text_.size()), static_cast<uint32_t>(original), verbatim});
  };
  char32_t before = 0;
  size_t i = 0;
  while (i < s.size()) {
    auto [c, length] = code_point_at(s, i);
    size_t next = i + length;
    char32_t after = next < s.size() ? code_point_at(s, next).value : 0;
    bool alone = after < 0x300 || is_plain(after);
    if (is_plain(c) && alone) {
      start_run(i, true);
      out.text_.append(s.substr(i, length));
    } else if (c >= 'A' && c <= 'Z' && alone) {
      start_run(i, true);
      out.text_.push_back(static_cast<char>(c - 'A' + 'a'));
    } else if (is_dash(c)) {
      start_run(i, false);
      if (is_katakana(before) && is_katakana(after)) append_utf8(out.text_, 0x30FC);
      else out.text_.push_back('-');
    } else if (char32_t house = house_fold(c); house != 0 && c != 0x200B && c != 0xFEFF) {
      start_run(i, false);
      append_utf8(out.text_, house);
    } else {
      std::u16string segment;
      append_utf16(segment, c);
      for (size_t count = 1; next < s.size() && count < longest_segment; ++count) {
        auto follow = code_point_at(s, next);
        if (unorm2_hasBoundaryBefore(casefold(), static_cast<UChar32>(follow.value))) break;
        append_utf16(segment, follow.value);
        next += follow.length;
      }
      start_run(i, false);
      append_folded(out.text_, segment);
    }
    before = c;
    i = next;
  }
  return out;
}

std::string to_hiragana(std::string_view s) {
  std::string out;
  for (size_t i = 0; i < s.size();) {
    auto [c, length] = code_point_at(s, i);
    append_utf8(out, c >= U'ァ' && c <= U'ヶ' ? c - (U'ァ' - U'ぁ') : c);
    i += length;
  }
  return out;
}

std::string fold(std::string_view original) { return normalize(original).text(); }

const Normalized::Run& Normalized::run_of(size_t at) const {
  // Several runs may begin at one place when something folded to nothing: the last one holds bytes.
  auto after = std::upper_bound(runs_.begin(), runs_.end(), at, [](size_t value, const Run& run) { return value < run.at; });
  return *(after - 1);
}

size_t Normalized::original_begin(size_t at) const {
  if (runs_.empty() || at >= text_.size()) return original_size_;
  const Run& run = run_of(at);
  return run.verbatim ? run.original + (at - run.at) : run.original;
}

size_t Normalized::original_end(size_t at) const {
  if (runs_.empty() || at == 0) return 0;
  const Run& run = run_of(at - 1);
  if (run.verbatim) return run.original + (at - run.at);
  const Run* next = &run + 1;
  return next < runs_.data() + runs_.size() ? next->original : original_size_;
}

}  // namespace shirube::text
