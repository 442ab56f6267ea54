// The backend as it was when it was recorded; ports, the database and the secrets come from the environment.
// Nothing here knows where they are: tests/real/running.py does.

const needed = (name) => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set; start this backend by tests/real/running.py`)
  return value
}

module.exports = {
  projectConfig: {
    jwt_secret: needed("JWT_SECRET"),
    cookie_secret: needed("COOKIE_SECRET"),
    store_cors: "http://localhost:8000",
    admin_cors: "http://localhost:7000,http://localhost:7001",
    database_url: needed("DATABASE_URL"),
    // an import whose file is missing keeps its connection for ever, and the usual ten are soon gone
    database_extra: { max: 60 },
  },
  plugins: [
    "medusa-fulfillment-manual",
    "medusa-payment-manual",
    { resolve: "@medusajs/file-local", options: { upload_dir: "uploads", backend_url: needed("BACKEND_URL") } },
  ],
  modules: {
    eventBus: { resolve: "@medusajs/event-bus-local" },
    cacheService: { resolve: "@medusajs/cache-inmemory" },
  },
  featureFlags: {},
}
