# What most files include is parsed once. The preset dev does without it: there a file that relies on what it doesn't
# include itself shows.
set(penstock_headers <algorithm> <array> <charconv> <chrono> <cstdint> <deque> <filesystem> <functional> <map> <memory>
  <optional> <set> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector>)
set(penstock_asio_headers <boost/asio/as_tuple.hpp> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp>
  <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp> <boost/asio/post.hpp> <boost/asio/ssl/context.hpp>
  <boost/asio/ssl/stream.hpp> <boost/asio/steady_timer.hpp> <boost/asio/use_awaitable.hpp>)
set(penstock_test_headers <gmock/gmock.h> <gtest/gtest.h>)

# penstock_precompile(<target> [HEADER…])
# What is precompiled is large, and takes longest to compile: all targets of a kind share it. A target that wants headers
# of its own has all for itself.
function(penstock_precompile target)
  get_target_property(libraries ${target} LINK_LIBRARIES)
  get_target_property(unoptimised ${target} PENSTOCK_UNOPTIMISED)
  set(headers ${penstock_headers})
  set(shared penstock_headers)
  set(needs penstock_options)
  if("${libraries}" MATCHES penstock_asio)
    list(APPEND headers ${penstock_asio_headers})
    list(APPEND needs penstock_asio)
    string(APPEND shared _asio)
  endif()
  if(unoptimised)
    list(APPEND headers ${penstock_test_headers})
    list(APPEND needs penstock_test_support)
    string(APPEND shared _test)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang") # as ccache asks for it
    set(for_ccache "SHELL:-Xclang -fno-pch-timestamp")
  else()
    set(for_ccache -fpch-preprocess)
  endif()
  target_compile_options(${target} PRIVATE ${for_ccache})
  if(ARGN)
    target_precompile_headers(${target} PRIVATE ${headers} ${ARGN})
    return()
  endif()
  if(NOT TARGET ${shared})
    file(TOUCH ${CMAKE_BINARY_DIR}/headers.cpp)
    add_library(${shared} OBJECT ${CMAKE_BINARY_DIR}/headers.cpp)
    target_link_libraries(${shared} PRIVATE ${needs})
    target_compile_options(${shared} PRIVATE ${for_ccache})
    target_precompile_headers(${shared} PRIVATE ${headers})
    if(unoptimised)
      penstock_unoptimised(${shared})
    endif()
  endif()
  target_precompile_headers(${target} REUSE_FROM ${shared})
endfunction()

# penstock_room(<name> SOURCES … [PUBLIC …] [PRIVATE …] [PRECOMPILE <header>…])
# One library a room. Its public headers are in include/penstock/<name>; what it links is what it may include. What it
# links privately is for this build alone: whoever uses an installed room gets nothing of it (PenstockClient).
function(penstock_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;PUBLIC;PRIVATE;PRECOMPILE" ${ARGN})
  add_library(penstock_${name} STATIC ${ROOM_SOURCES})
  add_library(penstock::${name} ALIAS penstock_${name})
  target_include_directories(penstock_${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>
                             PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(penstock_${name} PUBLIC ${ROOM_PUBLIC})
  foreach(library IN ITEMS penstock_options LISTS ROOM_PRIVATE)
    target_link_libraries(penstock_${name} PRIVATE $<BUILD_INTERFACE:${library}>)
  endforeach()
  penstock_precompile(penstock_${name} ${ROOM_PRECOMPILE})
endfunction()

# Of a test program: the rooms are compiled as they are for users; optimising the tests takes longer than it saves.
function(penstock_unoptimised target)
  set_target_properties(${target} PROPERTIES PENSTOCK_UNOPTIMISED ON)
  target_compile_options(${target} PRIVATE -O0)
endfunction()

# penstock_unit_test(<room> SOURCES … [LIBRARIES …] [PRECOMPILE <header>…])
# One test program a room, tests/unit/<room>/*_test.cpp.
function(penstock_unit_test room)
  cmake_parse_arguments(TEST "" "" "SOURCES;LIBRARIES;PRECOMPILE" ${ARGN})
  add_executable(${room}_unit_test ${TEST_SOURCES})
  target_include_directories(${room}_unit_test PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${room}_unit_test PRIVATE penstock::${room} ${TEST_LIBRARIES} penstock_test_support)
  penstock_unoptimised(${room}_unit_test)
  penstock_precompile(${room}_unit_test ${TEST_PRECOMPILE})
  add_test(NAME unit.${room} COMMAND ${room}_unit_test)
  set_tests_properties(unit.${room} PROPERTIES LABELS unit)
endfunction()
