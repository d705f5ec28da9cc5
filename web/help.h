#pragma once

#include <span>
#include <string_view>

namespace shirube::web {

/// A search that the help page shows and that can be tried there.
struct HelpExample {
  std::string_view section;  ///< key of the section it stands in
  std::string_view q, what;
};
std::span<const HelpExample> help_examples();

}  // namespace shirube::web
