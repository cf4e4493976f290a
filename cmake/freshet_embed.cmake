# freshet_embed(TARGET NAME FILE [GUNZIP]): links FILE into TARGET. The code declares and calls
#
#     std::span<const std::byte> embedded_NAME() noexcept;   // in namespace freshet
#
# FILE is a path in the source tree, or one that a custom command of the same CMakeLists.txt makes.
find_program(FRESHET_PYTHON python3 REQUIRED)

function(freshet_embed target name file)
  set(made ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name}.cc)
  set(how "")
  if("GUNZIP" IN_LIST ARGN)
    set(how --gunzip)
  endif()
  add_custom_command(
    OUTPUT ${made}
    COMMAND ${FRESHET_PYTHON} ${PROJECT_SOURCE_DIR}/tools/embed.py ${name} ${file} ${made} ${how}
    DEPENDS ${file} ${PROJECT_SOURCE_DIR}/tools/embed.py
    COMMENT "Embedding ${name}")
  target_sources(${target} PRIVATE ${made})
endfunction()
