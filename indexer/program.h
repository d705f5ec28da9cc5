#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace shirube::indexer {

/// What a program of its own is to make of one file, and what that may cost.
struct Task {
  std::filesystem::path program;
  std::vector<std::string> starter;      ///< what starts it, where it does not start by itself: a shell and its words
  std::vector<std::string> arguments;    ///< 「{}」 in them is the private folder, where it also starts
  std::vector<std::string> environment;  ///< NAME=value, besides PATH, LANG, HOME and TMPDIR
  std::vector<std::pair<std::string, std::string>> settings;  ///< files of that folder that it finds there, and what they hold
  std::string input, output;             ///< files of that folder
  unsigned cpu_seconds, wall_seconds;
  uint64_t memory_bytes;                 ///< address space
  uint64_t file_bytes;                   ///< of each file it writes
};

struct Made {
  bool in_time = true;
  std::string bytes;  ///< of the output; empty when there is none: what programs say by their exit code is not believed
};

/// Runs a program over a file: in a process group of its own with a private folder that is gone afterwards, in a
/// ProgramSandbox, without network where the kernel allows, its limits set before it starts. What it started in that group does not live on (one that leaves the group may). What it makes is
/// as untrusted as what it was given. Throws Error{unavailable} when it cannot be started, or when `stop` was set
/// meanwhile. Safe from any thread.
Made run(const std::string& bytes, const Task& task, const std::atomic<bool>& stop);

}  // namespace shirube::indexer
