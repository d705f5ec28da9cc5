#include "web/event_export.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "text/instant.h"
#include "text/utf8.h"
#include "web/event_list.h"

namespace shirube::web {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr size_t longest_cell = 8000;  // bytes; what append() keeps is shorter

struct Format {
  EventFormat format;
  std::string_view name, type;
};
constexpr Format formats[] = {
    {EventFormat::csv, "csv", "text/csv; charset=utf-8"}, {EventFormat::jsonl, "jsonl", "application/jsonl; charset=utf-8"}, {EventFormat::syslog, "syslog", "text/plain; charset=utf-8"}};

/// A cell that begins like a formula, also behind spaces or in full width, gets an apostrophe, which spreadsheets do not show.
std::string cell(std::string_view value) {
  std::string clean = store::printable(value, longest_cell);
  std::string_view trimmed = text::trim(clean);
  constexpr std::string_view computed[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠", "−"};
  bool harmful = std::ranges::any_of(computed, [&](auto sign) { return trimmed.starts_with(sign); });
  return "\"" + std::string(harmful ? "'" : "") + text::replace_all(clean, "\"", "\"\"") + "\"";
}

std::string csv(std::initializer_list<std::string_view> cells) {
  std::string line;
  for (auto value : cells) line += (line.empty() ? "" : ",") + cell(value);
  return line + "\r\n";
}

std::string json_line(const store::EventRow& event, bool whole) {
  bool plain = true;
  nlohmann::ordered_json out = {{"id", event.id}, {"at", event.at}, {"action", event.action}};
  if (!event.kept) {
    out["removed"] = true;
  } else {
    const std::pair<const char*, const std::string*> fields[] = {{"clock", &event.clock},   {"actor", &event.actor},   {"address", &event.address}, {"subject", &event.subject},
                                                                 {"detail", &event.detail}, {"before", &event.before}, {"after", &event.after},     {"salt", &event.salt}};
    // As it is kept, as the hash is of that. What append() would not have let in goes out as escapes.
    for (const auto& [name, value] : fields) {
      out[name] = *value;
      plain = plain && store::printable(*value, longest_cell) == *value;
    }
  }
  if (!whole) out["whole"] = false;
  out["content"] = event.content, out["hash"] = event.hash;
  return out.dump(-1, ' ', !plain, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

/// A header field of RFC 5424: printable ASCII without spaces, or "-".
std::string header_field(std::string_view value, size_t longest) {
  std::string out;
  for (char c : value.substr(0, longest)) {
    if (c > ' ' && c < 0x7f) out += c;
  }
  return out.empty() ? "-" : out;
}

std::string parameter(std::string_view name, std::string_view value) {
  if (value.empty()) return "";
  std::string escaped;
  for (char c : store::printable(value, longest_cell)) {
    if (c == '"' || c == '\\' || c == ']') escaped += '\\';
    escaped += c;
  }
  return fmt::format(" {}=\"{}\"", name, escaped);
}

std::string syslog_line(const store::EventRow& event, bool whole) {
  static const std::string host = [] {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? header_field(name.data(), 255) : std::string("-");
  }();
  constexpr int priority = 13 * 8 + 6;
  // 32473 is the number that RFC 5612 gives to examples: this program has none of its own.
  std::string data = fmt::format("[event@32473 id=\"{}\"", event.id);
  const std::pair<const char*, const std::string*> fields[] = {{"actor", &event.actor},   {"address", &event.address}, {"action", &event.action}, {"subject", &event.subject}, {"detail", &event.detail},
                                                               {"before", &event.before}, {"after", &event.after},     {"clock", &event.clock},   {"hash", &event.hash}};
  for (const auto& [name, value] : fields) data += parameter(name, *value);
  if (!whole) data += parameter("whole", "false");
  std::string words = store::printable(fmt::format("{} {} {}", event.actor, action_label(event.action), event.subject), longest_cell);
  return fmt::format("<{}>1 {} {} shirube - {} {}] {}{}\n", priority, text::is_instant(event.at) ? event.at : "-", host, header_field(event.action, 32), data, byte_order_mark, words);
}

}  // namespace

std::optional<EventFormat> event_format(std::string_view name) {
  auto found = std::ranges::find(formats, name, &Format::name);
  return found == std::end(formats) ? std::nullopt : std::optional(found->format);
}

std::string_view type_of(EventFormat format) { return std::ranges::find(formats, format, &Format::format)->type; }
std::string_view name_of(EventFormat format) { return std::ranges::find(formats, format, &Format::format)->name; }

std::string head_of(EventFormat format) {
  if (format != EventFormat::csv) return "";
  return std::string(byte_order_mark) + csv({"番号", "日時", "だれ", "どこから", "操作", "操作の名前", "対象", "内容", "前", "後", "時計のずれ", "ハッシュ"});
}

std::string line_of(EventFormat format, const store::EventRow& event, bool whole) {
  if (format == EventFormat::jsonl) return json_line(event, whole);
  if (format == EventFormat::syslog) return syslog_line(event, whole);
  return csv({std::to_string(event.id), text::local_time(event.at), event.actor, event.address, action_label(event.action), event.action, event.subject,
              whole ? std::string_view(event.detail) : "（この資料は公開範囲の外のため、示しません）", event.before, event.after, text::local_time(event.clock), event.hash});
}

}  // namespace shirube::web
