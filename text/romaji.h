#pragma once

#include <string>
#include <string_view>
#include <vector>

// Romaji as Japanese input methods take them, Hepburn and Kunrei mixed: shi and si, cha and tya, "nn"
// and "n'" for ん, doubled consonants for っ, xa and la for small ぁ, '-' for the long vowel mark. Pure
// functions, safe from any thread.
namespace shirube::text {

/// What was read of romaji so far.
struct Romaji {
  std::string kana;  ///< hiragana of all that is finished
  std::string rest;  ///< letters that may still become a kana: "g" of "ang", "n" of "an"
  bool operator==(const Romaji&) const = default;
};

/// Reads `typed` (ASCII letters of either case, apostrophe and '-'), likeliest reading first: one, or
/// two where "nn" stands before a vowel or at the end ("kinnen": きんえん as input methods have it, then
/// きんねん as Hepburn). Empty for what is no romaji (iso27001, lgwan).
std::vector<Romaji> read_romaji(std::string_view typed);

/// The kana that may follow an unfinished rest, "g" → が ぎ ぐ げ ご ぎゃ …,
/// "sh" → し しゃ しゅ しょ …, "n" → ん な に …. Empty for what begins no kana.
std::vector<std::string> continuations(std::string_view rest);

}  // namespace shirube::text
