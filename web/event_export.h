#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/event_log.h"

// Events as other programs read them. Pure functions.
namespace shirube::web {

enum class EventFormat {
  csv,     ///< for spreadsheets: UTF-8 with a mark, CRLF, every cell quoted, none that a spreadsheet would compute (RFC 4180, OWASP)
  jsonl,   ///< one JSON object a line, all fields, so that the chain can be verified elsewhere (store/event_chain.h)
  syslog,  ///< RFC 5424, a line each: facility 13 (log audit), severity 6, the fields as structured data
};
/// csv, jsonl, syslog.
std::optional<EventFormat> event_format(std::string_view name);

/// The media type, and what a file of it is called.
std::string_view type_of(EventFormat format);
std::string_view name_of(EventFormat format);

/// What stands before all events: a heading, or nothing.
std::string head_of(EventFormat format);
/// One event with its line end. Characters of control never go out as such. `whole`: false where something was left out of it.
std::string line_of(EventFormat format, const store::EventRow& event, bool whole = true);

}  // namespace shirube::web
