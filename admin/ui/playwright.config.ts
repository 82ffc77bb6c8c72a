import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

// The browser is the system's: none is downloaded. test/page_test.go runs the scripts and
// says where the daemon is.
const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync)

export default defineConfig({
  testDir: './e2e',
  outputDir: process.env.SCREENSHOTS ?? './e2e-out',
  // One after the other, in the order of the names: each goes on where the one before ended.
  fullyParallel: false,
  workers: 1,
  retries: 0,
  maxFailures: 1,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  use: {
    baseURL: process.env.PAGE,
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: browser, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] },
  },
})
