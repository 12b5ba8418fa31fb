# Builds penstock and puts it, with the libraries it needs and nothing else, into an image.
#
#   docker build -t penstock .
#   docker run -v penstock:/var/lib/penstock -v ./penstock.yaml:/etc/penstock/penstock.yaml:ro \
#     -v ./token:/etc/penstock/token:ro -e PENSTOCK_API_TOKEN_FILE=/etc/penstock/token \
#     -p 127.0.0.1:9469:9469 --stop-timeout 30 penstock
#
# The user 10001 has to be able to read the token. A stop drains for up to 20 s.

FROM debian:12 AS builder
WORKDIR /source
COPY scripts/lib scripts/lib
RUN scripts/lib/install-packages build
COPY . .
RUN cmake -S . -B build/image -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DPENSTOCK_BUILD_TESTS=OFF \
 && cmake --build build/image --target penstock \
 && install -D --strip build/image/src/cli/penstock /image/usr/bin/penstock

FROM debian:12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libboost-url1.81.0 libfmt9 \
      libprometheus-cpp-core1.0 librdkafka1 libspdlog1.10 libssl3 libsystemd0 libyaml-cpp0.7 \
      libzstd1 zlib1g \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 penstock \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/penstock \
      --shell /usr/sbin/nologin penstock \
 && install -d -o penstock -g penstock -m 0700 /var/lib/penstock /run/penstock
COPY --from=builder /image/ /
# A name would do, but Kubernetes' runAsNonRoot believes only numbers.
USER 10001:10001
ENV PENSTOCK_ADMIN_LISTEN=0.0.0.0:9469
EXPOSE 9469
VOLUME /var/lib/penstock
ENTRYPOINT ["/usr/bin/penstock"]
CMD ["run"]
