#include <fmt/format.h>
#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "indexer/extract.h"
#include "indexer/readers/mail_header.h"
#include "indexer/readers/readers.h"
#include "text/date.h"
#include "text/error.h"
#include "text/utf8.h"

namespace shirube::indexer {
namespace {

constexpr int kMostParts = 1000, kDeepest = 20;
constexpr size_t kMostDecodedBytes = size_t{256} << 20;

struct Unref {
  void operator()(void* object) const {
    if (object) g_object_unref(object);
  }
};
template <class T>
using Ref = std::unique_ptr<T, Unref>;

/// What a media type is called where an attachment has no name.
struct Ending {
  std::string_view type, ending;
};
constexpr Ending kEndings[] = {
    {"application/pdf", ".pdf"}, {"application/msword", ".doc"}, {"application/vnd.ms-excel", ".xls"}, {"application/vnd.ms-powerpoint", ".ppt"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"}, {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"}, {"application/vnd.oasis.opendocument.text", ".odt"},
    {"application/vnd.oasis.opendocument.spreadsheet", ".ods"}, {"application/zip", ".zip"}, {"application/x-zip-compressed", ".zip"}, {"application/rtf", ".rtf"}, {"text/rtf", ".rtf"},
    {"application/xml", ".xml"}, {"text/xml", ".xml"}, {"text/plain", ".txt"}, {"text/html", ".html"}, {"text/csv", ".csv"}, {"text/markdown", ".md"}, {"text/calendar", ".ics"},
    {"message/rfc822", ".eml"}, {"image/jpeg", ".jpg"}, {"image/png", ".png"}, {"image/gif", ".gif"}, {"image/tiff", ".tif"},
};

/// Parts that only prove or carry something: no document of anybody.
constexpr std::string_view kDropped[] = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-keys", "application/pgp-encrypted",
                                         "text/rfc822-headers", "message/delivery-status", "message/disposition-notification", "message/global-delivery-status"};

struct Body {
  std::string bytes, charset;
  bool html = false, flowed = false, delsp = false;
};

struct Attachment {
  std::string name;    ///< empty: it has none, and gets one by its media type
  std::string ending;
  std::string bytes;
};

/// What was found in a message, or in one branch of it.
struct Found {
  std::vector<Body> bodies;
  std::vector<Attachment> attachments;
  std::vector<GMimeMessage*> messages;  ///< attached ones; they live as long as the outermost
  size_t images = 0;
  bool outlook = false;
};

std::string lower(const char* s) {
  std::string out = s ? s : "";
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string media_type(GMimeObject* part) {
  auto* type = g_mime_object_get_content_type(part);
  return type ? lower(g_mime_content_type_get_media_type(type)) + "/" + lower(g_mime_content_type_get_media_subtype(type)) : "text/plain";
}

std::string header(GMimeObject* object, const char* name) {
  auto* found = g_mime_header_list_get_header(g_mime_object_get_header_list(object), name);
  const char* raw = found ? g_mime_header_get_raw_value(found) : nullptr;
  return raw ? decode_header(raw) : "";
}

/// A name without folders and without what cannot be seen; empty when there is none.
std::string clean_name(const char* raw) {
  std::string name = decode_header(raw ? raw : "");
  if (auto slash = name.find_last_of("/\\"); slash != name.npos) name.erase(0, slash + 1);
  std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return std::string(text::trim(text::clamp_utf8(name, 250)));
}

std::string file_name(GMimeObject* part) {
  auto* disposition = g_mime_object_get_content_disposition(part);
  auto name = clean_name(disposition ? g_mime_content_disposition_get_parameter(disposition, "filename") : nullptr);
  auto other = clean_name(g_mime_object_get_content_type_parameter(part, "name"));
  // Old encodings lose characters that the other of the two names may have kept.
  bool lossy = name.empty() || name.find('?') != name.npos || name.find("\uFFFD") != name.npos;
  return lossy && !other.empty() && other.find('?') == other.npos ? other : name;
}

/// Takes a message apart, counting parts, depth and bytes.
class Opener {
 public:
  Found open(GMimeObject* part, int depth = 0) {
    if (!part) return {};
    if (depth > kDeepest) throw Error(ErrorKind::invalid, fmt::format("メールの入れ子が深すぎます（{} 段まで）", kDeepest), "添付された中のメールを取り出して登録してください。");
    if (++parts_ > kMostParts) throw Error(ErrorKind::invalid, fmt::format("メールの部分が多すぎます（{} まで）", kMostParts), "添付ファイルを取り出して登録してください。");
    auto type = media_type(part);
    refuse_encrypted(part, type);
    if (GMIME_IS_MULTIPART(part)) return open_multipart(GMIME_MULTIPART(part), type, depth);
    Found found;
    if (std::ranges::find(kDropped, type) != std::end(kDropped)) return found;
    if (GMIME_IS_MESSAGE_PART(part)) {
      if (auto* message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part))) found.messages.push_back(message);
      return found;
    }
    if (GMIME_IS_PART(part)) open_part(GMIME_PART(part), type, found);
    return found;
  }

