#pragma once

#include <string>

// Private to corpus/: how places that citations name are compared.
namespace shirube::corpus {

/// A place by another name, both folded: 「第12条第1項」 is the article itself when it has one paragraph or its first is meant.
std::string without_first(const std::string& locator);

}  // namespace shirube::corpus
