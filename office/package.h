#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shirube::office {

/// The parts of an Office Open XML file (ECMA-376 part 2), in memory and in their order. For one thread; const functions for any.
class Package {
 public:
  /// What a file may be, and unfold to.
  struct Limits {
    size_t bytes, unpacked, parts;
  };
  /// Throws Error{invalid} for what is no ZIP file, broken, encrypted, or beyond the limits.
  Package(const std::string& bytes, const Limits& limits);

  const std::string* find(std::string_view name) const;  ///< nullptr when there is none
  void put(const std::string& name, std::string bytes);  ///< takes the place of what has that name

  /// [Content_Types].xml first, as Word wants it, and no time anywhere: the same parts give the same bytes.
  std::string packed() const;

 private:
  std::vector<std::pair<std::string, std::string>> parts_;
};

/// The part that holds the relations of a part: word/_rels/document.xml.rels.
std::string relations_part(std::string_view part);
/// A target as it stands beside the part that names it: ../media/a.png of word/document.xml is media/a.png.
std::string resolved(std::string_view part, std::string_view target);

}  // namespace shirube::office
