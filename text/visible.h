#pragma once

#include <string>
#include <string_view>

// What of a text people can see. Pure functions, safe from any thread.
namespace shirube::text {

/// `s` as well-formed UTF-8 without what nobody sees: control characters other than tab and line
/// feed, marks of direction, zero-width characters, soft hyphens and byte order marks, and what
/// converters leave where an image or a bookmark was (U+FFFC, 「[image: …]」). Broken bytes become
/// U+FFFD, and glyphs of fonts of signs (U+F0B7) the signs they show or ・. Variation selectors and
/// joiners stay where they belong to the character before them.
std::string visible(std::string_view s);

}  // namespace shirube::text
