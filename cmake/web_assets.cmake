# What pages take of the packages of web/package.json, which npm brings as their lock says: tokens.css (colours and sizes), and the
# typeface in pieces of some characters each, fonts/*.woff2 beside the program, with fonts.css that says which piece has which; and PDF.js,
# pdfjs/ beside the program.
find_program(NPM npm REQUIRED)
set(web_packages ${CMAKE_BINARY_DIR}/web)
set(web_assets ${web_packages}/tokens.css ${web_packages}/fonts.css)
set(web_fonts ${CMAKE_BINARY_DIR}/fonts)
set(web_pdfjs ${CMAKE_BINARY_DIR}/pdfjs)
add_custom_command(
  OUTPUT ${web_assets}
  COMMAND ${CMAKE_COMMAND} -DNPM=${NPM} -DWEB=${CMAKE_SOURCE_DIR}/web -DPACKAGES=${web_packages} -DFONTS=${web_fonts} -DPDFJS=${web_pdfjs} -P ${CMAKE_SOURCE_DIR}/cmake/take_web_assets.cmake
  DEPENDS web/package.json web/package-lock.json cmake/take_web_assets.cmake
  VERBATIM)
