#pragma once

#include <filesystem>
#include <string>
#include <vector>

struct sock_filter;

namespace shirube::indexer {

/// What the kernel grants.
struct Sandbox {
  bool calls = false;  ///< seccomp: only the system calls that are needed
  bool files = false;  ///< Landlock (Linux 5.13): only the files that are needed
};

/// What this kernel, and the container around it, can grant.
Sandbox supported_sandbox();

/// The folders that stay readable: what poppler, ICU and iconv read beside a file.
const std::vector<std::string>& readable_folders();

/// Takes from this process, for the rest of its life, all that reading untrusted bytes does not need.
/// Whatever such bytes make it do, it cannot connect, start a program, write, or read the office's
/// files. What the kernel does not know is left out. Says what is in force.
Sandbox enter_sandbox();

/// The walls around a program of others that untrusted bytes are given to (LibreOffice), and whatever it starts: it
/// reads what is installed, writes its own folder only, and reaches nobody by a socket. Made before fork(), for
/// nothing can be allocated behind it. What the kernel does not support is left out: without Landlock files stay open
/// to it, without seccomp all. For one thread.
class ProgramSandbox {
 public:
  /// `folder` is the one that may be written. Throws Error{unavailable} when what is supported cannot be made.
  ProgramSandbox(const std::filesystem::path& program, const std::filesystem::path& folder);
  ~ProgramSandbox();
  ProgramSandbox(const ProgramSandbox&) = delete;
  ProgramSandbox& operator=(const ProgramSandbox&) = delete;

  /// Between fork() and exec(), with PR_SET_NO_NEW_PRIVS set: takes the rest from this process. False when the kernel
  /// refuses: then nothing may be started.
  bool enter() const;

 private:
  int rules_ = -1;                   ///< Landlock's
  std::vector<sock_filter> filter_;  ///< seccomp's
};

}  // namespace shirube::indexer
