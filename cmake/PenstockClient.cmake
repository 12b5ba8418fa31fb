# The client of the API as a library for other programs: `cmake --install … --component client`. It is the rooms core
# and remote, static, with their public headers, for find_package(penstock) and pkg-config (docs/client-library.md).
include(CMakePackageConfigHelpers)

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/penstock)

# What the rooms' objects need of other libraries when a program is linked; their headers need only Boost's.
target_link_libraries(penstock_remote INTERFACE
  $<INSTALL_INTERFACE:$<LINK_ONLY:Boost::url>> $<INSTALL_INTERFACE:$<LINK_ONLY:OpenSSL::SSL>>
  $<INSTALL_INTERFACE:$<LINK_ONLY:OpenSSL::Crypto>> $<INSTALL_INTERFACE:$<LINK_ONLY:Threads::Threads>>)
foreach(room IN ITEMS core remote)
  target_compile_features(penstock_${room} INTERFACE $<INSTALL_INTERFACE:cxx_std_20>)
  set_target_properties(penstock_${room} PROPERTIES EXPORT_NAME ${room})
  install(TARGETS penstock_${room} EXPORT penstock-client
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT client
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  # lookup.hpp is the daemon's, and needs Asio's headers.
  install(DIRECTORY include/penstock/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/penstock COMPONENT client
    PATTERN lookup.hpp EXCLUDE)
endforeach()
add_library(penstock_client INTERFACE)
set_target_properties(penstock_client PROPERTIES EXPORT_NAME client)
target_link_libraries(penstock_client INTERFACE penstock_remote penstock_core)
install(TARGETS penstock_client EXPORT penstock-client COMPONENT client)
install(EXPORT penstock-client FILE penstockTargets.cmake NAMESPACE penstock:: DESTINATION ${config_folder}
  COMPONENT client)

configure_package_config_file(cmake/penstockConfig.cmake.in ${CMAKE_BINARY_DIR}/penstockConfig.cmake
  INSTALL_DESTINATION ${config_folder} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/penstockConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/penstockConfig.cmake ${CMAKE_BINARY_DIR}/penstockConfigVersion.cmake
  DESTINATION ${config_folder} COMPONENT client)

# Relative to the file itself, so that the prefix can be chosen when it is installed.
file(RELATIVE_PATH prefix_from_pc ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/penstock.pc.in ${CMAKE_BINARY_DIR}/penstock.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/penstock.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT client)
