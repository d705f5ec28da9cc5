#pragma once

#include "text/error.h"

namespace shirube::search {

/// An index that cannot be used: missing, damaged, or of another version or dictionary. The documents are not in it; it is
/// made anew of the database. Its kind is unavailable.
class UnreadableIndex : public Error {
 public:
  using Error::Error;
};

}  // namespace shirube::search
