// What happens outside of the browser: test/stage_test.go does it.

/** An order to the stage; it answers once it is carried out. */
async function order<T = Record<string, never>>(name: string, what: object = {}): Promise<T> {
  const response = await fetch(`${process.env.STAGE}/${name}`, { method: 'POST', body: JSON.stringify(what) })
  if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

export interface Mail {
  subject: string
  text: string
  html: string
}

export const stage = {
  /** Waits for the next mail to somebody whose subject has the words. */
  mail: (to: string, subject: string) => order<Mail>('mail', { to, subject }),
  /** Plugs in a desk phone: it fetches its configuration and registers. */
  boot: (phone: string, url: string, mac: string, agent: string) => order<{ username: string }>('boot', { phone, url, mac, agent }),
  dial: (phone: string, number: string) => order('dial', { phone, number }),
  accept: (phone: string) => order('accept', { phone }),
  talking: (phone: string) => order('talking', { phone }),
  transfer: (phone: string, number: string) => order('transfer', { phone, number }),
  hangup: (phone: string) => order('hangup', { phone }),
  /** A carrier that a trunk may lead to: host:port. */
  carrier: () => order<{ host: string }>('carrier'),
  carrierAnswers: () => order('carrier_answers'),
  carrierHangsUp: () => order('carrier_hangs_up'),
}

/** The one-time link in a mail. */
export function link(mail: Mail): string {
  const found = /https?:\/\/\S+\/(invitation|reset)\/[A-Za-z0-9]+/.exec(mail.text)
  if (!found) throw new Error(`no link in:\n${mail.text}`)
  return found[0]
}
