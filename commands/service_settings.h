#pragma once

#include <cstdint>
#include <memory>

#include "commands/installation.h"
#include "store/backup_keeper.h"
#include "web/server.h"
#include "web/tls.h"

// What the settings of the service become. Each throws Error{invalid} for what cannot be, naming the setting.
namespace shirube::commands {

web::Entrance entrance(const config::Config& config);
/// The plan of backups; null without a folder. `arguments` and the installation must outlive it.
std::unique_ptr<store::BackupKeeper> backup_keeper(const Arguments& arguments, Installation& installation);
/// The certificate that the settings name; null when they name none.
std::unique_ptr<web::Tls> certificate(const config::Config& config);
web::Limits limits_of_requests(const config::Config& config);
web::ServerOptions server_options(const config::Config& config, web::Tls* tls);

/// Lets the process have as many files open as there may be connections: each is one, and so are index and database.
void allow_files(int64_t connections);

}  // namespace shirube::commands
