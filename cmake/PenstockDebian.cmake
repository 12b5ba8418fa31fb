# Debian packages, by CPack: `cpack --preset release` of a build (docs/install.md).
#
#   penstock      the daemon, its service, documentation; no client library, which is for building with
#   penstock-sim  the simulated API: a machine that runs the daemon has no use for it, and its users none for a service
set(packaging ${PROJECT_SOURCE_DIR}/packaging/deb)
set(made ${CMAKE_BINARY_DIR}/packaging)

# packed(<name> <text file>): made/<name>.gz, without a time or a name in it.
function(packed name from)
  add_custom_command(OUTPUT ${made}/${name}.gz
    COMMAND ${CMAKE_COMMAND} -E make_directory ${made}
    COMMAND gzip -9n < ${from} > ${made}/${name}.gz
    DEPENDS ${from} COMMENT "Packing ${name}" VERBATIM)
  set(all_packed ${all_packed} ${made}/${name}.gz PARENT_SCOPE)
endfunction()
packed(changelog ${PROJECT_SOURCE_DIR}/CHANGELOG.md)
packed(changelog.Debian ${packaging}/changelog)
packed(penstock.1 ${CMAKE_BINARY_DIR}/src/cli/doc/penstock.1)
packed(penstock-sim.1 ${CMAKE_BINARY_DIR}/src/cli/doc/penstock-sim.1)

# What is compiled in and asks for its notice beside the program: what Debian says of each. Boost and fmt don't ask, and
# what is loaded comes with its own package.
set(notices /usr/share/doc/libcli11-dev/copyright /usr/share/doc/libspdlog-dev/copyright
  /usr/share/doc/rapidjson-dev/copyright)
add_custom_command(OUTPUT ${made}/notices
  COMMAND ${CMAKE_COMMAND} -E make_directory ${made}
  COMMAND ${CMAKE_COMMAND} -E cat ${notices} > ${made}/notices
  COMMENT "Writing the notices of others" VERBATIM)
# Not of every build: where packages are made there are the tools for it.
if(EXISTS /etc/debian_version)
  add_custom_target(packaging ALL DEPENDS ${all_packed} ${made}/notices)
endif()

# What lies elsewhere in a package than in a prefix of one's own, or is in packages alone. CPack takes it by its
# component; an installation of everything doesn't.
function(in_package package)
  set(component ${package}-package)
  install(FILES ${made}/changelog.gz ${made}/changelog.Debian.gz ${made}/notices ${packaging}/copyright
    DESTINATION share/doc/${package} COMPONENT ${component} EXCLUDE_FROM_ALL)
  install(FILES ${made}/${package}.1.gz DESTINATION share/man/man1 COMPONENT ${component} EXCLUDE_FROM_ALL)
  install(FILES ${packaging}/${package}/lintian-overrides DESTINATION share/lintian/overrides RENAME ${package}
    COMPONENT ${component} EXCLUDE_FROM_ALL)
endfunction()
in_package(penstock)
in_package(penstock-sim)
install(FILES config/penstock.yaml DESTINATION /etc/penstock COMPONENT penstock-package EXCLUDE_FROM_ALL)
install(FILES ${CMAKE_BINARY_DIR}/src/cli/doc/_penstock DESTINATION share/zsh/vendor-completions
  COMPONENT penstock-package EXCLUDE_FROM_ALL)

# The processor that the programs are compiled for (PenstockOptions): where it isn't, nothing is installed.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(processor sse4.2-support)
endif()
# deb-systemd-helper and -invoke are in every Debian.
set(CPACK_DEBIAN_DAEMON_PACKAGE_NAME penstock)
set(CPACK_DEBIAN_DAEMON_PACKAGE_DEPENDS "${processor}" "systemd | systemd-standalone-sysusers | systemd-sysusers"
  "systemd | systemd-standalone-tmpfiles | systemd-tmpfiles")
set(CPACK_DEBIAN_DAEMON_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_DAEMON_PACKAGE_SUGGESTS "penstock-sim, prometheus")
set(CPACK_DEBIAN_DAEMON_PACKAGE_CONTROL_EXTRA ${packaging}/penstock/conffiles ${packaging}/penstock/postinst
  ${packaging}/penstock/prerm ${packaging}/penstock/postrm)
set(CPACK_DEBIAN_DAEMON_DESCRIPTION "BinaryEdge event streams into Kafka, exactly once
penstock holds long-lived HTTPS connections to the event streams of the
BinaryEdge API V1 and publishes every event to Kafka in transactions: each
exactly once, in order, byte for byte. What it received waits in a journal on
disk until Kafka has it, so that outages, crashes and restarts cost nothing.

The service is installed, but neither enabled nor started: it needs to know
first where the API and Kafka are.")
set(CPACK_DEBIAN_SIMULATOR_PACKAGE_NAME penstock-sim)
set(CPACK_DEBIAN_SIMULATOR_PACKAGE_DEPENDS "${processor}")
set(CPACK_DEBIAN_SIMULATOR_DESCRIPTION "simulator of the BinaryEdge API V1
penstock-sim serves the whole API that penstock reads from, over TLS: streams,
tasks, replays, queries and images. Its events are made up, the same for the
same seed; it has faults happen, and it remembers what it sent. It is for
tests and trials.")

set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES TRUE)
set(CPACK_PACKAGE_VENDOR penstock)
set(CPACK_PACKAGE_CONTACT "penstock maintainers <penstock@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES TRUE)
set(CPACK_DEB_COMPONENT_INSTALL TRUE)
set(CPACK_COMPONENTS_ALL runtime penstock-package simulator penstock-sim-package)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS TRUE)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_PROJECT_CONFIG_FILE ${packaging}/changelog.cmake)
include(CPack)
cpack_add_component(runtime GROUP daemon)
cpack_add_component(penstock-package GROUP daemon)
cpack_add_component(simulator GROUP simulator)
cpack_add_component(penstock-sim-package GROUP simulator)
