// A baseline JPEG (ITU-T T.81, in a JFIF 1.02 file) of blocks that have one colour each: the
// smallest picture that every decoder takes. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace penstock::simulator {

// As JFIF has colours; grey where both chroma are 128.
struct Colour {
  std::uint8_t luma, blue = 128, red = 128;
};

// The bytes of a picture of `width` by `height` pixels, both from 1 to 65535. `block`: the colour
// of the 8 by 8 pixels in that column and row of blocks, from the top left.
std::string jpeg(unsigned width, unsigned height,
                 const std::function<Colour(unsigned column, unsigned row)>& block);

}  // namespace penstock::simulator
