import { expect, test } from '@playwright/test'
import { enter, owner, visitor } from './actors'
import { all } from './api'

// A thousand phones, ten thousand in the soak (MANY): the list is read page by page, only
// the rows in sight are in the document, and one phone of all is found by typing.

const many = Number(process.env.MANY ?? 1000)
const perFile = 1000

/** table is one file of phones to import. */
function table(first: number): string {
  const rows = Array.from({ length: Math.min(perFile, many - first) }, (_, i) => {
    const n = first + i
    const mac = (0x805ec1000000 + n).toString(16)
    return `deskphone,${mac},Desk ${String(n).padStart(5, '0')},T46U`
  })
  return ['type,mac,name,model', ...rows].join('\n') + '\n'
}

test(`${many} phones stay fluid`, async ({ browser }) => {
  test.setTimeout(900_000)
  const account = `accounts/${(await all('accounts'))[0]?.id}`
  for (let first = 0; first < many; first += perFile) {
    const response = await fetch(`${process.env.PAGE}/v1/${account}/devices/import`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${process.env.PLATFORM_KEY}`, 'Content-Type': 'text/csv' },
      body: table(first),
    })
    expect(response.ok, await response.text()).toBe(true)
  }
  const page = await visitor(browser)
  await page.goto('/login')
  await enter(page.locator('form'), owner.email)
  await expect(page.locator('nav a[href*="/users"]')).toBeAttached()
  await page.goto(`/${account}/devices`)
  const list = page.locator('.rows')
  await expect(list.getByRole('row', { name: /Desk 0/ }).first()).toBeVisible()

  const everyone = new RegExp(`^${String(many + 2).replace(/\B(?=(\d{3})+$)/g, '[, ]?')} rows$`) // two are the story's

  // To the end, as fast as the pages come.
  await expect
    .poll(
      async () => {
        await list.evaluate((e) => e.scrollTo(0, e.scrollHeight))
        expect(await list.getByRole('row').count()).toBeLessThan(150)
        return page.getByRole('status').filter({ hasText: everyone }).count()
      },
      { timeout: 600_000, intervals: [100] },
    )
    .toBe(1)

  await page.goto(`/${account}/devices?text=Desk+00777`)
  await expect(list.getByRole('row', { name: /Desk 00777/ })).toBeVisible()
  await expect(page.getByRole('status').filter({ hasText: /^1 row$/ })).toBeVisible()

  // The activity log has one entry for each phone, and is read in the same way.
  await page.goto(`/${account}/settings?tab=activity`)
  const log = page.locator('.rows')
  await expect(log.getByRole('row').nth(20)).toBeVisible()
  for (let i = 0; i < 5; i++) {
    await log.evaluate((e) => e.scrollTo(0, e.scrollHeight))
    expect(await log.getByRole('row').count()).toBeLessThan(150)
  }
  await page.context().close()
})
