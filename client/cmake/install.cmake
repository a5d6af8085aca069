# What others need of us to use the client: headers, static libraries, a package for CMake and one for
# pkg-config, a .deb with all of it (cpack -G DEB). The programs are not part of it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(install_libraries hassle_text hassle_net hassle_protocol hassle_client)
foreach(each IN LISTS install_libraries)
  string(REPLACE "hassle_" "" short ${each})
  set_target_properties(${each} PROPERTIES EXPORT_NAME ${short})
endforeach()
install(TARGETS ${install_libraries} EXPORT hassle
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/client/include/hassle
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
# Of net, what the client's headers include, and the world that a resilient_client lives in.
foreach(each IN ITEMS byte_stream real_world time world)
  install(FILES ${PROJECT_SOURCE_DIR}/client/net/include/hassle/net/${each}.hpp
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hassle/net COMPONENT dev)
endforeach()

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/hassle)
install(EXPORT hassle NAMESPACE hassle:: FILE hassleTargets.cmake
        DESTINATION ${config_folder} COMPONENT dev)
configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/hassleConfig.cmake.in ${CMAKE_BINARY_DIR}/hassleConfig.cmake
  INSTALL_DESTINATION ${config_folder})
write_basic_package_version_file(
  ${CMAKE_BINARY_DIR}/hassleConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/hassleConfig.cmake ${CMAKE_BINARY_DIR}/hassleConfigVersion.cmake
        DESTINATION ${config_folder} COMPONENT dev)

# It may be installed anywhere (cmake --install --prefix).
file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/hassle.pc.in ${CMAKE_BINARY_DIR}/hassle.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/hassle.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
install(FILES ${PROJECT_SOURCE_DIR}/client/README.md ${PROJECT_SOURCE_DIR}/client/SETTINGS.md
              ${PROJECT_SOURCE_DIR}/LICENSE
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev)

# For whoever reads the program's reports: what is in them.
install(FILES ${PROJECT_SOURCE_DIR}/reports/schema/hassle-report.schema.json
        DESTINATION ${CMAKE_INSTALL_DATADIR}/hassle COMPONENT dev)

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "hassle <hassle@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Resilient Home Assistant client for C++ (development files)")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libhassle-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
# They are linked by whoever links the static libraries.
string(CONCAT CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "libboost1.81-dev, libboost-json1.81-dev, libboost-random1.81-dev, libboost-url1.81-dev, "
  "libfmt-dev, libspdlog-dev, libssl-dev, libtomlplusplus-dev")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES OFF)
include(CPack)

# The package is installed into the build folder, and used from there by the examples. Not with
# sanitizers, whose flags a package does not carry.
if(BUILD_TESTING AND NOT CMAKE_CXX_FLAGS MATCHES "fsanitize")
  add_test(NAME consumer_test
    COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/client/tests/consumer/consumer_test.py
      ${CMAKE_COMMAND} ${CMAKE_BINARY_DIR} ${PROJECT_SOURCE_DIR}/client/examples
      ${CMAKE_BINARY_DIR}/bin/mockha ${CMAKE_CXX_COMPILER} "${CMAKE_CXX_FLAGS}"
      "${CMAKE_EXE_LINKER_FLAGS}")
  set_tests_properties(consumer_test PROPERTIES LABELS loopback TIMEOUT 600)
endif()
