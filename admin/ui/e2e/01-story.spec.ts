import { expect, test, type Page } from '@playwright/test'
import { choose, choosePassword, confirm, enter, manager, open, owner, press, type, viewer, visitor } from './actors'
import { all, api } from './api'
import { link, stage } from './stage'

test.describe.configure({ mode: 'serial' })

const mac = '80:5e:c0:77:00:01'
const agent = (of: string) => `Yealink SIP-T46U 108.86.0.75 ${of}`

let page: Page // the owner's
let second: Page // the manager's
let account = '' // accounts/<id>
let device = '' // address of the first phone's page

test('the first person sets the account up', async ({ browser }) => {
  page = await visitor(browser)
  await page.goto(process.env.FIRST_LOGIN ?? '')
  await type(page, { 'Your name': owner.name, 'E-mail': owner.email, 'Name of the business': 'Acme Offices' })
  await choosePassword(page)
  await expect(page.getByRole('heading', { name: 'Set up your phones' })).toBeVisible()
  await expect(page.getByText('0 of 7 done')).toBeVisible()
  account = `accounts/${(await all('accounts'))[0]?.id}`
})

test('a manager is invited by mail and logs in for the first time', async ({ browser }) => {
  await open(page, 'Account managers')
  const box = await press(page, 'Invite manager')
  await type(box, { Name: manager.name, 'E-mail': manager.email })
  await confirm(box, 'Invite')
  await expect(page.getByText(`A mail with the link is on its way to ${manager.email}`)).toBeVisible()
  await page.getByRole('dialog').getByRole('button').last().click()
  await expect(page.getByRole('row', { name: new RegExp(manager.name) })).toContainText('invited')

  const mail = await stage.mail(manager.email, '')
  second = await visitor(browser)
  await second.goto(link(mail))
  await choosePassword(second)
  await expect(second.getByRole('heading', { name: 'Set up your phones' })).toBeVisible()
  await second.goto(link(mail))
  await expect(second.getByText('This link does not work any more')).toBeVisible()
})

test('a domain, a credential list and its attachment', async () => {
  await open(page, 'SIP domains')
  let box = await press(page, 'New domain')
  await type(box, { 'Host name or IP address': 'sip.acme.example' })
  await confirm(box, 'Create')
  await expect(page.getByRole('row', { name: /sip\.acme\.example/ })).toBeVisible()

  await open(page, 'Credential lists')
  box = await press(page, 'New credential list')
  await type(box, { Name: 'Desk phones' })
  await confirm(box, 'Create')
  await expect(page.getByRole('heading', { name: 'Desk phones' })).toBeVisible()
  box = await press(page, 'New credential')
  await type(box, { 'SIP user name': 'ada' })
  await confirm(box, 'Create')
  await expect(page.getByText('Password of ada')).toBeVisible()
  await page.getByRole('dialog').getByRole('button').last().click()

  await open(page, 'Credential attachments')
  box = await press(page, 'Attach a list')
  await choose(page, box, 'Credential list', 'Desk phones')
  await choose(page, box, 'SIP domain', 'sip.acme.example')
  await confirm(box, 'Attach a list')
  await expect(page.getByRole('row', { name: /Desk phones/ })).toContainText('calls and registrations')
})

test('a place with people who are told, and a way to the outside', async () => {
  await page.goto(`/${account}/settings?tab=locations`)
  const box = await press(page, 'Add location')
  await type(box, { Name: 'Head office', 'House number': '350', City: 'New York', 'State or province': 'NY', 'Postal code': '10118', 'Primary number': '+12125550100' })
  await box.getByRole('textbox', { name: 'Street', exact: true }).fill('Fifth Avenue')
  await confirm(box, 'Save')
  await expect(page.getByRole('row', { name: /Head office/ })).toBeVisible()
  const recipients = page.getByRole('textbox', { name: 'E-mail addresses' }).or(page.getByRole('combobox', { name: 'E-mail addresses' })).first()
  await recipients.fill('desk@acme.example')
  await recipients.press('Enter')
  await page.getByRole('button', { name: 'Save: E-mail addresses' }).click()
  await expect(page.getByRole('button', { name: 'Save: E-mail addresses' })).toBeHidden()

  const { host } = await stage.carrier()
  await open(page, 'Provider accounts')
  const trunk = await press(page, 'New provider account')
  await type(trunk, { Name: 'Carrier' })
  await choose(page, trunk, 'Provider', 'Any SIP trunk')
  const hosts = trunk.getByRole('textbox', { name: 'Hosts' }).or(trunk.getByRole('combobox', { name: 'Hosts' })).first()
  await hosts.fill(host)
  await hosts.press('Enter')
  await confirm(trunk, 'Create')
  await expect(page.getByRole('heading', { name: 'Carrier' })).toBeVisible()
  await page.getByRole('switch', { name: 'Takes emergency calls' }).check({ force: true })
  await page.getByRole('button', { name: 'Save trunk' }).click()
  await expect(page.getByText('Saved').first()).toBeVisible()
})

