#pragma once

#include <SQLiteCpp/Exception.h>

#include "text/error.h"

// Private to store/.
namespace shirube::store {

constexpr const char* broken_hint = "サービスを止め、新しいデータフォルダへ shirube restore で控えから戻してください。";

/// SQLite's failures, as a user meets them.
Error translate(const SQLite::Exception& e);

}  // namespace shirube::store
