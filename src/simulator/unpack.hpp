// Archives that are packed, made readable at any place: unpacked into a temporary file (in TMPDIR)
// that has no name any more, so that it is gone with the process, however that ends.
#pragma once

#include <filesystem>

#include "penstock/core/error.hpp"
#include "penstock/core/units.hpp"
#include "simulator/file.hpp"

namespace penstock::simulator {

// Of a .gz (RFC 1952) or .zst (RFC 8878) file all members or frames; of another the file itself.
// Fails, too, where more than `most` comes out, and where the packed file was cut off.
Result<File> open_unpacked(const std::filesystem::path& path, Bytes most);

}  // namespace penstock::simulator
