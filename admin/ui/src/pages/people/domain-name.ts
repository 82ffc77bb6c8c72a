/** tidyPrefix makes what is typed a label of a host name: small letters, digits and hyphens. */
export const tidyPrefix = (typed: string): string => typed.toLowerCase().replace(/[\s_]+/g, '-').replace(/[^a-z0-9-]/g, '').slice(0, 63)

/** wholeDomain is the domain a prefix stands for; '' without a prefix. */
export const wholeDomain = (prefix: string, base: string): string => (prefix && base ? `${prefix}.${base}` : '')
