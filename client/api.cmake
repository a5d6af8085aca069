# The public face: settings by name and from files, sinks for telemetry, the client for everybody.
target_sources(hassle_client PRIVATE
  src/api/fields.cpp src/api/fields_best.cpp src/api/sections.cpp src/api/settings.cpp
  src/api/url_text.cpp)
target_link_libraries(hassle_client PRIVATE hassle::text)

hassle_add_test(client_settings_test
  SOURCES tests/api/settings_test.cpp
  LIBS hassle::client)
