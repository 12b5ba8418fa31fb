# Compiler settings that every target shares.
option(PENSTOCK_BUILD_TESTS "Build the tests" ON)
option(PENSTOCK_BUILD_BENCH "Build the benchmarks" OFF)
option(PENSTOCK_BUILD_FUZZERS "Build the fuzzers; needs clang, and fuzzer-no-link in PENSTOCK_SANITIZE" OFF)
set(PENSTOCK_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them: address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Else it doesn't take a file whose headers are precompiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

add_library(penstock_options INTERFACE)
target_compile_options(penstock_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Wcast-qual -Woverloaded-virtual -Wformat=2 -Werror
  -fstack-protector-strong -D_GLIBCXX_ASSERTIONS
  # Names and lines of what is on the stack; more makes compiling a third longer.
  $<$<CONFIG:RelWithDebInfo>:-g1>
  # Needs optimisation, and is what sanitizers do better: not in Debug.
  "$<$<NOT:$<OR:$<CONFIG:Debug>,$<BOOL:$<TARGET_PROPERTY:PENSTOCK_UNOPTIMISED>>>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
# All symbols are resolved at the start, and what they were written to is read-only from then on.
target_link_options(penstock_options INTERFACE -Wl,-z,relro,-z,now)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  # SSE4.2: on every x86-64 server since 2009. CRC-32C and RapidJSON's SIMD need it.
  target_compile_options(penstock_options INTERFACE -march=x86-64-v2)
endif()
if(PENSTOCK_SANITIZE)
  target_compile_options(penstock_options INTERFACE -fsanitize=${PENSTOCK_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(penstock_options INTERFACE -fsanitize=${PENSTOCK_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # RapidJSON 1.1.0 asks for no room at the null pointer of an empty stack.
    target_compile_options(penstock_options INTERFACE -fno-sanitize=pointer-overflow)
    target_link_options(penstock_options INTERFACE -fuse-ld=lld)
  else()
    # Each check that may fail has its place in the data: programs that can be loaded anywhere are half as large again, and
    # have to set millions of addresses at each start.
    target_link_options(penstock_options INTERFACE -no-pie)
    if(PENSTOCK_SANITIZE STREQUAL "thread")
      # Asio has atomic_thread_fence, which ThreadSanitizer doesn't model; g++ warns of it.
      target_compile_options(penstock_options INTERFACE -Wno-tsan)
    endif()
  endif()
endif()
