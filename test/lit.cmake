# The target check-lit, and lit as one test of ctest. Models beside the repository are used where they exist.
find_package(Python3 COMPONENTS Interpreter REQUIRED)
find_program(TACIT_LIT NAMES lit.py lit llvm-lit HINTS ${LLVM_TOOLS_BINARY_DIR}/../build/utils/lit REQUIRED)
get_filename_component(TACIT_MODELS ${CMAKE_SOURCE_DIR}/../shared/models ABSOLUTE)
configure_file(${CMAKE_CURRENT_LIST_DIR}/lit.site.cfg.py.in ${CMAKE_BINARY_DIR}/test/lit.site.cfg.py @ONLY)

set(lit_tools)
foreach(tool mpc-opt mpc-compile mpc-translate mpc-interpret mpc-reduce mpc-lsp-server mpc-run mpc-party mpc-client)
  if(TARGET ${tool})
    list(APPEND lit_tools ${tool})
  endif()
endforeach()
add_custom_target(check-lit
  COMMAND ${Python3_EXECUTABLE} ${TACIT_LIT} -sv ${CMAKE_BINARY_DIR}/test
  DEPENDS ${lit_tools} USES_TERMINAL)
add_test(NAME lit COMMAND ${Python3_EXECUTABLE} ${TACIT_LIT} -sv ${CMAKE_BINARY_DIR}/test)
