# penstock_room(<name> SOURCES … [PUBLIC …] [PRIVATE …])
# One library a room. Its public headers are in include/penstock/<name>; what it links is what it may include. What it
# links privately is for this build alone: whoever uses an installed room gets nothing of it (PenstockClient).
function(penstock_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(penstock_${name} STATIC ${ROOM_SOURCES})
  add_library(penstock::${name} ALIAS penstock_${name})
  target_include_directories(penstock_${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>
                             PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(penstock_${name} PUBLIC ${ROOM_PUBLIC})
  foreach(library IN ITEMS penstock_options LISTS ROOM_PRIVATE)
    target_link_libraries(penstock_${name} PRIVATE $<BUILD_INTERFACE:${library}>)
  endforeach()
endfunction()

# penstock_unit_test(<room> SOURCES … [LIBRARIES …]): one test program a room, tests/unit/<room>/*_test.cpp.
function(penstock_unit_test room)
  cmake_parse_arguments(TEST "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${room}_unit_test ${TEST_SOURCES})
  target_include_directories(${room}_unit_test PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${room}_unit_test PRIVATE penstock::${room} ${TEST_LIBRARIES} penstock_test_support)
  add_test(NAME unit.${room} COMMAND ${room}_unit_test)
  set_tests_properties(unit.${room} PROPERTIES LABELS unit)
endfunction()
