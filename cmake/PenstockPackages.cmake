# All libraries, in one place. Each room links what it uses; all are Debian 12 packages.
# scripts/lib/packages lists the packages' names.
find_package(Boost 1.81 REQUIRED COMPONENTS url)
find_package(OpenSSL 3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
pkg_check_modules(NCURSES REQUIRED IMPORTED_TARGET ncursesw)
# They ask for an older POSIX than g++ does by itself, and would have precompiled headers apart.
set_target_properties(PkgConfig::NCURSES PROPERTIES INTERFACE_COMPILE_OPTIONS "")
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(CRYPT REQUIRED IMPORTED_TARGET libcrypt)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/reader.h REQUIRED)
find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp REQUIRED)
if(PENSTOCK_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()
if(PENSTOCK_BUILD_BENCH)
  find_package(benchmark REQUIRED)
endif()

# Asio with coroutines, TLS and our choice of what not to compile in.
add_library(penstock_asio INTERFACE)
target_link_libraries(penstock_asio INTERFACE Boost::headers Boost::url OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
target_compile_definitions(penstock_asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_REGEX)
if(PENSTOCK_SANITIZE)
  # Beast 1.81 asserts that it has five bytes of a last chunk (parse_chunk_header). Of one that is the first as well, and
  # comes in parts, it may have four, and means no harm. Users have none of Boost's assertions (NDEBUG). Ours stay.
  target_compile_definitions(penstock_asio INTERFACE BOOST_DISABLE_ASSERTS)
endif()

add_library(penstock_rapidjson INTERFACE)
target_include_directories(penstock_rapidjson SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIR})
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_definitions(penstock_rapidjson INTERFACE RAPIDJSON_SSE42)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  target_compile_definitions(penstock_rapidjson INTERFACE RAPIDJSON_NEON)
endif()
