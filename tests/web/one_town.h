#pragma once

#include "tests/web/town.h"

/// One town for all tests that change nothing, and a service on it.
inline Town& town() {
  static Town town;
  return town;
}
inline const shirube::web::App& app() {
  static shirube::web::App app(town().options());
  return app;
}
