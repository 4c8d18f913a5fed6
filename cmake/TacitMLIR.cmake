# Debian's LLVM/MLIR 19 by its dylibs, one precompiled header for everything that includes MLIR.
find_package(MLIR REQUIRED CONFIG)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
include(HandleLLVMOptions OPTIONAL)

# mlir_tablegen takes its include path from the directory.
include_directories(SYSTEM ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
include_directories(${CMAKE_SOURCE_DIR})

set(TACIT_MLIR_OPTIONS -fno-exceptions -Wno-unused-parameter -Wno-deprecated-declarations)

add_library(tacit_pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/Pch.cpp)
target_include_directories(tacit_pch SYSTEM PUBLIC ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
target_compile_definitions(tacit_pch PUBLIC ${LLVM_DEFINITIONS})
target_compile_options(tacit_pch PRIVATE -Wall -Wextra -Werror ${TACIT_MLIR_OPTIONS} -Xclang -fno-pch-timestamp)
target_include_directories(tacit_pch PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/include ${CMAKE_BINARY_DIR} ${CMAKE_BINARY_DIR}/include
                                            ${CMAKE_SOURCE_DIR}/runtime/include ${CMAKE_BINARY_DIR}/runtime/include)
target_precompile_headers(tacit_pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/Pch.h)
set_target_properties(tacit_pch PROPERTIES POSITION_INDEPENDENT_CODE ON)

# Options shared by every target that includes MLIR.
function(tacit_mlir_target name)
  target_include_directories(${name} SYSTEM PUBLIC ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  target_compile_definitions(${name} PUBLIC ${LLVM_DEFINITIONS})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/include ${CMAKE_BINARY_DIR} ${CMAKE_BINARY_DIR}/include
                                            ${CMAKE_SOURCE_DIR}/runtime/include ${CMAKE_BINARY_DIR}/runtime/include)
  target_compile_options(${name} PRIVATE -Wall -Wextra -Werror ${TACIT_MLIR_OPTIONS} -Xclang -fno-pch-timestamp)
  target_precompile_headers(${name} REUSE_FROM tacit_pch)
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(${name} PUBLIC MLIR LLVM)
endfunction()

# tacit_compiler_library(name SOURCES... [LINK libs...] [DEPENDS targets...])
function(tacit_compiler_library name)
  cmake_parse_arguments(ARG "" "" "LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  tacit_mlir_target(${name})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

function(tacit_compiler_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  tacit_mlir_target(${name})
  # The precompiled header is built with -fPIC; an executable's -fPIE would not match it.
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  # Tests are such programs too, but they stay. LLVM's libraries are in a folder of their own, which an installed tool has to name.
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "^${PROJECT_SOURCE_DIR}/tools/")
    set_target_properties(${name} PROPERTIES INSTALL_RPATH_USE_LINK_PATH TRUE)
    install(TARGETS ${name} COMPONENT compiler)
  endif()
endfunction()
