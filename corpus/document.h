#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/viewer.h"

namespace shirube::corpus {

/// 種別: law 法令, notice 通知, guideline ガイドライン, policy 規程, procedure 手順, manual マニュアル,
/// commentary 解説, answer 回答, other その他.
std::span<const Choice> document_kinds();
/// A document (資料): a policy, a notice, a law, an answer. Its words are in its editions.
struct Document {
  int64_t id = 0;
  std::string slug;         ///< in addresses; unique
  std::string title;
  std::string short_title;  ///< may be empty
  std::string kind;         ///< key of document_kinds()
  std::string issuer;
  std::string audience;     ///< key of audiences(), or name of a group
  std::string topic;
};

/// Where an edition stands today.
enum class EditionState { current, past, future };
std::string_view name(EditionState state);            ///< current, past, future
std::string_view japanese_name(EditionState state);   ///< 現行, 旧版, 未施行

/// An edition (版) of a document. Immutable once added.
struct Edition {
  int64_t id = 0;
  std::string key;          ///< in addresses: the day it begins, or a number
  std::string label;        ///< in citations: 令和7年4月1日版
  std::string number;       ///< 文書番号
  std::string issued, effective;  ///< ISO dates or empty
  std::string link;         ///< official address of the original, or empty
  std::string file_sha256;  ///< of the original, empty when none is kept
  std::string file_name, media_type;
  std::vector<std::string> warnings;  ///< what a person should look at
  EditionState state = EditionState::current;
  std::string added_at{};   ///< when it came; ISO instant, UTC
};

/// What is known of a document and of one edition before it is added; an empty string is "not
/// said". Strings are UTF-8, dates ISO.
struct Facts {
  std::string slug{}, title{}, short_title{}, kind{}, issuer{}, audience{}, topic{};
  std::string label{}, number{}, issued{}, effective{}, link{};
};

/// The members of Facts by name, as JSON and forms have them.
struct FactField {
  std::string_view name;
  std::string Facts::*field;
};
std::span<const FactField> fact_fields();

/// `over` where it says something, else `under`, member by member.
Facts merged(const Facts& over, const Facts& under);

/// The facts with their words checked and turned into keys, their days (令和8年4月1日) into ISO days. Throws Error{invalid} for facts without a slug, for what is
/// no kind, date or web address, for what can be no audience, and for what is too long. Whether there is a group of the name
/// that an audience gives is known only to the database: Library and Drafts refuse what is none.
Facts checked(Facts facts);

/// The key of an audience by its key or label; any other word is the name of a group, as it is. Throws Error{invalid} for
/// what can be neither (longer than `longest_group` bytes, control characters).
std::string audience_key(std::string_view word);
constexpr size_t longest_group = 120;

}  // namespace shirube::corpus
