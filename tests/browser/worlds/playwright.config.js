// For README's example: two workers, so that its tests run at once, each in a world of its own.
export default {
  fullyParallel: true,
  workers: 2,
  reporter: "list",
  use: {
    baseURL: process.env.PAGE_URL,
    launchOptions: { executablePath: process.env.CHROMIUM },
  },
}
