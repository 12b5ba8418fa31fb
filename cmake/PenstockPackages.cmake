# All libraries, in one place. Each room links what it uses; all are Debian 12 packages.
# scripts/lib/packages lists the packages' names.
find_package(Boost 1.81 REQUIRED COMPONENTS url)
find_package(OpenSSL 3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
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
target_compile_definitions(penstock_asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_REGEX
                           BOOST_BEAST_USE_STD_STRING_VIEW)

add_library(penstock_rapidjson INTERFACE)
target_include_directories(penstock_rapidjson SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIR})
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_definitions(penstock_rapidjson INTERFACE RAPIDJSON_SSE42)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  target_compile_definitions(penstock_rapidjson INTERFACE RAPIDJSON_NEON)
endif()
