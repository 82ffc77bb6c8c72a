import { expect, test, type Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { enter, owner, visitor } from './actors'
import { all } from './api'

// Every page at the width of a desk and of a phone: no serious barrier for anybody (axe),
// nothing that sticks out sideways, and a picture to look at.

interface Finding {
  id: string
  impact: string | null
  nodes: { html: string; failureSummary?: string }[]
}

declare const axe: { run(): Promise<{ violations: Finding[] }> }

const source = readFileSync(join(process.cwd(), 'node_modules/axe-core/axe.min.js'), 'utf8')

async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(source)
  const { violations } = await page.evaluate(() => axe.run())
  return violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary ?? ''}`).join(' | ')}`)
}

/** Pages are those of the sidebar, their tabs and one record of each kind that has a page. */
async function pages(page: Page): Promise<string[]> {
  const links = await page.locator('nav a[href]').evaluateAll((list) => list.map((a) => a.getAttribute('href') ?? ''))
  const account = `/accounts/${(await all('accounts'))[0]?.id}`
  const records: string[] = []
  for (const kind of ['devices', 'button_templates', 'users', 'credential_lists', 'provider_accounts', 'emergency_calls', 'calls']) {
    const [first] = await all(`${account.slice(1)}/${kind}`)
    if (first) records.push(`${account}/${kind}/${first.id}`)
  }
  const tabs = ['general', 'telephony', 'locations', 'devices', 'activity'].map((tab) => `${account}/settings?tab=${tab}`)
  const phone = records.find((r) => r.includes('/devices/'))
  const ofPhone = phone ? ['lines', 'buttons', 'settings', 'config', 'history', 'emergency'].map((tab) => `${phone}?tab=${tab}`) : []
  return [...new Set([...links.filter(Boolean), ...records, ...tabs, ...ofPhone, '/profile'])]
}

for (const { width, scheme } of [{ width: 1440, scheme: 'light' }, { width: 390, scheme: 'dark' }] as const) {
  test(`every page ${width} pixels wide, ${scheme}`, async ({ browser }) => {
    test.setTimeout(360_000)
    const page = await visitor(browser, width)
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    const broken: string[] = []
    page.on('pageerror', (e) => broken.push(`${page.url()}: ${e.message}`))
    await page.goto('/login')
    const found = (await barriers(page)).map((b) => `/login: ${b}`)
    await enter(page.locator('form'), owner.email)
    await expect(page.locator('nav a[href*="/users"]')).toBeAttached() // the account's pages are known
    for (const path of await pages(page)) {
      await page.goto(path)
      await expect(page.getByRole('heading', { level: 1 }).first(), path).toBeVisible()
      await expect(page.locator('.mantine-Loader-root'), path).toHaveCount(0)
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      if (over > 0) found.push(`${path}: ${over} pixels stick out`)
      found.push(...(await barriers(page)).map((b) => `${path}: ${b}`))
      const name = path.replace(/[^a-z_=]+/gi, '-').replace(/-[A-Z0-9]{20,}/gi, '')
      await page.screenshot({ path: join(process.env.SCREENSHOTS ?? 'e2e-out', `${width}${name}.png`) })
    }
    expect(broken).toEqual([])
    expect(found).toEqual([])
    await page.context().close()
  })
}
