# Writes what a program has of others as CycloneDX 1.6: the Debian packages of the libraries that it is loaded with, of
# those of these in turn, and of the headers that are compiled in.
#
#   cmake -D PROGRAM=FILE -D VERSION=… -D HEADERS=FILE;… -D DPKG_QUERY=… -D OBJDUMP=… -D OUT=FILE -P sbom.cmake
#
# The same program on the same system gives the same bytes: no time stands in it, and its serial number is made of its
# content.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/licences.cmake)

# All that the loader loads, with full names.
file(GET_RUNTIME_DEPENDENCIES EXECUTABLES ${PROGRAM} RESOLVED_DEPENDENCIES_VAR libraries
  UNRESOLVED_DEPENDENCIES_VAR missing)
if(missing)
  message(FATAL_ERROR "${PROGRAM} needs libraries that aren't found: ${missing}")
endif()

# /lib may be a link to /usr/lib, and a library's name one to the file: dpkg knows one of these names.
function(names_of file out)
  file(REAL_PATH ${file} real)
  set(names ${file} ${real})
  foreach(name IN LISTS names)
    string(REGEX REPLACE "^/usr/" "/" other ${name})
    list(APPEND names ${other} /usr${other})
  endforeach()
  list(REMOVE_DUPLICATES names)
  set(${out} ${names} PARENT_SCOPE)
endfunction()

# package_of_<file>, for all files in one question: each takes dpkg as long. Its exit status speaks of the names that
# it doesn't know.
set(all_names)
foreach(file IN LISTS libraries HEADERS)
  names_of(${file} names)
  list(APPEND all_names ${names})
endforeach()
execute_process(COMMAND ${DPKG_QUERY} --search ${all_names} OUTPUT_VARIABLE owners ERROR_QUIET)
string(REPLACE "\n" ";" owners "${owners}")
set(packages)
foreach(file IN LISTS libraries HEADERS)
  names_of(${file} names)
  foreach(line IN LISTS owners)
    if(line MATCHES "^([^ ]+): (/.*)$" AND CMAKE_MATCH_2 IN_LIST names)
      set(package_of_${file} ${CMAKE_MATCH_1})
      list(APPEND packages ${CMAKE_MATCH_1})
      if(file IN_LIST libraries)
        set(linked_${CMAKE_MATCH_1} dynamic)
      endif()
      break()
    endif()
  endforeach()
  if(NOT package_of_${file})
    message(FATAL_ERROR "No Debian package has ${file}")
  endif()
endforeach()
list(REMOVE_DUPLICATES packages)
list(SORT packages)

function(url_encoded text out)
  string(REPLACE "+" "%2B" text "${text}")
  string(REPLACE ":" "%3A" text "${text}")
  set(${out} ${text} PARENT_SCOPE)
endfunction()

# In JSON: what a package is as a component; ref_of_<package>.
cmake_host_system_information(RESULT distribution QUERY DISTRIB_INFO)
set(distribution ${distribution_ID}-${distribution_VERSION_ID})
set(components "[]")
foreach(package IN LISTS packages)
  execute_process(
    COMMAND ${DPKG_QUERY} --show "--showformat=\${Package};\${Version};\${Architecture};\${source:Package};\${Homepage}" ${package}
    OUTPUT_VARIABLE known COMMAND_ERROR_IS_FATAL ANY)
  list(GET known 0 name)
  list(GET known 1 version)
  list(GET known 2 architecture)
  list(GET known 3 source)
  list(GET known 4 homepage)
  url_encoded(${name} name_in_url)
  url_encoded(${version} version_in_url)
  url_encoded(${source} source_in_url)
  set(ref "pkg:deb/debian/${name_in_url}@${version_in_url}?arch=${architecture}&distro=${distribution}&upstream=${source_in_url}")
  set(ref_of_${package} ${ref})
  set(linked headers)
  if(linked_${package})
    set(linked dynamic)
  endif()
  set(component "{\"type\": \"library\", \"bom-ref\": \"${ref}\", \"name\": \"${name}\", \"version\": \"${version}\",
    \"purl\": \"${ref}\", \"scope\": \"required\", \"properties\": [{\"name\": \"penstock:linked\", \"value\": \"${linked}\"}]}")
  if(homepage)
    string(JSON component SET "${component}" externalReferences "[{\"type\": \"website\", \"url\": \"${homepage}\"}]")
  endif()
  if(licence_of_${name})
    string(JSON component SET "${component}" licenses "[{\"expression\": \"${licence_of_${name}}\"}]")
  endif()
  string(JSON components SET "${components}" 1000 "${component}")
endforeach()

# The packages of the libraries that a file asks for itself.
function(needed_by file out)
  execute_process(COMMAND ${OBJDUMP} -p ${file} OUTPUT_VARIABLE headers COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "NEEDED +[^\n]+" lines "${headers}")
  set(needed)
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^NEEDED +" "" wanted ${line})
    foreach(library IN LISTS libraries)
      get_filename_component(name ${library} NAME)
      if(name STREQUAL wanted)
        list(APPEND needed ${package_of_${library}})
      endif()
    endforeach()
  endforeach()
  set(${out} ${needed} PARENT_SCOPE)
endfunction()

function(add_dependencies_of ref needed)
  list(REMOVE_DUPLICATES needed)
  list(SORT needed)
  set(entry "{\"ref\": \"${ref}\", \"dependsOn\": []}")
  foreach(package IN LISTS needed)
    if(NOT ref_of_${package} STREQUAL ref)
      string(JSON entry SET "${entry}" dependsOn 1000 "\"${ref_of_${package}}\"")
    endif()
  endforeach()
  string(JSON dependencies SET "${dependencies}" 1000 "${entry}")
  set(dependencies ${dependencies} PARENT_SCOPE)
endfunction()

get_filename_component(program ${PROGRAM} NAME)
set(program_ref "pkg:generic/${program}@${VERSION}")
set(dependencies "[]")
needed_by(${PROGRAM} needed)
foreach(header IN LISTS HEADERS)
  list(APPEND needed ${package_of_${header}})
endforeach()
add_dependencies_of(${program_ref} "${needed}")
foreach(package IN LISTS packages)
  set(needed)
  foreach(library IN LISTS libraries)
    if(package_of_${library} STREQUAL package)
      needed_by(${library} more)
      list(APPEND needed ${more})
    endif()
  endforeach()
  add_dependencies_of(${ref_of_${package}} "${needed}")
endforeach()

set(document "{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", \"version\": 1,
  \"metadata\": {\"lifecycles\": [{\"phase\": \"build\"}],
    \"component\": {\"type\": \"application\", \"bom-ref\": \"${program_ref}\", \"name\": \"${program}\", \"version\": \"${VERSION}\",
      \"purl\": \"${program_ref}\", \"licenses\": [{\"license\": {\"id\": \"Apache-2.0\"}}]}},
  \"components\": ${components}, \"dependencies\": ${dependencies}}")
string(UUID serial NAMESPACE 6ba7b811-9dad-11d1-80b4-00c04fd430c8 NAME "${document}" TYPE SHA1)
string(JSON document SET "${document}" serialNumber "\"urn:uuid:${serial}\"")
file(WRITE ${OUT} "${document}\n")
