import { encodeWav, formatFor, maxFile, maxSeconds, recognize } from './wav'

/** Why a file cannot become a clip: the key of what to tell. */
export type ConvertFailure = 'undecodable' | 'too_long' | 'empty'

/** A file that cannot become a clip. */
export class ConvertError extends Error {
  constructor(readonly reason: ConvertFailure) {
    super(reason)
  }
}

/** A sound ready to be sent, with its samples to be drawn. */
export interface Prepared {
  file: Blob
  /** What the file was turned into; empty for one that is sent as it is. */
  converted: '' | 'wav'
  seconds: number
  samples: Float32Array
}

/** Largest file that is read into memory, in bytes. */
const maxSource = 200 << 20

/**
 * Makes a file of anything the browser can play one that the API takes: WAV, MP3 and Ogg
 * Opus within its size stay as they are, everything else becomes a WAV file.
 */
export async function prepare(source: Blob): Promise<Prepared> {
  if (source.size === 0) throw new ConvertError('empty')
  if (source.size > maxSource) throw new ConvertError('too_long')
  const bytes = await source.arrayBuffer()
  const kind = recognize(new Uint8Array(bytes, 0, Math.min(bytes.byteLength, 64)))
  const decoded = await decode(bytes)
  if (!decoded) {
    // the browser cannot play it, the API perhaps can
    if (kind !== 'other' && source.size <= maxFile) return { file: source, converted: '', seconds: 0, samples: new Float32Array() }
    throw new ConvertError('undecodable')
  }
  const native = kind !== 'other' && source.size <= maxFile
  const format = formatFor(decoded.duration)
  if (!native && !format) throw new ConvertError(decoded.duration > maxSeconds ? 'too_long' : 'empty')
  const samples = await mono(decoded, format?.rate ?? 8000)
  if (native) return { file: source, converted: '', seconds: decoded.duration, samples }
  const file = new Blob([encodeWav(samples, format!)], { type: 'audio/wav' })
  return { file, converted: 'wav', seconds: decoded.duration, samples }
}

/** Decodes sound as far as this browser can. */
export async function decode(bytes: ArrayBuffer): Promise<AudioBuffer | null> {
  try {
    // never played: a context that renders needs no permission to make a noise
    return await new OfflineAudioContext(1, 1, 48000).decodeAudioData(bytes.slice(0))
  } catch {
    return null
  }
}

/** One channel at a rate, as the browser mixes and resamples. */
async function mono(sound: AudioBuffer, rate: number): Promise<Float32Array> {
  const context = new OfflineAudioContext(1, Math.max(Math.ceil(sound.duration * rate), 1), rate)
  const source = context.createBufferSource()
  source.buffer = sound
  source.connect(context.destination)
  source.start()
  return (await context.startRendering()).getChannelData(0)
}
