#pragma once

#include <string>
#include <vector>

#include "commands/installation.h"
#include "store/event_log.h"
#include "store/event_retention.h"

namespace shirube::commands {

/// The event log of a service: from here on this thread acts as "service"; start and stop are told. For one thread but for keep().
class ServiceEvents {
 public:
  /// Throws Error{invalid} for settings that are no rule or no audience.
  ServiceEvents(Installation& installation, const config::Config& config);
  /// Tells the stop, where a start was told, and logs the head.
  ~ServiceEvents();
  ServiceEvents(const ServiceEvents&) = delete;
  ServiceEvents& operator=(const ServiceEvents&) = delete;

  /// What the App is to tell of readings.
  web::ReadingEvents reading() const;
  void started(const std::string& where);

  /// At once and then every day until the service is told to stop: verifies the chain and puts the head into the log of the service,
  /// which is kept elsewhere. Removes by the rules, but not before the clock had some minutes to be set, nor where it seems to have
  /// leapt (store::leapt).
  void keep();

 private:
  bool verify();
  void retain();
  void log_head();

  Installation& installation_;
  const config::Config& config_;
  std::vector<store::RetentionRule> rules_;
  store::Acting acting_{{"service"}};
  bool started_ = false;
};

}  // namespace shirube::commands
