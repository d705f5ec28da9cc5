// Any lines are taken into a library, or refused one by one with a reason.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>

#include "indexer/ingest.h"
#include "store/database.h"
#include "tests/temporary_folder.h"

namespace {

using namespace shirube;

struct Held {
  TemporaryFolder folder;
  store::Database database{folder / "shirube.db"};
  corpus::Library library{database};
  indexer::Ingest ingest{library, store::Files(folder / "files"), {}};
  int inputs = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr int most_inputs = 500;  // what was taken stays: begin anew before it is much
  static std::unique_ptr<Held> held;
  if (!held || ++held->inputs > most_inputs) held = std::make_unique<Held>();
  const std::atomic<bool> stop{false};
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  auto report = [](const indexer::Report& one) {
    if (one.outcome == indexer::Report::Outcome::refused && (one.reason.empty() || one.hint.empty())) std::abort();
  };
  held->ingest.lines(in, "a", report, [](auto) {}, stop);
  return 0;
}
