import { expect, type Browser, type Locator, type Page } from '@playwright/test'

/** Of the story's people; the daemon and its data go with the test. */
export const password = 'Correct horse battery 9'

export const owner = { name: 'Olga Owner', email: 'olga@office.example' }
export const manager = { name: 'Max Manager', email: 'max@office.example' }
export const viewer = { name: 'Vera Viewer', email: 'vera@office.example' }

/** visitor opens a browser of its own, as wide as a desk's unless told. */
export async function visitor(browser: Browser, width = 1440): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale: 'en-US' })
  return context.newPage()
}

/** enter fills in the log-in form. */
export async function enter(form: Locator, email: string): Promise<void> {
  await form.getByLabel('E-mail').fill(email)
  await form.locator('input[name=password]').fill(password)
  await form.getByRole('button', { name: 'Log in' }).click()
}

/** choosePassword takes a one-time link. */
export async function choosePassword(page: Page): Promise<void> {
  await page.getByLabel('New password').fill(password)
  await page.getByLabel('The same again').fill(password)
  await page.getByRole('button', { name: 'Save and log in' }).click()
  await expect(page.getByRole('button', { name: 'Save and log in' })).toBeHidden()
}

/** open goes to a page by the sidebar. */
export async function open(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name, exact: true }).click()
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible()
}

/** press opens a dialog by the button of that name; of two, the first. It is called as the button is, unless told. */
export async function press(page: Page, name: string, title: string | RegExp = name): Promise<Locator> {
  await page.getByRole('button', { name, exact: true }).first().click()
  const box = page.getByRole('dialog', { name: title })
  await expect(box).toBeVisible()
  return box
}

/** type fills text fields by their labels. */
export async function type(box: Page | Locator, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await box.getByRole('textbox', { name: label }).first().fill(value)
}

/** choose picks an option of a drop-down or a picker. */
export async function choose(page: Page, box: Page | Locator, label: string, option: string | RegExp): Promise<void> {
  const name = new RegExp(`^${label}( \\*)?$`) // not 'Credential list' for 'Credential'
  const field = box.getByRole('combobox', { name }).or(box.getByRole('textbox', { name })).first()
  await field.click()
  await page.getByRole('option', { name: option }).first().click()
}

/** confirm ends a dialog by its button, and waits until it has closed. */
export async function confirm(box: Locator, name: string): Promise<void> {
  await box.getByRole('button', { name, exact: true }).click()
  await expect(box).toBeHidden()
}
