#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "corpus/document.h"
#include "indexer/fetch.h"

namespace shirube::indexer {

/// What a source is, and so how it is looked through.
enum class SourceKind {
  folder,  ///< all files below a folder
  law,     ///< laws of e-Gov's 法令API version 2
  feed,    ///< what an Atom, RSS 2.0 or RSS 1.0 feed lists
  page,    ///< what a web page links to; the page itself is none of it
};

/// A place (収集元) that is watched for new and changed documents.
struct WatchedSource {
  std::string name;                ///< what people call it; unique
  SourceKind kind = SourceKind::page;
  std::string address;             ///< http or https; of laws, what their ids are put behind; of a folder, its absolute path
  std::vector<std::string> laws;   ///< ids or numbers of laws (415AC0000000057)
  std::vector<std::string> hosts;  ///< that may be asked: the address's own, and what was added
  std::vector<std::string> links;  ///< patterns with * and ?, of which a link fits one, in any case of letters; empty: all fit
  corpus::Facts facts;             ///< of what comes from here: kind, issuer, audience, topic
  size_t most = 50;                ///< items that are asked for in one round
  bool enabled = false;
};

struct Sources {
  FetchSettings fetch;
  std::vector<WatchedSource> list;
};

/// Reads a sources.toml, which explains itself: config/sources.toml. Throws Error{missing} without the
/// file and Error{invalid} naming the line of a fault: unknown keys, values of the wrong kind, names
/// that stand twice.
Sources read_sources(const std::filesystem::path& toml);

}  // namespace shirube::indexer
