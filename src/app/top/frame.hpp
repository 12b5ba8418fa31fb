// One picture of a daemon's state, as a terminal of a size shows it. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "app/top/line.hpp"
#include "app/top/plot.hpp"
#include "app/top/status_model.hpp"
#include "app/top/view.hpp"
#include "penstock/core/units.hpp"

namespace penstock::app::top {

struct Size {
  std::size_t rows = 24;
  std::size_t columns = 80;
  bool operator==(const Size&) const = default;
};

// What a frame is made of.
struct Scene {
  const Status* status = nullptr;  // none: no answer yet
  std::string place;               // where it is asked for
  std::string trouble;             // why there is no newer answer; empty: it is the newest
  Duration age{0};                 // of the status
  View view;
  Glyphs glyphs = Glyphs::blocks;
  bool keys = true;  // somebody is there to press them: tell them, and mark what is chosen
};

struct Frame {
  Lines lines;  // none longer or more than the size has
  Choices choices;
};

Frame draw(const Scene& scene, Size size);

}  // namespace penstock::app::top
