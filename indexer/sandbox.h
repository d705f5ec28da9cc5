#pragma once

#include <string>
#include <vector>

namespace shirube::indexer {

/// What the kernel granted.
struct Sandbox {
  bool calls = false;  ///< seccomp: only the system calls that reading needs; no network, no program, no writing
  bool files = false;  ///< Landlock (Linux 5.13): only fonts, code tables and libraries can be opened
};

/// The folders that stay readable: what poppler, ICU and iconv read beside a file.
const std::vector<std::string>& readable_folders();

/// Takes from this process, for the rest of its life, all that reading untrusted bytes does not need.
/// Whatever such bytes make it do, it cannot connect, start a program, write, or read the office's
/// files. What the kernel does not know is left out.
Sandbox enter_sandbox();

}  // namespace shirube::indexer
