# shirube_embed(OUT NAME FILES...): a C++ source OUT that defines
#   extern const std::vector<std::pair<std::string_view, std::string_view>> NAME   (in namespace shirube)
# with the base name and the text of each file, in the order given.
function(shirube_embed out name)
  set(files ${ARGN})
  string(REPLACE ";" "|" joined "${files}")
  set(script ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNAME=${name} "-DFILES=${joined}" -P ${script}
    DEPENDS ${files} ${script}
    VERBATIM)
endfunction()
