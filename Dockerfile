# A static binary and the CA roots, nothing else: no shell, no root, no time
# zone files (main.go embeds them).
#
#   docker build -t rekey .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges \
#     --user 65532:65532 -v rekey:/data … rekey          (README.md has the whole line)

FROM golang:1.26.8-bookworm AS build
ARG RELEASE=""
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download && go mod verify
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X rekey/cli.release=${RELEASE}" -o /out/rekey . \
 && mkdir -m 0700 /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/rekey /rekey
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
# SQLite's temporary files go to the working directory if there is no /tmp.
WORKDIR /data
ENV DATABASE_URL=/data/rekey.db
VOLUME /data
ENTRYPOINT ["/rekey"]
CMD ["serve"]
