import { expect, test, type Page } from '@playwright/test'
import { confirm, enter, open, owner, press, type, viewer, visitor } from './actors'
import { all, api } from './api'

// What goes wrong in an office: hostile names, impatient fingers, broken lines, closed doors.

test.describe.configure({ mode: 'serial' })

let page: Page
let account = ''

test.beforeAll(async ({ browser }) => {
  account = `accounts/${(await all('accounts'))[0]?.id}`
  page = await visitor(browser)
  await page.goto('/login')
  await enter(page.locator('form'), owner.email)
  await expect(page.locator('nav a[href*="/users"]')).toBeAttached()
})

test('a name that is a script is only a name', async () => {
  const name = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'
  const user = await api<{ id: string }>('POST', `${account}/users`, { name, email: 'script@acme.example' })
  await api('POST', `${account}/ring_groups`, { name, members: [{ type: 'user', id: user.id }] })
  for (const path of ['users', `users/${user.id}`, 'ring_groups', 'settings?tab=activity']) {
    await page.goto(`/${account}/${path}`)
    await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible()
    if (!path.startsWith('settings')) await expect(page.getByText('<img src=x').first()).toBeVisible()
    expect(await page.evaluate(() => 'hit' in window)).toBe(false)
  }
})

test('two clicks make one user', async () => {
  await open(page, 'Users')
  const box = await press(page, 'New user')
  await type(box, { Name: 'Double Dan', 'E-mail': 'dan@acme.example' })
  await box.getByRole('button', { name: 'Create', exact: true }).dblclick()
  await expect(box).toBeHidden()
  expect((await all(`${account}/users`)).filter((u) => u.name === 'Double Dan')).toHaveLength(1)
})

test('what is wrong stands at its field, and nothing is lost', async () => {
  await open(page, 'Users')
  const box = await press(page, 'New user')
  await type(box, { Name: 'Second Dan', 'E-mail': 'dan@acme.example' })
  await box.getByRole('button', { name: 'Create', exact: true }).click()
  await expect(box.getByRole('textbox', { name: 'E-mail' })).toHaveAttribute('aria-invalid', 'true')
  await expect(box.getByRole('textbox', { name: 'Name' })).toHaveValue('Second Dan')
  await type(box, { 'E-mail': 'second@acme.example' })
  await confirm(box, 'Create')
})

test('a broken line keeps the text until it can be saved', async () => {
  await page.goto(`/${account}/settings?tab=general`)
  const contact = page.getByRole('textbox', { name: 'Contact person' })
  await contact.fill('Olaf Offline')
  const save = page.getByRole('button', { name: 'Save: Contact person' })
  await page.context().setOffline(true)
  await save.click()
  await expect(page.getByText('The server cannot be reached').first()).toBeVisible()
  await expect(contact).toHaveValue('Olaf Offline')
  await page.context().setOffline(false)
  await save.click()
  await expect(save).toBeHidden()
  expect((await api<{ primary_contact_name: string }>('GET', account)).primary_contact_name).toBe('Olaf Offline')
})

test('who goes back with text that is not saved is asked', async () => {
  await open(page, 'Users')
  await page.goto(`/${account}/settings?tab=general`)
  await page.getByRole('textbox', { name: 'Contact person' }).fill('Half writ')
  await page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name: 'Users' }).click()
  const asked = page.getByRole('dialog', { name: 'Leave without saving?' })
  await asked.getByRole('button', { name: 'Stay' }).click()
  await expect(page.getByRole('textbox', { name: 'Contact person' })).toHaveValue('Half writ')
  await page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name: 'Users' }).click()
  await asked.getByRole('button', { name: 'Leave' }).click()
  await expect(page.getByRole('heading', { name: 'Users', level: 1 })).toBeVisible()
})

test('nobody removes the owner, or himself, and a session alone changes nothing', async () => {
  const me = (await all(`${account}/account_managers`)).find((m) => m.email === owner.email)
  const session = (await (await page.request.get('/v1/session')).json()) as { csrf_token: string }
  const forged = await page.request.delete(`/v1/${account}/account_managers/${me?.id}`)
  expect(forged.status()).toBe(403) // without the token
  const own = await page.request.delete(`/v1/${account}/account_managers/${me?.id}`, { headers: { 'X-CSRF-Token': session.csrf_token } })
  expect(own.status()).toBe(409)
})

test('a viewer who opens a closed door is told so', async ({ browser }) => {
  const guest = await visitor(browser)
  await guest.goto('/login?next=/platform/administrators')
  await enter(guest.locator('form'), viewer.email)
  await expect(guest.getByText('You may not do this').first()).toBeVisible()
  await guest.goto(`/accounts/acct_00000000000000000000000000/users`)
  await expect(guest.getByText('This is not here').first()).toBeVisible()
  await guest.context().close()
})
