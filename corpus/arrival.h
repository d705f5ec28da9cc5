#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "corpus/document.h"

namespace shirube::store {
class Database;
}

namespace shirube::corpus {

/// An edition as news (最新情報).
struct Arrival {
  Document document;
  Edition edition;
  std::string day;      ///< by which it is listed: 発出日, else 施行日, else the day it was added; ISO
  bool has_earlier = false;  ///< there is an edition before it
};

/// Which of them; an empty member asks for nothing.
struct ArrivalFilter {
  std::string kind{}, issuer{}, topic{};
  std::string audience{};    ///< of the document
  std::string from{}, to{};  ///< days of `day`, both within
  std::string added_after{}; ///< instant: only what came later
};

/// A document that explains another one (解説), and the clause in which it says what the city does about it (対応方針), where it has one.
struct Commentary {
  Document document;
  Edition edition;
  std::optional<std::string> policy_path;
};

/// What has come lately. Safe to share between threads. Each read takes the Viewer, and finds nothing that it may not see.
class Arrivals {
 public:
  explicit Arrivals(const store::Database& database) : database_(database) {}

  /// Those that were added last, the last first, whatever their day.
  std::vector<Arrival> latest(const Viewer& viewer, const ArrivalFilter& filter, size_t most) const;

  /// Newest day first.
  std::vector<Arrival> list(const Viewer& viewer, const ArrivalFilter& filter, size_t first, size_t most) const;

  /// Editions that have yet to take effect, the next first.
  std::vector<Arrival> coming(const Viewer& viewer, size_t most) const;

  /// Editions that take effect between two ISO days, both included, the first first.
  std::vector<Arrival> taking_effect(const Viewer& viewer, const std::string& from, const std::string& to, size_t most) const;

  /// Documents of the kind commentary in force that cite a clause of this edition, or name its number (文書番号) in their text.
  std::vector<Commentary> commentaries(const Viewer& viewer, const Edition& edition) const;

  /// The path of the clause in which an edition says what the city does: the first whose heading speaks of 対応方針.
  std::optional<std::string> policy_path(const Viewer& viewer, const Edition& edition) const;

  /// Distinct topics, for filters, in order; 200 at most.
  std::vector<std::string> topics(const Viewer& viewer) const;

 private:
  std::vector<Arrival> ordered(const Viewer& viewer, const ArrivalFilter& filter, const char* order, size_t first, size_t most) const;

  const store::Database& database_;
};

}  // namespace shirube::corpus
