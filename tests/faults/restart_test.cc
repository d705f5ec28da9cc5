// A service that is told to stop while it exchanges itself for itself, as it does when terms or roles were changed.
#include <random>

#include "tests/faults/fixture.h"

using namespace shirube;

namespace {

/// Changes the table of roles, after which the service begins anew.
int change_roles(const Running& service, const Office& office) {
  std::string text = slurp(office.folder / "config/access.toml"), body;
  for (const auto& [name, value] : {std::pair<std::string, std::string>("version", store::sha256(text)), {"text", text + "# changed\n"}, {"action", "apply"}}) {
    body += "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }
  auto answer = service.client().Post("/admin/settings/access", from_here(), body + "--b--\r\n", "multipart/form-data; boundary=b");
  return answer ? answer->status : 0;
}

size_t starts(const Running& service) {
  size_t count = 0;
  std::string said = service.said();
  for (size_t at = 0; (at = said.find("しるべを始めました", at)) != said.npos; ++at) ++count;
  return count;
}

}  // namespace

TEST_CASE("a signal in the instant of the exchange stops the new service") {
  Office office;
  office.found();
  Running service(office.data, office.settings, office.folder.path(), fated("SHIRUBE_FATE_SIGNAL=1"));
  REQUIRE(change_roles(service, office) == 303);
  CHECK(service.ends());
  CHECK(starts(service) == 2);
}

TEST_CASE("a signal on the way to the exchange stops the service") {
  Office office;
  office.found();
  std::mt19937 random(1);
  for (int round = 0; round < 10; ++round) {
    INFO("round " << round);
    Running service(office.data, office.settings, office.folder.path());
    REQUIRE(change_roles(service, office) == 303);
    if (round > 0) std::this_thread::sleep_for(std::chrono::microseconds(random() % 600'000));
    service.tell(SIGTERM);
    CHECK(service.ends());
    CHECK(starts(service) <= 2);
  }
  office.require_clean();
}
