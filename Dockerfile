FROM node:22-slim AS build
WORKDIR /graft
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:22-slim
WORKDIR /graft
COPY --from=build /graft/package.json ./
COPY --from=build /graft/node_modules node_modules
COPY --from=build /graft/dist dist
COPY --from=build /graft/examples examples
COPY --from=build /graft/kong/plugin-info.json /graft/kong/plugin-info-log.json kong/
# Shared with Envoy: the socket and Envoy's generated configuration. Both containers run as this user, the socket is for nobody else.
RUN mkdir -p /run/graft && chown node:node /run/graft
USER node
ENTRYPOINT ["node", "/graft/dist/cli/main.js"]
