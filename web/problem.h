#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "text/error.h"

namespace shirube::web {

/// A refusal as people and programs are told it.
struct Problem {
  int status;
  std::string title;   ///< of the status, short
  std::string detail;  ///< what happened
  std::string hint;    ///< what one can do; may be empty
};

/// By the status table of the error kinds.
Problem problem_of(const Error& error);
/// By status alone, with the sentences of the table; an unknown status reads as 500.
Problem problem_of(int status);

/// RFC 9457 members, and "hint".
nlohmann::json problem_model(const Problem& problem);

}  // namespace shirube::web
