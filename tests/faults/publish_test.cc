// The service and the command line publish at the same time.
#include <sys/mman.h>

#include "tests/faults/fixture.h"
#include "text/error.h"

using namespace shirube;

namespace {

constexpr int rounds = 30;

/// Publishes drafts in two processes at once. How many of them did; the other was refused.
int publish_at_once(const std::string& data, std::pair<int64_t, int64_t> ids) {
  auto* ready = static_cast<std::atomic<int>*>(::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(ready != MAP_FAILED);
  enum { published = 0, refused = 1, failed = 2 };
  std::vector<pid_t> processes;
  for (int64_t id : {ids.first, ids.second}) {
    pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid > 0) {
      processes.push_back(pid);
      continue;
    }
    ::alarm(120);  // where the other came to grief, it is not waited for without end
    int code = failed;
    try {
      store::Database database(data + "/shirube.db", store::Database::Open::existing);
      indexer::Desk desk(database, store::Files(data + "/files"), {});
      auto all = corpus::Viewer::everything();
      int64_t revision = desk.drafts().find(all, id).value().revision;
      for (++*ready; *ready < 2;) {}
      desk.publish(all, id, revision, false);
      code = published;
    } catch (const Error& e) {
      code = e.kind() == ErrorKind::conflict ? refused : failed;
    } catch (...) {
    }
    ::_exit(code);
  }
  int did = 0;
  for (pid_t pid : processes) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) != failed);
    did += WEXITSTATUS(status) == published;
  }
  ::munmap(ready, sizeof *ready);
  return did;
}

}  // namespace

TEST_CASE("of two processes that publish for one name, one does and the other is asked") {
  Office office;
  office.found();
  for (int round = 0; round < rounds; ++round) {
    INFO("round " << round);
    std::string slug = "doji-" + std::to_string(round);
    int64_t one = office.draft(slug + "-a", slug), other = round % 2 ? one : office.draft(slug + "-b", slug);
    CHECK(publish_at_once(office.data, {one, other}) == 1);
    store::Database database(office.data + "/shirube.db", store::Database::Open::existing);
    CHECK(corpus::Library(database).editions(corpus::Viewer::everything(), slug).size() == 1);
  }
  REQUIRE(office.run({"ingest", office.policy, "--effective", "2025-04-01"}) == 0);
  office.require_clean();
}
