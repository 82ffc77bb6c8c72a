import { expect, test } from 'vitest'
import { readiness, type Device } from './device'

const device = (d: Partial<Device>): Device =>
  ({ type: 'deskphone', status: 'pending-sync', registration_status: 'not_registered', last_call_at: null, lines: [{ line: 1 }], ...d }) as Device

const done = (d: Partial<Device>, seen = false) => readiness(device(d), seen).map((s) => `${s.key}${s.done ? '+' : '-'}`).join(' ')

test('a phone is led from its box into use', () => {
  expect(done({ lines: [] })).toBe('url- config- lines- registered- called-')
  expect(done({}, true)).toBe('url+ config- lines+ registered- called-')
  expect(done({ status: 'provisioned' })).toBe('url+ config+ lines+ registered- called-')
  expect(done({ status: 'provisioned', registration_status: 'registered' })).toBe('url+ config+ lines+ registered+ called-')
  expect(done({ last_call_at: '2026-01-01T00:00:00Z' })).toBe('url+ config+ lines+ registered+ called+')
})

test('softphones and handsets fetch nothing', () => {
  expect(done({ type: 'softphone' })).toBe('lines+ registered- called-')
  expect(done({ type: 'dect_handset', lines: [] })).toBe('lines- registered- called-')
  expect(done({ type: 'dect_base', lines: [] })).toBe('url- config- lines+ registered- called-')
})
