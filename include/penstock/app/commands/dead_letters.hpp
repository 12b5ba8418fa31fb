// `penstock dead-letters`: what the topic `<prefix>.dead-letters` has, and how it gets to where it
// should have been.
#pragma once

#include <functional>
#include <string>

#include "penstock/app/commands/letter_choice.hpp"
#include "penstock/core/error.hpp"
#include "penstock/settings/settings.hpp"

namespace penstock::app {

// Each reads the whole topic, up to now, and shows on a terminal that it does.
Result<Letters> read_letters(const settings::Kafka& kafka, const LettersWanted& wanted);

struct LetterBytes {
  StoredLetter letter;
  std::string bytes;  // of the parts that are there, joined
};
// `where`: the place of any of its parts.
Result<LetterBytes> read_letter(const settings::Kafka& kafka, LetterPlace where);

struct RetryAnswer {
  LetterPlace where;
  std::string topic;    // that it is published to
  std::string refused;  // why it isn't; empty: it is
};

// Publishes letters to the topics of their sources. `tell` hears of each as soon as it is known; a
// letter told as published is committed. An error: what wasn't told of isn't published, or as its
// text says.
Result<void> retry_letters(const settings::Settings& settings, const RetryWanted& wanted,
                           const std::function<void(const RetryAnswer&)>& tell);

}  // namespace penstock::app
