#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

// Formulas on one line, as people type them: 1/2, 10^6, x_1, √(a+b), Σ_(i=1)^n. Pure functions.
namespace shirube::indexer {

/// A formula of Office Math (ECMA-376 part 1, 22.1). Parts of more than a number or a word stand in brackets;
/// what is no formula gives the texts (*:t) below it in their order.
std::string linear_formula(pugi::xml_node formula);

/// What an EQ field draws (ECMA-376 part 1, 17.16.5.22): of what is laid over each other (rings, old ruby) the last.
std::string drawn_by_eq(std::string_view instruction);

/// True when raised `words` behind `before` are a power: of a number, and a number. Then a ^ keeps 10⁶ from being 106.
/// The mark of a note behind a word is none.
bool is_power(std::string_view before, std::string_view words);

}  // namespace shirube::indexer
