#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "corpus/clause.h"

namespace shirube::corpus {

/// Gives each clause of an edition its `path` and its `locator`.
///
/// A path is permanent: it depends only on the labels of the clause and of those above it. Articles
/// are numbered through a document, so chapters do not enter their paths; the first paragraph of an
/// article counts as 1 although it is not a clause of its own.
///
///   第12条第2項第1号       12-2-1        第12条の2第1項ア   12_2-1-ア
///   第12条第1号            12-1-1        附則第2条          fusoku-2
///   第3編第2章6.1(3)       p3-c2-6.1-3   別紙1 ４ （１）    besshi1-4-1
///
/// A path that would come twice gets ~2, ~3 and so on. The locator is written as officials cite it;
/// 「第1項」 is named only where the article has a second one. Both stay short: endless labels are cut, and endless
/// nests begin anew.
void assign_addresses(std::vector<Clause>& clauses);

/// The word that the paths of annexes of this name begin with: 別表 beppyo. Empty for what is no such name.
std::string_view annex_step(std::string_view name);

}  // namespace shirube::corpus