test('a user with an extension, and keys for the phones', async () => {
  await open(page, 'Users')
  let box = await press(page, 'New user')
  await type(box, { Name: 'Ada Front', 'E-mail': 'ada@acme.example' })
  await confirm(box, 'Create')
  await expect(page.getByRole('heading', { name: 'Ada Front' })).toBeVisible()

  await open(page, 'Extensions')
  box = await press(page, 'New extension')
  await type(box, { Number: '1001' })
  await choose(page, box, 'Leads to', 'User')
  await choose(page, box, 'User', 'Ada Front')
  await confirm(box, 'Create')
  await expect(page.getByRole('row', { name: /1001/ })).toContainText('Ada Front')

  await open(page, 'Button templates')
  box = await press(page, 'Add template')
  await type(box, { Name: 'Desk' })
  await confirm(box, 'Create')
  await expect(page.getByRole('heading', { name: 'Desk', level: 1 })).toBeVisible()
  box = await press(page, 'Lamp of a park slot', /^Add /)
  const slot = box.getByRole('textbox', { name: 'Park slot' }).or(box.getByRole('spinbutton', { name: 'Park slot' })).first()
  await slot.fill('12')
  await confirm(box, 'Add')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByText('The keys have been changed.')).toBeHidden()
})

test('a phone boots, registers, and the page shows each step', async () => {
  await open(page, 'Phones')
  let box = await press(page, 'Add phone')
  await type(box, { 'MAC address': mac, Name: 'Front desk' })
  await choose(page, box, 'Model', 'T46U')
  await choose(page, box, 'Location', 'Head office')
  await choose(page, box, 'Button template', 'Desk')
  await confirm(box, 'Add')
  await expect(page.getByRole('heading', { name: 'Front desk' })).toBeVisible()
  device = new URL(page.url()).pathname
  await page.getByRole('tab', { name: 'Lines' }).click()
  box = await press(page, 'Add line')
  await choose(page, box, 'Credential list', 'Desk phones')
  await choose(page, box, 'Credential', 'ada')
  await choose(page, box, 'SIP domain', 'sip.acme.example')
  await choose(page, box, 'User', 'Ada Front')
  await confirm(box, 'Add')
  await expect(page.getByRole('row', { name: /ada@sip.acme.example/ })).toBeVisible()

  await page.goto(`/${account}/settings?tab=devices`)
  await page.getByRole('button', { name: 'Generate' }).click()
  const url = page.getByText(/^https?:\/\/\S+\/p\/\S+\/$/)
  await expect(url).toBeVisible()
  const address = (await url.textContent()) ?? ''

  await page.goto(device)
  await expect(page.getByText('Came to the provisioning URL')).toBeVisible()
  await stage.boot('ada', address, mac, agent(mac))
  const steps = page.getByRole('list').filter({ hasText: 'Came to the provisioning URL' })
  for (const step of ['Came to the provisioning URL', 'Fetched its configuration', 'Registered']) {
    await expect(steps.getByRole('listitem').filter({ hasText: step })).toContainText('Done')
  }
})

test('a call to 911 shows who was told', async () => {
  await stage.dial('ada', '911')
  await stage.carrierAnswers()
  await stage.mail('desk@acme.example', 'EMERGENCY 911 call')
  await open(page, 'Emergency calls')
  await page.getByRole('row', { name: /Ada Front/ }).first().getByRole('link').first().click()
  await expect(page.getByRole('heading', { name: 'Emergency call by Ada Front' })).toBeVisible()
  await expect(page.getByText('desk@acme.example').first()).toBeVisible()
  await stage.hangup('ada')
  await stage.mail('desk@acme.example', 'ended')
  await page.goto('/')
  await expect(page.getByText('6 of 7 done')).toBeVisible()
  await stage.dial('ada', '933')
  await stage.carrierAnswers()
  await stage.mail('desk@acme.example', 'TEST 933 call')
  await expect(page.getByText('6 of 7 done')).toBeHidden({ timeout: 90_000 }) // ticked by itself, and the list has done its duty
  await stage.hangup('ada')
})

test('a parked call appears and leaves', async () => {
  // The second phone is not part of what is told.
  const [domain, list] = [(await all(`${account}/sip_domains`))[0]?.id, (await all(`${account}/credential_lists`))[0]?.id]
  const user = await api<{ id: string }>('POST', `${account}/users`, { name: 'Ben Back', email: 'ben@acme.example' })
  await api('POST', `${account}/extensions`, { number: '1002', target: { type: 'user', id: user.id } })
  const credential = await api<{ id: string }>('POST', `${account}/credential_lists/${list}/credentials`, { username: 'ben' })
  const other = '80:5e:c0:77:00:02'
  await api('POST', `${account}/devices`, { type: 'deskphone', mac: other, model: 'T46U', name: 'Back', lines: [{ credential: credential.id, domain, user: user.id }] })
  const { url } = await api<{ url: string }>('GET', `${account}/provisioning`)
  await stage.boot('ben', url, other, agent(other))

  await open(page, 'Parked calls')
  await stage.dial('ben', '1001')
  await stage.accept('ada')
  await stage.transfer('ada', '*6812')
  const row = page.getByRole('row', { name: /1002|Ben Back/ })
  await expect(row).toContainText('12')
  await stage.hangup('ben')
  await expect(row).toBeHidden()
})

