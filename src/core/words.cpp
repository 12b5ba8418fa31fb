// The contract's words for the enumerations of core.
#include "penstock/core/event.hpp"
#include "penstock/core/job_words.hpp"
#include "penstock/core/kafka_counters.hpp"
#include "penstock/core/session_end.hpp"

namespace penstock {

std::string_view to_string(DeadLetterReason reason) noexcept {
  switch (reason) {
    case DeadLetterReason::invalid_json:
      return "invalid_json";
    case DeadLetterReason::not_an_object:
      return "not_an_object";
    case DeadLetterReason::invalid_utf8:
      return "invalid_utf8";
    case DeadLetterReason::too_deep:
      return "too_deep";
    case DeadLetterReason::too_large:
      return "too_large";
    case DeadLetterReason::rejected_by_broker:
      return "rejected_by_broker";
  }
  return "unknown";
}

std::string_view to_string(DisconnectCause cause) noexcept {
  switch (cause) {
    case DisconnectCause::ended:
      return "ended";
    case DisconnectCause::aborted:
      return "aborted";
    case DisconnectCause::stalled:
      return "stalled";
    case DisconnectCause::refused:
      return "refused";
    case DisconnectCause::throttled:
      return "throttled";
    case DisconnectCause::server_error:
      return "server_error";
    case DisconnectCause::unreachable:
      return "unreachable";
    case DisconnectCause::paused:
      return "paused";
    case DisconnectCause::daemon_down:
      return "daemon_down";
    case DisconnectCause::journal_damaged:
      return "journal_damaged";
  }
  return "unknown";
}

std::string_view to_string(SourceEvent event) noexcept {
  switch (event) {
    case SourceEvent::connected:
      return "connected";
    case SourceEvent::disconnected:
      return "disconnected";
    case SourceEvent::stalled:
      return "stalled";
    case SourceEvent::unauthorised:
      return "unauthorised";
    case SourceEvent::not_found:
      return "not_found";
    case SourceEvent::throttled:
      return "throttled";
    case SourceEvent::paused:
      return "paused";
    case SourceEvent::resumed:
      return "resumed";
    case SourceEvent::taken_over:
      return "taken_over";
    case SourceEvent::rejected_by_broker:
      return "rejected_by_broker";
    case SourceEvent::publishing_held:
      return "publishing_held";
    case SourceEvent::replay_started:
      return "replay_started";
    case SourceEvent::replay_finished:
      return "replay_finished";
    case SourceEvent::replay_held:
      return "replay_held";
    case SourceEvent::ledger_full:
      return "ledger_full";
    case SourceEvent::job_uncounted:
      return "job_uncounted";
  }
  return "unknown";
}

std::string_view to_string(KafkaTransaction state) noexcept {
  switch (state) {
    case KafkaTransaction::starting:
      return "starting";
    case KafkaTransaction::idle:
      return "idle";
    case KafkaTransaction::open:
      return "open";
    case KafkaTransaction::committing:
      return "committing";
    case KafkaTransaction::aborting:
      return "aborting";
    case KafkaTransaction::failed:
      return "failed";
  }
  return "unknown";
}

std::string_view to_string(ReplayEnd end) noexcept {
  switch (end) {
    case ReplayEnd::clean:
      return "clean";
    case ReplayEnd::broken:
      return "broken";
    case ReplayEnd::gone:
      return "gone";
    case ReplayEnd::refused:
      return "refused";
  }
  return "unknown";
}

std::string_view normal_job_id(std::string_view id) noexcept {
  constexpr std::string_view prefix = "client-";
  if (id.starts_with(prefix)) {
    id.remove_prefix(prefix.size());
  }
  return id;
}

}  // namespace penstock
