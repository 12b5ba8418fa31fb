# Read by cpack when it makes packages. The changelog says when: its date is that of all files in them, unless
# SOURCE_DATE_EPOCH says another, so that the same tree makes the same packages. And it says which: a release has an
# entry there, beside the version in CMakeLists.txt.
function(changelog field out)
  execute_process(COMMAND dpkg-parsechangelog --file ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/changelog --show-field ${field}
    OUTPUT_VARIABLE value OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(${out} ${value} PARENT_SCOPE)
endfunction()

changelog(Version version)
if(NOT version STREQUAL "${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")
  message(FATAL_ERROR "packaging/deb/changelog begins with ${version}, and this is "
    "${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}: write an entry")
endif()
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
  changelog(Timestamp seconds)
  set(ENV{SOURCE_DATE_EPOCH} ${seconds})
endif()
