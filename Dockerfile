# syntax=docker/dockerfile:1
# One binary on a small base. SQLite, libpq and OpenSSL are built in, so it needs libc alone.
#
#   docker build -t stepwell .
#   openssl rand -base64 32 > ../seal.env.key   # once: it opens what the volume keeps, at every later start
#   docker run --rm --read-only --tmpfs /tmp -v stepwell-data:/var/lib/stepwell \
#     -e STEPWELL__SEAL__KEY="$(cat ../seal.env.key)" -p 127.0.0.1:7100:7100 stepwell

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The caches make a second build quick; the binary is copied out because they are not in the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release --package stepwell-server --bin stepwell \
    && install -D target/release/stepwell /out/stepwell

FROM debian:bookworm-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/stepwell /usr/local/bin/stepwell
# No name and no home: the process owns its data folder and can write nowhere else.
RUN install -d -o 10001 -g 10001 -m 700 /var/lib/stepwell
USER 10001:10001
WORKDIR /var/lib/stepwell
VOLUME /var/lib/stepwell
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    STEPWELL__LISTEN=0.0.0.0:7100 \
    STEPWELL__OPS_LISTEN=0.0.0.0:7101 \
    STEPWELL__DATABASE_URL=sqlite:/var/lib/stepwell/stepwell.db \
    STEPWELL__LOG__FORMAT=json
# 7100 is for people and apps. 7101 has /live, /ready and /metrics: do not publish it.
EXPOSE 7100 7101
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/7101 && printf 'GET /ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r line <&3 && [[ $line == *' 200 '* ]]"]
ENTRYPOINT ["stepwell"]
CMD ["serve"]
