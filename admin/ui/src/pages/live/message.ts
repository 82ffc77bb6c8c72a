/** One SIP message of a trace, as the API has it. */
export interface TraceMessage {
  time: string
  sent: boolean
  local: string
  remote: string
  transport: string
  message: string
}

/** What the ladder tells of a message (RFC 3261, 7). */
export interface Summary {
  /** Method of a request, or of the request a response answers. */
  method: string
  /** Status of a response, 0 for a request. */
  status: number
  /** "INVITE", or "180 Ringing". */
  label: string
  callID: string
  cseq: string
  branch: string
  /** What its session description says in short; empty without one. */
  media: string
}

/** Long names of the headers the ladder reads, by their compact form (RFC 3261, 7.3.3). */
const compact: Record<string, string> = { v: 'via', i: 'call-id', c: 'content-type' }

/** The first value of each header, by its name in small letters, and the body. */
export function split(message: string): { start: string; headers: Map<string, string>; body: string } {
  const end = /\r?\n\r?\n/.exec(message)
  const head = end ? message.slice(0, end.index) : message
  const body = end ? message.slice(end.index + end[0].length) : ''
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)
  const headers = new Map<string, string>()
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    const short = line.slice(0, colon).trim().toLowerCase()
    const name = compact[short] ?? short
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim())
  }
  return { start: (lines[0] ?? '').trim(), headers, body }
}

/** What a message is about. Whatever it is made of, there is an answer. */
export function summarize(message: string): Summary {
  const { start, headers, body } = split(message)
  const cseq = headers.get('cseq') ?? ''
  const response = /^SIP\/2\.0 (\d{3})\s?(.*)$/.exec(start)
  const method = response ? (cseq.split(/\s+/)[1] ?? '') : (start.split(' ')[0] ?? '')
  return {
    method: method.slice(0, 20),
    status: response ? Number(response[1]) : 0,
    label: (response ? `${response[1]} ${response[2]}` : start.split(' ')[0] || '?').trim().slice(0, 60),
    callID: headers.get('call-id') ?? '',
    cseq,
    branch: /;\s*branch=([^;,\s]+)/i.exec(headers.get('via') ?? '')?.[1] ?? '',
    media: mediaOf(headers.get('content-type') ?? '', body),
  }
}

/** The media of a session description in short: "audio PCMU PCMA sendonly" (RFC 4566). */
function mediaOf(type: string, body: string): string {
  if (!/^application\/sdp\b/i.test(type) && !/^m=/m.test(body)) return ''
  return body
    .split(/\r?\n(?=m=)/)
    .filter((part) => part.startsWith('m='))
    .slice(0, 4)
    .map(mediaLine)
    .join(', ')
}

/** Payload types whose names need no rtpmap (RFC 3551, table 4). */
const staticTypes: Record<string, string> = { '0': 'PCMU', '8': 'PCMA', '9': 'G722', '18': 'G729' }

function mediaLine(part: string): string {
  const lines = part.split(/\r?\n/)
  const [kind = '', port = '', profile = '', ...types] = (lines[0] ?? '').slice(2).split(' ')
  if (port === '0') return `${kind} –`
  const named = new Map<string, string>()
  for (const line of lines) {
    const map = /^a=rtpmap:(\d+) ([^/\s]+)/.exec(line)
    if (map) named.set(map[1]!, map[2]!)
  }
  const codecs = types
    .map((type) => named.get(type) ?? staticTypes[type] ?? '')
    .filter((name) => name && name !== 'telephone-event')
  const direction = lines.find((line) => /^a=(sendonly|recvonly|inactive)\s*$/.test(line))?.slice(2).trim() ?? ''
  const secure = /SAVP/.test(profile) ? 'SRTP' : ''
  return [kind, ...codecs.slice(0, 4), secure, direction].filter(Boolean).join(' ')
}
