/**
 * newKey is an Idempotency-Key: 128 random bits. crypto.randomUUID would do where the page
 * came over HTTPS; it is not there on a plain address of the local network.
 */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
