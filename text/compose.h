#pragma once

#include <string>
#include <string_view>

namespace shirube::text {

/// Composed (NFC, UAX #15) and else as it is, so that what is typed on different machines is the same. Ill-formed bytes become
/// U+FFFD. Pure, safe from any thread.
std::string compose(std::string_view s);

}  // namespace shirube::text
