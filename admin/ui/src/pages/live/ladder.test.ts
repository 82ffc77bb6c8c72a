import { describe, expect, it } from 'vitest'
import { ladderOf, laneX, offset } from './ladder'
import { summarize, type TraceMessage } from './message'

const sdp = [
  'v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0',
  'm=audio 4000 RTP/AVP 9 0 101', 'a=rtpmap:9 G722/8000', 'a=rtpmap:101 telephone-event/8000', 'a=sendonly', '',
].join('\r\n')

function message(start: string, more: Partial<TraceMessage> & { cseq?: string; call?: string; branch?: string; body?: string }): TraceMessage {
  const { cseq = '1 INVITE', call = 'a@x', branch = 'z9hG4bK1', body = '', ...rest } = more
  const head = [start, `Via: SIP/2.0/UDP 192.0.2.1;branch=${branch}`, `Call-ID: ${call}`, `CSeq: ${cseq}`]
  if (body) head.push('Content-Type: application/sdp')
  return {
    time: '2026-01-02T15:04:05.000Z', sent: false, local: '10.0.0.1:5060', remote: '192.0.2.1:5060', transport: 'udp',
    message: `${head.join('\r\n')}\r\n\r\n${body}`, ...rest,
  }
}

describe('summarize', () => {
  it('tells a request with its media', () => {
    expect(summarize(message('INVITE sip:b@x SIP/2.0', { body: sdp }).message)).toEqual({
      method: 'INVITE', status: 0, label: 'INVITE', callID: 'a@x', cseq: '1 INVITE', branch: 'z9hG4bK1', media: 'audio G722 PCMU sendonly',
    })
  })
  it('tells a response', () => {
    expect(summarize(message('SIP/2.0 180 Ringing', {}).message)).toMatchObject({ method: 'INVITE', status: 180, label: '180 Ringing', media: '' })
  })
  it('knows compact headers and folded lines', () => {
    const text = 'BYE sip:b@x SIP/2.0\nv: SIP/2.0/UDP h\n ;branch=z9hG4bKq\ni: q@x\nCSeq: 7 BYE\n\n'
    expect(summarize(text)).toMatchObject({ method: 'BYE', callID: 'q@x', branch: 'z9hG4bKq', cseq: '7 BYE' })
  })
  it('tells encrypted, refused and fax media', () => {
    const body = 'm=audio 0 RTP/AVP 0\r\nm=audio 4 RTP/SAVP 8\r\nm=image 5 udptl t38\r\n'
    expect(summarize(message('INVITE sip:b@x SIP/2.0', { body }).message).media).toBe('audio –, audio PCMA SRTP, image')
  })
  it.each(['', 'x', '\r\n\r\n', 'SIP/2.0 200', ':\r\n:\r\n', '<img src=x onerror=alert(1)>'])('survives %j', (text) => {
    expect(typeof summarize(text).label).toBe('string')
  })
})

describe('ladderOf', () => {
  const b = { remote: '192.0.2.2:5060', call: 'b@x', branch: 'z9hG4bK9' }
  const call = [
    message('INVITE sip:b@x SIP/2.0', {}),
    message('SIP/2.0 100 Trying', { sent: true, time: '2026-01-02T15:04:05.002Z' }),
    message('INVITE sip:b@y SIP/2.0', { ...b, sent: true, time: '2026-01-02T15:04:05.010Z' }),
    message('INVITE sip:b@y SIP/2.0', { ...b, sent: true, time: '2026-01-02T15:04:05.510Z' }),
    message('SIP/2.0 486 Busy Here', { ...b, time: '2026-01-02T15:04:06.000Z' }),
    message('SIP/2.0 486 Busy Here', { sent: true, time: '2026-01-02T15:04:06.001Z' }),
  ]
  it('puts the caller left, the daemon beside it and others right', () => {
    const { lanes, ours } = ladderOf(call)
    expect(lanes.map((lane) => lane.address)).toEqual(['192.0.2.1:5060', '', '192.0.2.2:5060'])
    expect(ours).toBe(1)
  })
  it('begins with the daemon when it called', () => {
    expect(ladderOf(call.slice(1)).lanes.map((lane) => lane.address)).toEqual(['', '192.0.2.1:5060', '192.0.2.2:5060'])
  })
  it('draws each message from sender to receiver', () => {
    expect(ladderOf(call).arrows.map(({ from, to }) => [from, to])).toEqual([[0, 1], [1, 0], [1, 2], [1, 2], [2, 1], [1, 0]])
  })
  it('knows what was sent again, dialogs, tones and times', () => {
    const { arrows } = ladderOf(call)
    expect(arrows.map((arrow) => arrow.again)).toEqual([false, false, false, true, false, false])
    expect(arrows.map((arrow) => arrow.dialog)).toEqual([0, 0, 1, 1, 1, 0])
    expect(arrows.map((arrow) => arrow.tone)).toEqual(['request', 'provisional', 'request', 'request', 'failure', 'failure'])
    expect(arrows[3]?.seconds).toBeCloseTo(0.51)
  })
  it('takes nothing and broken times', () => {
    expect(ladderOf([])).toMatchObject({ arrows: [] })
    expect(ladderOf([message('x', { time: 'never' })]).arrows[0]?.seconds).toBe(0)
  })
})

it('spreads lanes evenly', () => {
  expect([0, 1, 2].map((lane) => laneX(lane, 3, 300))).toEqual([50, 150, 250])
})

it.each([[0, '0.000 s'], [1.2345, '1.234 s'], [12.34, '12.3 s'], [75.2, '1:15']])('shows %d as %s', (seconds, text) => {
  expect(offset(seconds)).toBe(text)
})
