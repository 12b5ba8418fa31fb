// What is said of an answer that isn't what was asked for. Pure; printable as the answer's texts.
#pragma once

#include <string>

#include "penstock/remote/session_fsm.hpp"

namespace penstock::remote {

std::string status_line(const outcome::Answered& answer);

// Why a redirect isn't followed; of Redirect::same_origin: because it is one too many.
std::string redirect_refused(const outcome::Answered& answer);

// Why a POST isn't made again where such a redirect leads.
std::string post_not_repeated(const outcome::Answered& answer);

// What is wrong with the body's coding; empty: nothing.
std::string coding_fault(const outcome::Answered& answer);

}  // namespace penstock::remote
