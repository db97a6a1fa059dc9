# Text files as part of a program.
#
#   include(EmbedText)
#   embed_text(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/tables.cpp HEADER analyze/owners/tables.h
#              FUNCTION owner_tables TYPE OwnerTable FILES owners/go.tsv owners/jvm.tsv)
#
# OUTPUT defines `std::span<const TYPE> FUNCTION()`, which HEADER declares in namespace boundscope: one
# TYPE{name, text} per file, named without its extension. It is made again when a file changes.
set(EMBED_TEXT_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(embed_text)
  cmake_parse_arguments(arg "" "OUTPUT;HEADER;FUNCTION;TYPE" "FILES" ${ARGN})
  list(TRANSFORM arg_FILES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  string(REPLACE ";" "|" files "${arg_FILES}")
  add_custom_command(
    OUTPUT ${arg_OUTPUT}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${arg_OUTPUT} -DHEADER=${arg_HEADER} -DFUNCTION=${arg_FUNCTION}
            -DTYPE=${arg_TYPE} "-DFILES=${files}" -P ${EMBED_TEXT_SCRIPT}
    DEPENDS ${arg_FILES} ${EMBED_TEXT_SCRIPT}
    COMMENT "Embedding text into ${arg_FUNCTION}()"
    VERBATIM)
endfunction()

# Run as a script: what the custom command does.
if(CMAKE_SCRIPT_MODE_FILE)
  set(entries "")
  string(REPLACE "|" ";" files "${FILES}")
  foreach(file IN LISTS files)
    get_filename_component(name "${file}" NAME_WE)
    file(READ "${file}" text)
    string(APPEND entries "    {\"${name}\", R\"text(${text})text\"},\n")
  endforeach()
  file(WRITE "${OUTPUT}"
       "// Made by cmake/EmbedText.cmake.\n"
       "#include \"${HEADER}\"\n\n"
       "namespace boundscope {\nnamespace {\n\n"
       "constexpr ${TYPE} kTexts[] = {\n${entries}};\n\n"
       "}  // namespace\n\n"
       "std::span<const ${TYPE}> ${FUNCTION}() { return kTexts; }\n\n"
       "}  // namespace boundscope\n")
endif()
