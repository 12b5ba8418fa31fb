// An I/O error under a mapped file arrives as SIGBUS: the disk fails or is full, or somebody cut
// the file. The process ends with a message that names the file; the next start recovers the rest.
#pragma once

#include <cstdint>
#include <string_view>

namespace penstock::journal {

// For the whole process, once, before there is a journal. SIGBUS elsewhere than in a journal's file
// ends the process as it would without.
void end_at_bus_errors();

// The path of the file that is mapped at the address, by a line of /proc/<pid>/maps (proc(5));
// empty: another line has it, or it is no file. Pure.
std::string_view file_of_mapping(std::string_view line, std::uintptr_t address) noexcept;

}  // namespace penstock::journal
