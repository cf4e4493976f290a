# Compilers, flags and the choices a preset makes.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)  # found in one folder, linked by tests and the program

set(FRESHET_MAX_RING 6 CACHE STRING "Highest ring built: 2 is the portable core, 6 is everything.")
set(FRESHET_SANITIZE "" CACHE STRING "Sanitizers, as after -fsanitize=; for instance address,undefined.")
set(FRESHET_WITH "AUTO" CACHE STRING "Default of every FRESHET_WITH_<NAME>: AUTO, ON or OFF.")
option(FRESHET_COVERAGE "Compile as libFuzzer wants it (clang only)." OFF)
option(FRESHET_FUZZ "Build the fuzz targets and nothing else; needs FRESHET_COVERAGE." OFF)
option(FRESHET_PORTABLE "Cross build: tests/portable only." OFF)

# Line numbers and cheap assertions of the standard library, yet fast enough for the golden streams. -g1 halves the time to
# compile; who steps through code says -DCMAKE_CXX_FLAGS_DEV="-O0 -g".
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1 -D_GLIBCXX_ASSERTIONS")
set(CMAKE_CXX_FLAGS_SANITIZED "-O1 -g1 -D_GLIBCXX_ASSERTIONS")
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -g1 -DNDEBUG")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Dev, Sanitized or Release." FORCE)
endif()

find_program(FRESHET_CCACHE ccache)
if(FRESHET_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${FRESHET_CCACHE})
endif()
find_program(FRESHET_MOLD mold)
if(FRESHET_MOLD AND NOT CMAKE_CROSSCOMPILING)
  add_link_options(-fuse-ld=mold)
endif()

# Sums may not be contracted into fused multiply-adds: the same bits on every target. A square root is one instruction.
add_compile_options(-ffp-contract=off -fno-math-errno -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # -Wconversion means more to clang than to g++; the difference is not asked for. Inside libstdc++ 12, stable algorithms
  # use what C++17 deprecates, and clang says so; g++ goes on warning of our own.
  add_compile_options(-Wthread-safety -Wno-sign-conversion -Wno-implicit-int-float-conversion
                      -Wno-deprecated-declarations)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # At -O3 g++ 12 sees overflows in inlined std::vector and std::string that aren't there (gcc bugs 105329, 105651); the
  # preset asan looks for real ones.
  add_compile_options(-Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()
if(FRESHET_SANITIZE)
  # vptr needs RTTI, which the core doesn't have.
  add_compile_options(-fsanitize=${FRESHET_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FRESHET_SANITIZE})
  add_compile_definitions(FRESHET_SANITIZED)  # for tests that do less then; compilers don't agree on a name
  if(FRESHET_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize=vptr)
  endif()
endif()
if(FRESHET_COVERAGE)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
if(NOT CMAKE_CROSSCOMPILING)
  find_package(Threads REQUIRED)
endif()

# What a machine's architecture brings, for kernel/<isa>/ folders.
string(TOLOWER "${CMAKE_SYSTEM_PROCESSOR}" processor)
if(processor MATCHES "^(x86_64|amd64|i[3-6]86)$")
  set(FRESHET_ISA x86)
elseif(processor MATCHES "^(aarch64|arm64)$")
  set(FRESHET_ISA neon)
elseif(processor MATCHES "^wasm")
  set(FRESHET_ISA wasm)
else()
  set(FRESHET_ISA none)
endif()

# Flags of one file, by the suffix of its name. No -mfma: sums keep their order and their rounding.
function(freshet_isa_flags)
  foreach(source IN LISTS ARGN)
    if(source MATCHES "_sse2\\.cc$")
      set(flags -msse2)
    elseif(source MATCHES "_avx2\\.cc$")
      set(flags -mavx2 -mbmi -mbmi2)
    elseif(source MATCHES "_avx512\\.cc$")
      set(flags -mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl -mavx512vbmi2 -mbmi -mbmi2)
      # GCC 12's own header of these makes "undefined" values of themselves (GCC bug 105593).
      if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        list(APPEND flags -Wno-uninitialized -Wno-maybe-uninitialized)
      endif()
    elseif(source MATCHES "_simd128\\.cc$")
      set(flags -msimd128)
    else()
      continue()
    endif()
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${flags}" SKIP_UNITY_BUILD_INCLUSION ON)
  endforeach()
endfunction()
