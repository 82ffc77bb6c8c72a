import { describe, expect, it } from 'vitest'
import { encodeULaw, encodeWav, formatFor, maxFile, recognize } from './wav'
import { outline, peaksOf, raised } from './waveform'

describe('formatFor', () => {
  it.each([[1, 16000, 'pcm16'], [163, 16000, 'pcm16'], [170, 8000, 'pcm16'], [327, 8000, 'pcm16'], [330, 8000, 'ulaw'], [600, 8000, 'ulaw']])(
    'writes %d s at %d Hz as %s', (seconds, rate, coding) => expect(formatFor(seconds)).toEqual({ rate, coding }),
  )
  it.each([0, -1, 601, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d s', (seconds) => expect(formatFor(seconds)).toBeNull())
  it('keeps to the limit', () => {
    for (const seconds of [1, 163.8, 327.6, 600]) {
      const format = formatFor(seconds)!
      expect(encodeWav(new Float32Array(Math.ceil(seconds * format.rate)), format).length).toBeLessThanOrEqual(maxFile)
    }
  })
})

describe('encodeWav', () => {
  const text = (file: Uint8Array, at: number, length: number) => String.fromCharCode(...file.subarray(at, at + length))
  it.each([['pcm16', 1, 16, 6], ['ulaw', 7, 8, 3]] as const)('writes a header of %s', (coding, tag, bits, data) => {
    const file = encodeWav(new Float32Array([0, 0.5, -1]), { rate: 8000, coding })
    const view = new DataView(file.buffer)
    expect([text(file, 0, 4), text(file, 8, 8), text(file, 50, 4)]).toEqual(['RIFF', 'WAVEfmt ', 'data'])
    expect([view.getUint32(4, true), view.getUint16(20, true), view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true), view.getUint32(54, true)])
      .toEqual([file.length - 8, tag, 1, 8000, bits, data])
    expect(file.length % 2).toBe(0)
  })
  it('clips what is too loud', () => {
    const view = new DataView(encodeWav(new Float32Array([2, -2, 0.5]), { rate: 8000, coding: 'pcm16' }).buffer)
    expect([58, 60, 62].map((at) => view.getInt16(at, true))).toEqual([32767, -32767, 16384])
  })
})

/** A sample of µ-law read back (ITU-T G.711). */
function decodeULaw(byte: number): number {
  const b = ~byte & 0xff
  const magnitude = ((((b & 0x0f) << 3) + 132) << ((b >> 4) & 7)) - 132
  return b & 0x80 ? -magnitude : magnitude
}

it('writes µ-law that reads back within its step', () => {
  for (let sample = -32768; sample <= 32767; sample += 7) {
    const back = decodeULaw(encodeULaw(sample))
    expect(Math.abs(back - Math.max(Math.min(sample, 32635), -32635))).toBeLessThanOrEqual(Math.max(Math.abs(sample) / 16, 8))
  }
  expect([encodeULaw(0), encodeULaw(32767), encodeULaw(-32768)]).toEqual([0xff, 0x80, 0x00])
})

describe('recognize', () => {
  const bytes = (...parts: (string | number[])[]) => new Uint8Array(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : part)))
  it.each([
    ['wav', bytes('RIFF', [0, 0, 0, 0], 'WAVEfmt ')],
    ['opus', bytes('OggS', Array<number>(24).fill(0), 'OpusHead')],
    ['other', bytes('OggS', Array<number>(24).fill(0), [1], 'vorbis')],
    ['mp3', bytes('ID3', [4, 0])],
    ['mp3', bytes([0xff, 0xfb, 0x90, 0x00])],
    ['other', bytes([0xff, 0xf1, 0x50, 0x80])], // AAC in ADTS
    ['other', bytes('RIFF', [0, 0, 0, 0], 'AVI ')],
    ['other', bytes()],
  ])('finds %s', (kind, head) => expect(recognize(head)).toBe(kind))
})

describe('peaksOf', () => {
  it('keeps the extremes of each part', () => {
    expect(peaksOf(new Float32Array([0, 0.5, -0.25, 0, 1, 0]), 3)).toEqual([{ low: 0, high: 0.5 }, { low: -0.25, high: 0 }, { low: 0, high: 1 }])
  })
  it('takes more parts than samples, and none', () => {
    expect(peaksOf(new Float32Array([0.5]), 3)).toHaveLength(3)
    expect(peaksOf(new Float32Array(), 2)).toEqual([{ low: 0, high: 0 }, { low: 0, high: 0 }])
  })
})

it('raises what is quiet, not what is silent', () => {
  expect(raised([{ low: -0.25, high: 0.1 }, { low: 0, high: 0.5 }])).toEqual([{ low: -0.5, high: 0.2 }, { low: 0, high: 1 }])
  expect(raised([{ low: 0, high: 0.001 }])[0]?.high).toBeCloseTo(0.1)
})

it('draws a closed outline, silence too', () => {
  expect(outline([{ low: -1, high: 1 }, { low: 0, high: 0 }], 100, 20)).toBe('M0 0.5L100 9.5L100 10.5L0 19.5Z')
  expect(outline([], 100, 20)).toBe('')
})