test('the activity log tells all of it, filtered each way', async () => {
  await page.goto(`/${account}/settings?tab=activity`)
  const rows = (of: RegExp) => page.getByRole('row', { name: of })
  await expect(rows(/parked_call\.list/).first()).toBeVisible()
  await page.getByRole('button', { name: /Event: Any/ }).click()
  await page.getByRole('switch', { name: 'Reads' }).click({ force: true })
  await page.keyboard.press('Escape')
  await expect(rows(/device\.create/).first()).toBeVisible()
  await expect(rows(/parked_call\.list/)).toHaveCount(0)
  const filter = (label: string) => page.getByRole('textbox', { name: new RegExp(label) })
  await filter('Actor').fill(owner.name)
  await filter('Resource').fill('mgr_')
  await expect(rows(/account_manager\.create/)).toHaveCount(1)
  await filter('Resource').fill('dev_')
  await expect(rows(/device\.create/)).toHaveCount(1)
  await filter('IP').fill('192.0.2.')
  await expect(page.getByText('Nothing matches')).toBeVisible()
  await page.getByRole('button', { name: 'Clear filters' }).first().click()
  await expect(rows(/audit_entry\.list|event\.watch/).first()).toBeVisible()
  await page.getByRole('button', { name: 'Verify' }).click()
  await expect(page.getByText(/all intact/)).toBeVisible()
})

test('rotating the token warns, and a viewer cannot', async ({ browser }) => {
  await page.goto(`/${account}/settings?tab=devices`)
  const box = await press(page, 'Rotate', 'Rotate the provisioning token?')
  await expect(box).toContainText('The old URL stops at once.')
  const before = await api<{ url: string }>('GET', `${account}/provisioning`)
  await confirm(box, 'Rotate')
  const after = await api<{ url: string }>('GET', `${account}/provisioning`)
  expect(after.url).not.toBe(before.url)

  await api('POST', `${account}/account_managers`, { ...viewer, role: 'viewer' })
  const third = await visitor(browser)
  await third.goto(link(await stage.mail(viewer.email, '')))
  await choosePassword(third)
  await third.goto(`/${account}/settings?tab=devices`)
  await expect(third.getByText('Provisioning URL')).toBeVisible()
  await expect(third.getByRole('button', { name: 'Rotate' })).toHaveCount(0)
  await open(third, 'SIP domains')
  await expect(third.getByRole('button', { name: 'New domain' })).toHaveCount(0)
  const session = (await (await third.request.get('/v1/session')).json()) as { csrf_token: string }
  const denied = await third.request.post(`/v1/${account}/provisioning/rotate`, { data: {}, headers: { 'X-CSRF-Token': session.csrf_token } })
  expect(denied.status()).toBe(403)
  await third.context().close()
})

test('two people change the same name: the second one decides', async () => {
  for (const one of [page, second]) await one.goto(`/${account}/settings?tab=general`)
  const name = (one: Page) => one.getByRole('textbox', { name: 'Name', exact: true }).first()
  await name(second).fill('Acme of Max')
  await name(page).fill('Acme of Olga')
  await page.getByRole('button', { name: 'Save: Name', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Save: Name', exact: true })).toBeHidden()
  await second.getByRole('button', { name: 'Save: Name', exact: true }).click()
  const box = second.getByRole('dialog', { name: 'Somebody else changed this meanwhile' })
  await expect(box).toContainText('Acme of Olga')
  await box.getByText('Acme of Max').first().click()
  await box.getByRole('button', { name: 'Save my choice' }).click()
  await expect(box).toBeHidden()
  await expect(name(second)).toHaveValue('Acme of Max')
})

test('a session that ends in the middle loses no text', async () => {
  await second.goto(`/${account}/settings?tab=general`)
  const contact = second.getByRole('textbox', { name: 'Contact person' })
  await contact.fill('Clara Contact')
  const max = (await all(`${account}/account_managers`)).find((m) => m.email === manager.email)
  await api('POST', `${account}/account_managers/${max?.id}/sign_out`)
  await second.getByRole('button', { name: 'Save: Contact person' }).click()
  const box = second.getByRole('dialog', { name: 'Your session has ended' })
  await expect(box).toBeVisible()
  await enter(box, manager.email)
  await expect(box).toBeHidden()
  await expect(second.getByRole('button', { name: 'Save: Contact person' })).toBeHidden()
  await expect(contact).toHaveValue('Clara Contact')
  const saved = await api<{ primary_contact_name: string }>('GET', account)
  expect(saved.primary_contact_name).toBe('Clara Contact')
})
