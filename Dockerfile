# penstock with the libraries it needs and nothing else; with `--target simulator` the simulated API.
#
#   docker build -t penstock .
#   docker run --read-only --tmpfs /run/penstock:uid=10001,mode=0700 --cap-drop ALL \
#     --security-opt no-new-privileges -v penstock:/var/lib/penstock -p 127.0.0.1:9469:9469 \
#     -e PENSTOCK_API_URL=https://api.example.net -e PENSTOCK_SOURCES=firehose,torrent \
#     -e PENSTOCK_KAFKA_BROKERS=kafka1:9092 -v "$PWD/token":/run/secrets/token:ro \
#     -e PENSTOCK_API_TOKEN_FILE=/run/secrets/token --stop-timeout 30 penstock
#
# The user 10001 has to be able to read the token. A stop drains for up to 20 s, so it needs more
# than the engine's 10 s. The steps are in scripts/lib/image, which the tests run as well.

FROM debian:12 AS builder
WORKDIR /source
COPY scripts/lib scripts/lib
RUN scripts/lib/image packages
COPY . .
RUN scripts/lib/image configure compile collect

FROM debian:12-slim AS base
RUN --mount=type=bind,source=scripts/lib,target=/run/source/scripts/lib \
    /run/source/scripts/lib/image libraries user
# A name would do, but Kubernetes' runAsNonRoot believes only numbers.
USER 10001:10001
ARG REVISION=unknown
LABEL org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="Apache-2.0"

FROM base AS simulator
LABEL org.opencontainers.image.title="penstock-sim" \
      org.opencontainers.image.description="Simulates the BinaryEdge API V1 over TLS"
COPY --from=builder /image/simulator/ /
EXPOSE 8443
# Gets ca.pem, for those who connect.
VOLUME /var/lib/penstock-sim
HEALTHCHECK --interval=2s --timeout=2s --start-period=30s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8443"]
ENTRYPOINT ["/usr/bin/penstock-sim", "--listen", "0.0.0.0:8443", "--cert-dir", "/var/lib/penstock-sim"]

# The last stage is what a build without --target makes.
FROM base AS penstock
LABEL org.opencontainers.image.title="penstock" \
      org.opencontainers.image.description="BinaryEdge API V1 event streams into Kafka, exactly once"
COPY --from=builder /image/penstock/ /
ENV PENSTOCK_ADMIN_LISTEN=0.0.0.0:9469
EXPOSE 9469
# The journal: what was received and isn't in Kafka yet.
VOLUME /var/lib/penstock
# A full journal is mapped before the first answer.
HEALTHCHECK --interval=10s --timeout=6s --start-period=300s --retries=3 CMD ["/usr/libexec/penstock/alive"]
ENTRYPOINT ["/usr/bin/penstock"]
CMD ["run"]
