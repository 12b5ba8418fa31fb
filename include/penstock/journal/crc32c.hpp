// CRC-32C (Castagnoli, RFC 3720 appendix B.4). Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace penstock::journal {

// Of `bytes` after what `crc` covers.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0) noexcept;

}  // namespace penstock::journal
