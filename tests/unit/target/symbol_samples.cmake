# A library as compilers and distributions make it: whole, stripped, and stripped with its symbols in a
# file of their own. The tests of symbols load all three.
set(samples ${CMAKE_CURRENT_BINARY_DIR}/symbol_samples)
add_library(symbol_sample SHARED ${CMAKE_CURRENT_LIST_DIR}/samples/symbol_sample.c)
target_compile_options(symbol_sample PRIVATE -O1 -fno-toplevel-reorder)
target_link_options(symbol_sample PRIVATE -Wl,--build-id)

add_custom_command(
  OUTPUT ${samples}/stripped.so ${samples}/linked.so ${samples}/.debug/linked.so.debug
  COMMAND ${CMAKE_COMMAND} -E make_directory ${samples}/.debug
  COMMAND ${CMAKE_OBJCOPY} --only-keep-debug $<TARGET_FILE:symbol_sample> ${samples}/.debug/linked.so.debug
  COMMAND ${CMAKE_OBJCOPY} --strip-all $<TARGET_FILE:symbol_sample> ${samples}/stripped.so
  COMMAND ${CMAKE_OBJCOPY} --strip-all --add-gnu-debuglink=${samples}/.debug/linked.so.debug
          $<TARGET_FILE:symbol_sample> ${samples}/linked.so
  DEPENDS symbol_sample)
add_custom_target(symbol_samples DEPENDS ${samples}/stripped.so)

add_dependencies(unit_target symbol_samples)
target_compile_definitions(unit_target PRIVATE
  BOUNDSCOPE_SYMBOL_SAMPLE="$<TARGET_FILE:symbol_sample>" BOUNDSCOPE_SYMBOL_SAMPLES="${samples}")
target_link_libraries(unit_target PRIVATE ${CMAKE_DL_LIBS})
