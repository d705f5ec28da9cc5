// Loaded before the C library into a service of a test (LD_PRELOAD): a clock that others set while it runs, and a signal in the
// one instant in which a program is exchanged for itself.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

/// Seconds by which the clock is wrong: the first eight bytes of a file, which others write.
int64_t shift() {
  static const std::atomic<int64_t>* held = []() -> const std::atomic<int64_t>* {
    const char* file = ::getenv("SHIRUBE_FATE_CLOCK");
    int fd = file ? ::open(file, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return nullptr;
    void* at = ::mmap(nullptr, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    ::close(fd);
    return at == MAP_FAILED ? nullptr : static_cast<const std::atomic<int64_t>*>(at);
  }();
  return held ? held->load() : 0;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* out) noexcept {
  static const auto real = next<int (*)(clockid_t, timespec*)>("clock_gettime");
  int result = real(clock, out);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) out->tv_sec += shift();
  return result;
}

int gettimeofday(timeval* out, void* zone) noexcept {
  static const auto real = next<int (*)(timeval*, void*)>("gettimeofday");
  int result = real(out, zone);
  if (result == 0) out->tv_sec += shift();
  return result;
}

time_t time(time_t* out) noexcept {
  static const auto real = next<time_t (*)(time_t*)>("time");
  time_t now = real(nullptr) + shift();
  if (out) *out = now;
  return now;
}

int execv(const char* path, char* const argv[]) noexcept {
  // Once: the new program is not to be told so again.
  if (::getenv("SHIRUBE_FATE_SIGNAL")) {
    ::unsetenv("SHIRUBE_FATE_SIGNAL");
    ::kill(::getpid(), SIGTERM);
  }
  return next<int (*)(const char*, char* const*)>("execv")(path, argv);
}

}  // extern "C"
