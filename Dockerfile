# syntax=docker/dockerfile:1
# To pin the base by its digest: --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:…
# Debian and not Alpine: the embedded queue's PostgreSQL needs glibc.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json rolldown.config.ts ./
COPY src ./src
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
COPY --from=build /app/dist ./dist
# Our own code makes the links of PostgreSQL's libraries, so that no package runs a script and nothing is left to write.
RUN node --input-type=module --eval "const { postgresBinaries } = await import('/app/dist/cli/postgres-binaries.js'); await postgresBinaries()"

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="Beckon" \
      org.opencontainers.image.description="External agents for every GitLab: mention a bot, get a merge request" \
      org.opencontainers.image.licenses="MIT"
# Nothing that installs software is left.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
 && install --directory --owner=1000 --group=1000 --mode=0700 /var/lib/beckon /var/lib/beckon/data
# Owned by root, so the program cannot change itself.
COPY package.json LICENSE /app/
COPY config /app/config
COPY --from=dependencies /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
ENV NODE_ENV=production BECKON_CONFIG=/etc/beckon/beckon.yaml
# The image's account `node`. The embedded queue needs an account with a name; on Redis and PostgreSQL any number does.
USER 1000:1000
WORKDIR /var/lib/beckon
VOLUME ["/var/lib/beckon/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:8080/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["serve"]
