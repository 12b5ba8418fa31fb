# What is in the programs of others, as CycloneDX: share/doc/<package>/<program>.cdx.json. Made after the link, of what
# the program is loaded with; sbom.cmake asks dpkg whose that is.
find_program(DPKG_QUERY dpkg-query)
find_program(OBJDUMP objdump)
if(NOT DPKG_QUERY OR NOT OBJDUMP)
  message(STATUS "No CycloneDX documents: they need dpkg-query and objdump")
  return()
endif()

# One header of each library that is compiled in and that no program is loaded with.
find_file(BOOST_ASIO_HEADER boost/asio.hpp HINTS ${Boost_INCLUDE_DIRS} REQUIRED)
set(headers_of_all ${BOOST_ASIO_HEADER} ${RAPIDJSON_INCLUDE_DIR}/rapidjson/reader.h ${CLI11_INCLUDE_DIR}/CLI/CLI.hpp)

# penstock_sbom(<program> <component of its installation>)
function(penstock_sbom program component)
  set(made ${CMAKE_BINARY_DIR}/sbom/${program}.cdx.json)
  add_custom_command(OUTPUT ${made}
    COMMAND ${CMAKE_COMMAND} -D PROGRAM=$<TARGET_FILE:${program}> -D VERSION=${PROJECT_VERSION}
      "-D HEADERS=${headers_of_all}" -D DPKG_QUERY=${DPKG_QUERY} -D OBJDUMP=${OBJDUMP} -D OUT=${made}
      -P ${PROJECT_SOURCE_DIR}/cmake/sbom.cmake
    DEPENDS ${program} ${PROJECT_SOURCE_DIR}/cmake/sbom.cmake ${PROJECT_SOURCE_DIR}/cmake/licences.cmake
    COMMENT "Writing ${program}.cdx.json" VERBATIM)
  add_custom_target(${program}_sbom ALL DEPENDS ${made})
  add_dependencies(sbom ${program}_sbom)
  install(FILES ${made} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${program} COMPONENT ${component})
endfunction()

add_custom_target(sbom)
penstock_sbom(penstock runtime)
penstock_sbom(penstock-sim simulator)
