# The public face: settings by name and from files, sinks for telemetry, the client for everybody.
target_sources(hassle_client PRIVATE
  src/api/client_core.cpp src/api/event_stream.cpp src/api/fields.cpp src/api/fields_best.cpp
  src/api/ha_client.cpp src/api/metric_family.cpp src/api/openmetrics_sink.cpp src/api/sections.cpp
  src/api/settings.cpp src/api/spdlog_sink.cpp src/api/stream_listener.cpp src/api/telemetry.cpp
  src/api/toml_config.cpp src/api/toml_reader.cpp src/api/toml_writer.cpp src/api/url_text.cpp)
target_link_libraries(hassle_client PRIVATE hassle::text spdlog::spdlog tomlplusplus::tomlplusplus)

hassle_add_test(client_settings_test
  SOURCES tests/api/settings_test.cpp tests/api/toml_config_test.cpp
  LIBS hassle::client rapidcheck
  # Property tests take the same path every time.
  ENVIRONMENT "RC_PARAMS=seed=20251108")

hassle_add_test(ha_client_test
  SOURCES tests/api/ha_client_test.cpp tests/api/scripted_home.cpp
  LIBS hassle::client LABELS loopback THREADS)

hassle_add_test(client_telemetry_test
  SOURCES tests/api/openmetrics_test.cpp tests/api/spdlog_sink_test.cpp
  LIBS hassle::client spdlog::spdlog rapidcheck
  ENVIRONMENT "RC_PARAMS=seed=20251108" THREADS)