  std::string contents(GMimePart* part) {
    auto* content = g_mime_part_get_content(part);
    if (!content) return {};
    Ref<GMimeStream> memory(g_mime_stream_mem_new());
    g_mime_data_wrapper_write_to_stream(content, memory.get());
    auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
    decoded_ += bytes->len;
    if (decoded_ > kMostDecodedBytes) throw Error(ErrorKind::invalid, "メールの添付ファイルが大きすぎます（合計 256 MiB まで）", "添付ファイルを取り出して登録してください。");
    return {reinterpret_cast<const char*>(bytes->data), bytes->len};
  }

 private:
  static void refuse_encrypted(GMimeObject* part, const std::string& type) {
    const char* hint = "メールソフトで復号し、暗号化されていない形で保存して登録してください。";
    if (type == "multipart/encrypted") throw Error(ErrorKind::invalid, "暗号化されたメールです（PGP など）", hint);
    if (type != "application/pkcs7-mime" && type != "application/x-pkcs7-mime") return;
    auto kind = lower(g_mime_object_get_content_type_parameter(part, "smime-type"));
    if (kind == "signed-data") throw Error(ErrorKind::invalid, "本文が署名の中に包まれたメールです（S/MIME）", "メールソフトで開き、署名のない形で保存して登録してください。");
    if (kind != "certs-only") throw Error(ErrorKind::invalid, "暗号化されたメールです（S/MIME）", hint);
  }

  Found open_multipart(GMimeMultipart* multipart, const std::string& type, int depth) {
    Found all;
    int count = g_mime_multipart_get_count(multipart);
    if (type == "multipart/signed") count = std::min(count, 1);
    std::vector<Body> chosen;
    bool plain = false;
    for (int i = 0; i < count; ++i) {
      Found one = open(g_mime_multipart_get_part(multipart, i), depth + 1);
      std::ranges::move(one.attachments, std::back_inserter(all.attachments));
      all.messages.insert(all.messages.end(), one.messages.begin(), one.messages.end());
      all.images += one.images;
      all.outlook = all.outlook || one.outlook;
      if (type != "multipart/alternative") {
        std::ranges::move(one.bodies, std::back_inserter(all.bodies));
        continue;
      }
      // Ways to say the same: plain text if there is one that says something, else the last.
      bool said = std::ranges::any_of(one.bodies, [](auto& body) { return !text::trim(body.bytes).empty(); });
      bool is_plain = std::ranges::none_of(one.bodies, &Body::html);
      if (said && !plain) chosen = std::move(one.bodies), plain = is_plain;
    }
    if (type == "multipart/alternative") all.bodies = std::move(chosen);
    return all;
  }

