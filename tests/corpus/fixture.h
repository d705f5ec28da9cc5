#pragma once

#include "corpus/address.h"
#include "corpus/library.h"
#include "store/database.h"
#include "tests/temporary_folder.h"

/// A library in a database of its own, and two who read it.
struct LibraryFixture {
  TemporaryFolder folder;
  shirube::store::Database database{folder / "a.db"};
  shirube::corpus::Library library{database};
  shirube::corpus::Viewer all = shirube::corpus::Viewer::everything(), staff{{"public", "staff"}};

  shirube::corpus::Added add(const shirube::corpus::NewEdition& edition) { return library.add({&edition, 1}).front(); }
};
