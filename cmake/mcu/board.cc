// Starts a Cortex-M4 and serves newlib by semihosting: the debugger (here qemu) prints and ends the
// program.

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <sys/stat.h>

int main();

extern "C" {
extern uint32_t data_source, data_start, data_end, bss_start, bss_end, stack_top;
extern char heap_start, heap_end;
using Function = void (*)();
extern Function init_array_start[], init_array_end[];

int semihosting(int operation, const void* argument) {
  register int r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

[[noreturn]] void _exit(int status) {
  const uint32_t block[2] = {0x20026,
                             static_cast<uint32_t>(status)};  // ADP_Stopped_ApplicationExit
  semihosting(0x20, block);                                   // SYS_EXIT_EXTENDED
  for (;;) {
  }
}

int _write(int, const char* bytes, int count) {
  static const char kName[] = ":tt";  // mode 4, "w": the debugger's standard output
  static const uint32_t open[3] = {reinterpret_cast<uint32_t>(kName), 4, sizeof(kName) - 1};
  static const int output = semihosting(0x01, open);  // SYS_OPEN
  const uint32_t write[3] = {static_cast<uint32_t>(output), reinterpret_cast<uint32_t>(bytes),
                             static_cast<uint32_t>(count)};
  return count - semihosting(0x05, write);  // SYS_WRITE gives what was left over
}

// Memory for newlib's heap grows up to the space kept for the stack.
void* _sbrk(ptrdiff_t bytes) {
  static char* end = &heap_start;
  if (bytes > &heap_end - end) {
    errno = ENOMEM;
    return reinterpret_cast<void*>(-1);
  }
  char* old = end;
  end += bytes;
  return old;
}

void* __dso_handle = nullptr;  // nothing is unloaded here
int _close(int) {
  return -1;
}
int _isatty(int) {
  return 1;
}
int _read(int, char*, int) {
  return 0;
}
int _lseek(int, int, int) {
  return 0;
}
int _getpid() {
  return 1;
}
int _kill(int, int) {
  return -1;
}
int _fstat(int, struct stat* out) {
  out->st_mode = S_IFCHR;
  return 0;
}
void _init() {}
void _fini() {}

void reset_handler() {
  *reinterpret_cast<volatile uint32_t*>(0xE000ED88) |=
      0xFU << 20;  // CPACR: turn the floating-point unit on
  __asm__ volatile("dsb\n isb");
  for (uint32_t *from = &data_source, *to = &data_start; to < &data_end;)
    *to++ = *from++;
  for (uint32_t* to = &bss_start; to < &bss_end;)
    *to++ = 0;
  for (Function* each = init_array_start; each < init_array_end; ++each)
    (*each)();
  _exit(main());
}

void fault_handler() {
  static const char kText[] = "board: processor fault\n";
  _write(1, kText, sizeof(kText) - 1);
  _exit(99);
}

__attribute__((section(".vectors"), used))
const void* const vectors[16] = {&stack_top,
                                 reinterpret_cast<const void*>(reset_handler),
                                 reinterpret_cast<const void*>(fault_handler),
                                 reinterpret_cast<const void*>(fault_handler),
                                 reinterpret_cast<const void*>(fault_handler),
                                 reinterpret_cast<const void*>(fault_handler),
                                 reinterpret_cast<const void*>(fault_handler)};
}