  void open_part(GMimePart* part, const std::string& type, Found& found) {
    auto* object = GMIME_OBJECT(part);
    auto name = file_name(object);
    bool attached = lower(g_mime_object_get_disposition(object)) == "attachment";
    if (type == "application/ms-tnef" || type == "application/vnd.ms-tnef" || lower(name.c_str()) == "winmail.dat") {
      found.outlook = true;
      return;
    }
    if (type.starts_with("image/") && !attached && (name.empty() || g_mime_object_get_content_id(object) || lower(g_mime_object_get_disposition(object)) == "inline")) {
      ++found.images;
      return;
    }
    if ((type == "text/plain" || type == "text/html") && !attached && name.empty()) {
      Body body{contents(part), lower(g_mime_object_get_content_type_parameter(object, "charset")), type == "text/html"};
      body.flowed = lower(g_mime_object_get_content_type_parameter(object, "format")) == "flowed";
      body.delsp = lower(g_mime_object_get_content_type_parameter(object, "delsp")) == "yes";
      found.bodies.push_back(std::move(body));
      return;
    }
    auto ending = std::ranges::find(kEndings, type, &Ending::type);
    found.attachments.push_back({std::move(name), ending == std::end(kEndings) ? "" : std::string(ending->ending), contents(part)});
  }

  int parts_ = 0;
  size_t decoded_ = 0;
};

/// Lines that format=flowed broke for the screen are whole again (RFC 3676).
std::string unflow(const std::string& s, bool delsp) {
  std::string out;
  for (auto line : split_lines(s)) {
    bool soft = line.ends_with(' ') && line != "-- " && !line.starts_with(">");
    if (soft && delsp) line.remove_suffix(1);
    if (line.starts_with(' ')) line.remove_prefix(1);
    out += line;
    if (!soft) out += '\n';
  }
  return out;
}

void read_body(const Body& body, Extract& e) {
  if (body.html && body.charset.empty()) {
    // A page that tells its encoding itself.
    auto page = read_html(body.bytes);
    e.encoding = page.encoding;
    std::ranges::move(page.pages, std::back_inserter(e.pages));
    std::ranges::move(page.warnings, std::back_inserter(e.warnings));
    if (e.facts.title.empty()) e.facts.title = page.facts.title;
    return;
  }
  auto decoded = decode_declared(body.bytes, body.charset);
  note_encoding(decoded, e);
  if (body.html) {
    auto facts = e.facts;
    read_html_text(decoded.text, e);
    if (!facts.title.empty()) e.facts = facts;
    return;
  }
  if (decoded.text.size() > kMostTextBytes) throw Error(ErrorKind::invalid, "メールの本文が大きすぎます（64 MiB まで）", "本文を分けて登録してください。");
  if (text::trim(decoded.text).starts_with("-----BEGIN PGP MESSAGE-----"))
    throw Error(ErrorKind::invalid, "暗号化されたメールです（PGP）", "メールソフトで復号し、暗号化されていない形で保存して登録してください。");
  auto words = body.flowed ? unflow(decoded.text, body.delsp) : std::move(decoded.text);
  e.pages.push_back(page_of_lines(words));
}

/// The day in Japan; empty when the header has none that can be.
std::string day_of(GMimeMessage* message) {
  auto* when = g_mime_message_get_date(message);
  if (!when) return {};
  auto japan = std::unique_ptr<GDateTime, void (*)(GDateTime*)>(g_date_time_new_from_unix_utc(g_date_time_to_unix(when) + 9 * 3600), g_date_time_unref);
  if (!japan) return {};
  text::Date date{g_date_time_get_year(japan.get()), g_date_time_get_month(japan.get()), g_date_time_get_day_of_month(japan.get())};
  return date.year > 1980 && text::is_valid(date) ? text::to_iso(date) : std::string{};
}

bool says_something(const Extract& e) {
  return std::ranges::any_of(e.pages, [](auto& page) { return std::ranges::any_of(page.lines, [](auto& line) { return !text::trim(line.text).empty(); }); });
}

std::string attached_name(GMimeMessage* message, size_t number) {
  std::string subject;
  for (char c : header(GMIME_OBJECT(message), "Subject"))
    if (c != '/' && c != '\\') subject += c;
  return subject.empty() ? fmt::format("添付{}.eml", number) : std::string(text::clamp_utf8(subject, 200)) + ".eml";
}

std::string bytes_of(GMimeObject* object) {
  char* raw = g_mime_object_to_string(object, nullptr);
  std::string out = raw ? raw : "";
  g_free(raw);
  return out;
}

