// Asks the brokers for metadata.
#pragma once

#include <memory>

#include "penstock/core/units.hpp"
#include "publish/client.hpp"
#include "publish/handles.hpp"

namespace penstock::publish {

using MetadataHandle =
    std::unique_ptr<const struct rd_kafka_metadata, Deleter<rd_kafka_metadata_destroy>>;

struct Metadata {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  MetadataHandle found;  // none: there was an error
};

// Of `topic`; none: of the brokers alone. Waits for `timeout`, but no longer once a broker has
// refused the client: `events` has that then. Serves the client's events.
Metadata ask_metadata(rd_kafka_t* client, rd_kafka_topic_t* topic, Duration timeout,
                      ClientEvents& events);

}  // namespace penstock::publish
