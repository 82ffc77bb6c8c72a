import { useMemo } from 'react'
import { useAll } from '~/api/records'

/** useProviderDomains are the domains that belong to a provider account. */
export const useProviderDomains = (provider: string) => useAll('sip_domains', { provider_account: provider })

/** useLinkedAttachments are the attachments of those domains. */
export function useLinkedAttachments(provider: string) {
  const domains = useProviderDomains(provider)
  const attachments = useAll('credential_attachments')
  return useMemo(() => {
    const own = new Set(domains.data?.map((d) => d.id))
    return { pending: domains.isPending || attachments.isPending, rows: attachments.data?.filter((a) => own.has(a.domain ?? '')) ?? [] }
  }, [domains.data, domains.isPending, attachments.data, attachments.isPending])
}

/** useLinkedDevices are the devices with a line in one of those domains. */
export function useLinkedDevices(provider: string) {
  const domains = useProviderDomains(provider)
  const devices = useAll('devices')
  return useMemo(() => {
    const own = new Set(domains.data?.map((d) => d.id))
    const rows = devices.data?.filter((d) => (d.lines ?? []).some((l) => own.has(l.domain ?? ''))) ?? []
    const users = new Set(rows.flatMap((d) => d.lines.flatMap((l) => (l.user && own.has(l.domain ?? '') ? [l.user] : []))))
    return { pending: domains.isPending || devices.isPending, rows, users }
  }, [domains.data, domains.isPending, devices.data, devices.isPending])
}
