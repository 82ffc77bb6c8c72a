import { expect, it } from 'vitest'
import { faxFields, type FaxDraft } from './fax-form'

const draft: FaxDraft = {
  to: ' +13125550100 ', number: null, quality: 'fine', header: '', on_limit: 'queue', max_attempts: 5, scheduled_at: '',
  cover: false, cover_title: '', cover_to: '', cover_from: '', cover_company: '', cover_subject: '', cover_text: 'unused', files: 1,
}

it('leaves out what is empty', () => {
  expect(faxFields(draft)).toEqual([['to', '+13125550100'], ['quality', 'fine'], ['on_limit', 'queue'], ['max_attempts', '5']])
})

it('sends a cover as JSON, an empty one too', () => {
  const cover = (more: Partial<FaxDraft>) => Object.fromEntries(faxFields({ ...draft, cover: true, ...more })).cover
  expect(cover({ cover_to: ' Ann ', cover_text: '"Hi"\n<b>' })).toBe('{"to":"Ann","text":"\\"Hi\\"\\n<b>"}')
  expect(cover({ cover_text: '' })).toBe('{}')
})

it('turns the own time into a moment, and drops what is none', () => {
  const at = (scheduled_at: string) => Object.fromEntries(faxFields({ ...draft, scheduled_at })).scheduled_at
  expect(at('2026-03-04T05:06')).toBe(new Date(2026, 2, 4, 5, 6).toISOString())
  expect(at('soon')).toBeUndefined()
})

it('names the document of another fax', () => {
  expect(faxFields(draft, 'fax_1').at(-1)).toEqual(['file', 'fax_1'])
})