/// A page that a browser saved in the form of a mail (MHTML).
bool is_saved_page(GMimeMessage* message) {
  auto* object = GMIME_OBJECT(message);
  auto* part = g_mime_message_get_mime_part(message);
  auto type = part ? media_type(part) : "";
  bool saved = header(object, "From").starts_with("<Saved by") || header(object, "From").find("保存") != std::string::npos || !header(object, "Snapshot-Content-Location").empty();
  bool sent = !header(object, "To").empty() || !header(object, "Received").empty();
  return (type == "multipart/related" || type == "text/html") && (saved || (!sent && header(object, "From").empty()));
}

/// The first of its pages that has words: a frameset is followed by what stands in its frames.
Extract read_saved_page(Found& found) {
  std::optional<Error> reason;
  for (auto& body : found.bodies) {
    if (!body.html) continue;
    try {
      Extract e;
      read_body(body, e);
      e.media_type = "multipart/related";
      return e;
    } catch (const Error& error) {
      if (!reason) reason = error;
    }
  }
  if (reason) throw *reason;
  throw Error(ErrorKind::invalid, "ページの本文がありません（MHTML）", "ブラウザで開き、HTMLとして保存し直して登録してください。");
}

Extract read_message(GMimeMessage* message, int depth) {
  Opener opener;
  auto* part = g_mime_message_get_mime_part(message);
  Found found = opener.open(part);
  if (is_saved_page(message)) return read_saved_page(found);
  Extract e;
  e.media_type = "message/rfc822";
  e.facts.title = header(GMIME_OBJECT(message), "Subject");
  e.facts.issued = day_of(message);
  for (auto& body : found.bodies) {
    if (text::trim(body.bytes).empty()) continue;
    try {
      read_body(body, e);
    } catch (const Error&) {
      // A page of images only, beside text or attachments, is no reason to refuse these.
      if (!body.html || (found.bodies.size() == 1 && found.attachments.empty() && found.messages.empty())) throw;
    }
  }
  // What only forwards another mail is that mail.
  if (!says_something(e) && found.attachments.empty() && found.messages.size() == 1 && depth < kDeepest) return read_message(found.messages[0], depth + 1);
  for (auto& attachment : found.attachments) {
    auto name = attachment.name.empty() ? fmt::format("添付{}{}", e.members.size() + 1, attachment.ending) : std::move(attachment.name);
    e.members.push_back({std::move(name), std::move(attachment.bytes)});
  }
  for (auto* attached : found.messages) e.members.push_back({attached_name(attached, e.members.size() + 1), bytes_of(GMIME_OBJECT(attached))});
  if (found.images) e.warnings.push_back(image_warning(found.images));
  if (found.outlook) e.warnings.push_back("添付の winmail.dat（Outlook 独自形式）は読めません。中のファイルが必要なら、Outlook で開いて取り出し、登録してください。");
  if (!says_something(e) && e.members.empty()) throw Error(ErrorKind::invalid, "本文のないメールです", "メールソフトで開いて中身を確かめ、必要なら添付ファイルを登録してください。");
  return e;
}

}  // namespace

Extract read_mail(const std::string& bytes) {
  static const bool started = [] {
    g_mime_init();
    return true;
  }();
  static_cast<void>(started);
  Ref<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  Ref<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  bool mbox = bytes.starts_with("From ");
  g_mime_parser_set_format(parser.get(), mbox ? GMIME_FORMAT_MBOX : GMIME_FORMAT_MESSAGE);
  auto options = std::unique_ptr<GMimeParserOptions, void (*)(GMimeParserOptions*)>(g_mime_parser_options_new(), g_mime_parser_options_free);
  const char* charsets[] = {"utf-8", "CP932", "iso-8859-1", nullptr};
  g_mime_parser_options_set_fallback_charsets(options.get(), charsets);
  Ref<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), options.get()));
  if (!message) throw Error(ErrorKind::invalid, "メールとして読めません", "メールソフトで保存し直して（.eml）登録してください。");
  auto e = read_message(message.get(), 0);
  if (mbox && !g_mime_parser_eos(parser.get())) e.warnings.push_back("複数のメールを収めたファイルです。最初の1通だけを読みました。1通ずつ（.eml）保存して登録してください。");
  return e;
}

}  // namespace shirube::indexer
