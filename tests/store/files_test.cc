#include "store/files.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;
using store::Files;

TEST_CASE("SHA-256 is that of FIPS 180-4") {
  CHECK(store::sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(store::sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("an original is stored once, whole, and verified") {
  TemporaryFolder folder;
  Files files(folder / "files");
  std::string bytes(100'000, 'x');
  std::string hash = files.put(bytes);
  CHECK(hash == store::sha256(bytes));
  CHECK(files.put(bytes) == hash);
  CHECK(store::read_file(files.path_of(hash), 1 << 20) == bytes);
  CHECK(files.verify(hash) == Files::State::good);
  size_t entries = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "files")) entries += entry.is_regular_file();
  CHECK(entries == 1);
  std::ofstream(files.path_of(hash), std::ios::app) << "!";
  CHECK(files.verify(hash) == Files::State::altered);
  std::filesystem::remove(files.path_of(hash));
  CHECK(files.verify(hash) == Files::State::missing);
}

TEST_CASE("reading minds its limit") {
  TemporaryFolder folder;
  std::ofstream(folder / "big") << std::string(100, 'x');
  CHECK(store::read_file(folder / "big", 100).size() == 100);
  CHECK_THROWS_AS(store::read_file(folder / "big", 99), Error);
  CHECK_THROWS_AS(store::read_file(folder / "none", 99), Error);
}
