#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include "tests/places.h"

namespace shirube::test {

const char* const source_folder = SHIRUBE_SOURCE_DIR;
const char* const program = SHIRUBE_PROGRAM;

}  // namespace shirube::test

/// Read by the thread sanitizer. httplib's client makes a regex once, behind a guard in a library that
/// is not built with the sanitizer: the first user's writes and a second user's reads look unordered.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() { return "race:regex_traits<char>\nrace:std::_Base_bitset<4ul>::_M_getword\n"; }
