# The tests: one program per top folder of tests/ (a change relinks one of them), one ctest entry per test file.
# An entry per TEST would start thousands of processes; an entry per program would hide which file failed.
# tests/support/main.cpp runs the tests of the one file named by --file.
enable_testing()
find_package(GTest REQUIRED)

file(GLOB_RECURSE test_files CONFIGURE_DEPENDS RELATIVE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/tests/*_test.cpp")
list(FILTER test_files EXCLUDE REGEX "^(consumer|support|emulated_card)/")
file(GLOB test_support CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/support/*.cpp")
# It replaces operator new: only in the programs that let allocations fail.
list(FILTER test_support EXCLUDE REGEX "/failing_allocator\\.cpp$")
set(rooms_with_failing_allocator train)

foreach(file ${test_files})
  string(REGEX REPLACE "/.*" "" room "${file}")
  if(room STREQUAL file)  # tests/umbrella_test.cpp
    set(room root)
  endif()
  set(program tenet_${room}_test)
  if(NOT TARGET ${program})
    file(GLOB_RECURSE parts CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${room}/*.cpp")
    list(FILTER parts EXCLUDE REGEX "_test\\.cpp$")
    if(room IN_LIST rooms_with_failing_allocator)
      list(APPEND parts "${PROJECT_SOURCE_DIR}/tests/support/failing_allocator.cpp")
    endif()
    add_executable(${program} ${test_support} ${parts})
    target_include_directories(${program} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    target_compile_definitions(${program} PRIVATE TENET_TESTS_DIR="${PROJECT_SOURCE_DIR}/tests")
    target_link_libraries(${program} PRIVATE tenet::tenet tenet_base_flags GTest::gtest nlohmann_json::nlohmann_json Threads::Threads)
    target_compile_options(${program} PRIVATE -O1)  # tests are compiled more often than they are run
    set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests" CXX_EXTENSIONS OFF)
  endif()
  target_sources(${program} PRIVATE "${PROJECT_SOURCE_DIR}/tests/${file}")
  string(REGEX REPLACE "_test\\.cpp$" "" name "${file}")
  add_test(NAME ${name} COMMAND ${program} "--file=tests/${file}")
  set_tests_properties(${name} PROPERTIES LABELS "test;${room}" TIMEOUT 900)
endforeach()
