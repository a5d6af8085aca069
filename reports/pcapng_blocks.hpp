#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hassle::reports {

/// The blocks of a pcapng file (draft-ietf-opsawg-pcapng), least significant byte first. Packets
/// are raw IP, instants are nanoseconds since 1970. Texts are UTF-8; empty ones are left out, and
/// what is longer than `pcapng_text_max` is cut off at its end.

/// First of all: what made the file, and what it is about.
void append_section_header(std::string& out, std::string_view application,
                           std::string_view comment);
/// Where packets were taken down; numbered from 0 in their order.
void append_interface(std::string& out, std::string_view name, std::string_view description,
                      std::size_t packet_size_max);
/// REQUIRES: there is such an interface.
void append_packet(std::string& out, std::uint32_t interface, std::chrono::nanoseconds at,
                   std::string_view packet, std::string_view comment);
/// How many packets there were, and how many of them are not in the file.
void append_statistics(std::string& out, std::uint32_t interface, std::chrono::nanoseconds at,
                       std::uint64_t received, std::uint64_t left_out);

inline constexpr std::size_t pcapng_text_max = 4096;  ///< Bytes.

}  // namespace hassle::reports
