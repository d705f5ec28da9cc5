#include "store/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <thread>
#include <utility>

#include "store/workplace.h"
#include "tests/temporary_folder.h"
#include "text/error.h"

using namespace shirube;
using store::Files;
namespace fs = std::filesystem;

namespace {

/// Done once, before this thread takes its next lock.
thread_local std::function<void()> before_lock;

}  // namespace

/// In place of the C library's.
extern "C" int flock(int fd, int operation) noexcept {
  if (auto first = std::exchange(before_lock, {})) first();
  return static_cast<int>(::syscall(SYS_flock, fd, operation));
}

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

TEST_CASE("what a kill left beside originals goes, and what is being written stays") {
  TemporaryFolder folder;
  store::Files files(folder / "files");
  fs::path kept = files.path_of(files.put("kept"));
  auto left = [&](const std::string& name) {
    std::ofstream(kept.parent_path() / name) << "left";
    return kept.parent_path() / name;
  };
  fs::path old = left("abcd.shirube-123-4.tmp"), written = left("abcd.shirube-123-5.tmp");
  std::vector<fs::path> others = {left("mine.tmp"), left("report.2024-1.tmp"), left("a.shirube-1-x.tmp"), left("a.shirube--1.tmp"), left(".shirube-1-2.tmp"), kept};
  int fd = ::open(written.c_str(), O_RDONLY);
  REQUIRE(::flock(fd, LOCK_EX) == 0);
  store::clear_left(folder / "files");
  CHECK_FALSE(fs::exists(old));
  CHECK(fs::exists(written));
  for (const auto& other : others) CHECK(fs::exists(other));
  ::close(fd);
  store::clear_left(folder / "files");
  CHECK_FALSE(fs::exists(written));
  store::clear_left(folder / "none");
}

TEST_CASE("originals are kept while somebody clears up") {
  TemporaryFolder folder;
  store::Files files(folder / "files");
  std::atomic<bool> done{false};
  std::jthread clearing([&] {
    while (!done) store::clear_left(folder / "files");
  });
  for (int i = 0; i < 300; ++i) CHECK(files.verify(files.put("original " + std::to_string(i))) == store::Files::State::good);
  done = true;
}

TEST_CASE("a place that is taken for one that was left, before it is locked, is made anew") {
  TemporaryFolder folder;
  before_lock = [&] { store::Workplace another(folder.path()); };
  store::Workplace place(folder.path());
  CHECK(fs::is_directory(place.path()));
  CHECK_FALSE(before_lock);
  { store::Workplace another(folder.path()); }
  CHECK(fs::is_directory(place.path()));
}

TEST_CASE("of many who make themselves a place in one folder at once, each keeps theirs") {
  TemporaryFolder folder;
  std::atomic<int> lost{0};
  {
    std::vector<std::jthread> people;
    for (int person = 0; person < 4; ++person) {
      people.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          store::Workplace place(folder.path());
          std::ofstream(place.path() / "work") << "x";
          // Whoever comes now finds it in use.
          { store::Workplace another(folder.path()); }
          lost += !fs::exists(place.path() / "work");
        }
      });
    }
  }
  CHECK(lost == 0);
  CHECK(fs::is_empty(folder.path()));
}
