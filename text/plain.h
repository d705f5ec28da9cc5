#pragma once

#include <string>
#include <string_view>

namespace shirube::text {

/// `s` as any file can hold it (XML 1.0): well-formed, CR LF and CR as line feeds, without other control characters than tabs. All else
/// stays, also what nobody sees (visible.h). Pure.
std::string plain(std::string_view s);

}  // namespace shirube::text
