#pragma once

// Where the tests run. Known to one object file, so that the others are the same in every checkout.
namespace shirube::test {

extern const char* const source_folder;  ///< of the checkout
extern const char* const program;        ///< the shirube executable

}  // namespace shirube::test
