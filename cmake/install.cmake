# cmake --install: the program, the typeface of its pages, its unit for systemd and its settings (docs/operations.md). Settings that are there already
# are the office's own, and stay.
include(GNUInstallDirs)
install(TARGETS shirube RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${web_fonts}/ DESTINATION ${CMAKE_INSTALL_DATADIR}/shirube/fonts)
install(DIRECTORY ${web_pdfjs}/ DESTINATION ${CMAKE_INSTALL_DATADIR}/shirube/pdfjs)
install(FILES packaging/shirube.service DESTINATION /etc/systemd/system)
install(FILES packaging/sysusers.conf DESTINATION /usr/lib/sysusers.d RENAME shirube.conf)
install(FILES docs/operations.md docs/ledgers.md docs/letters.md packaging/nginx.conf DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(CODE "
  file(GLOB_RECURSE settings RELATIVE ${CMAKE_SOURCE_DIR}/config ${CMAKE_SOURCE_DIR}/config/*.toml ${CMAKE_SOURCE_DIR}/config/*.tsv ${CMAKE_SOURCE_DIR}/config/*.docx)
  foreach(file IN LISTS settings)
    if(EXISTS \"\$ENV{DESTDIR}/etc/shirube/\${file}\")
      message(STATUS \"Kept: \$ENV{DESTDIR}/etc/shirube/\${file}\")
    else()
      get_filename_component(folder \${file} DIRECTORY)
      file(INSTALL \"${CMAKE_SOURCE_DIR}/config/\${file}\" DESTINATION \"/etc/shirube/\${folder}\")
    endif()
  endforeach()")
