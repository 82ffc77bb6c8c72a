/** The largest file the API takes, in bytes, and the longest, in seconds. */
export const maxFile = 5 << 20
export const maxSeconds = 600

/** How sound is written into a WAV file: samples a second, and linear or G.711 µ-law. */
export interface WavFormat {
  rate: number
  coding: 'pcm16' | 'ulaw'
}

const headerBytes = 58

/**
 * The best format in which so many seconds of sound fit into a file: what telephones play
 * at best, 16 kHz, down to what all of them do. Null when none does.
 */
export function formatFor(seconds: number, limit = maxFile): WavFormat | null {
  if (!(seconds > 0) || seconds > maxSeconds) return null
  const formats: WavFormat[] = [
    { rate: 16000, coding: 'pcm16' },
    { rate: 8000, coding: 'pcm16' },
    { rate: 8000, coding: 'ulaw' },
  ]
  return formats.find((format) => sizeOf(Math.ceil(seconds * format.rate), format) <= limit) ?? null
}

function sizeOf(samples: number, format: WavFormat): number {
  const data = samples * (format.coding === 'ulaw' ? 1 : 2)
  return headerBytes + data + (data % 2)
}

/** Writes one channel of samples from -1 to 1 as a RIFF WAVE file. */
export function encodeWav(samples: Float32Array, format: WavFormat): Uint8Array<ArrayBuffer> {
  const ulaw = format.coding === 'ulaw'
  const width = ulaw ? 1 : 2
  const data = samples.length * width
  const file = new Uint8Array(sizeOf(samples.length, format))
  const view = new DataView(file.buffer)
  const text = (at: number, s: string) => { for (let i = 0; i < s.length; i++) file[at + i] = s.charCodeAt(i) }
  text(0, 'RIFF')
  view.setUint32(4, file.length - 8, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 18, true)
  view.setUint16(20, ulaw ? 7 : 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, format.rate, true)
  view.setUint32(28, format.rate * width, true)
  view.setUint16(32, width, true)
  view.setUint16(34, width * 8, true)
  view.setUint16(36, 0, true)
  text(38, 'fact')
  view.setUint32(42, 4, true)
  view.setUint32(46, samples.length, true)
  text(50, 'data')
  view.setUint32(54, data, true)
  for (let i = 0; i < samples.length; i++) {
    const linear = Math.round(Math.min(Math.max(samples[i]!, -1), 1) * 32767)
    if (ulaw) file[headerBytes + i] = encodeULaw(linear)
    else view.setInt16(headerBytes + 2 * i, linear, true)
  }
  return file
}

const bias = 132
const clip = 32635

/** A linear sample of 16 bits in µ-law (ITU-T G.711). */
export function encodeULaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const magnitude = Math.min(Math.abs(sample), clip) + bias
  const segment = 24 - Math.clz32(magnitude)
  return ~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff
}

/** What a file is, by its first bytes: what the API takes as it is, or something else. */
export function recognize(head: Uint8Array): 'wav' | 'mp3' | 'opus' | 'other' {
  const text = (at: number, length: number) => String.fromCharCode(...head.subarray(at, at + length))
  if (text(0, 4) === 'RIFF' && text(8, 4) === 'WAVE') return 'wav'
  if (text(0, 4) === 'OggS' && text(28, 8) === 'OpusHead') return 'opus'
  if (text(0, 3) === 'ID3') return 'mp3'
  // MPEG audio layer III: eleven set bits, then version and layer (ISO/IEC 11172-3, 2.4.1.3)
  const [first = 0, second = 0] = head
  if (first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) === 0x02) return 'mp3'
  return 'other'
}
