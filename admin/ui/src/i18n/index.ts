import { useSyncExternalStore } from 'react'
import { fill, pick, type Entry, type Vars } from './fill'
import type english from './en'

type English = typeof english

/** Same is the type of a translation: every key of the English dictionary, nothing else. */
export type Same<D> = { readonly [K in keyof D]: D[K] extends string ? string : { one: string; other: string } }

/** TextKey is '<area>.<key>'. */
export type TextKey = { [A in keyof English]: `${A}.${keyof English[A] & string}` }[keyof English]

export const languages = ['en', 'fr'] as const
export type Language = (typeof languages)[number]
export const languageNames: Record<Language, string> = { en: 'English', fr: 'Français' }

type Words = Record<string, Record<string, Entry>>

// The dictionary shown; replaced as a whole by setLanguage.
const current = { language: 'en' as Language, words: {} as Words, listeners: new Set<() => void>() }

const dictionaries: Record<Language, () => Promise<{ default: unknown }>> = {
  en: () => import('./en'),
  fr: () => import('./fr'),
}

const storageKey = 'dialtone.language'

/** languageChosen says whether a language was chosen on this machine; that one stays. */
export const languageChosen = () => localStorage.getItem(storageKey) !== null

/** preferredLanguage is the one chosen on this machine, else the browser's. */
export function preferredLanguage(): Language {
  const wished = [localStorage.getItem(storageKey) ?? '', ...navigator.languages].map((l) => l.slice(0, 2))
  return wished.find((l): l is Language => (languages as readonly string[]).includes(l)) ?? 'en'
}

/** setLanguage loads a language and shows it. */
export async function setLanguage(language: Language, remember = false) {
  const words = (await dictionaries[language]()).default as Words
  Object.assign(current, { language, words })
  document.documentElement.lang = language
  if (remember) localStorage.setItem(storageKey, language)
  current.listeners.forEach((tell) => tell())
}

/** currentLanguage is the language shown. */
export const currentLanguage = () => current.language

/** t is the text of a key in the language shown, its {vars} filled in. */
export function t(key: TextKey, vars: Vars = {}): string {
  const dot = key.indexOf('.')
  const entry = current.words[key.slice(0, dot)]?.[key.slice(dot + 1)]
  return entry === undefined ? key : fill(pick(entry, vars, current.language), vars)
}

/** tMaybe is t for a key made of data ('live.cause_' + cause); undefined when there is none. */
export function tMaybe(key: string, vars: Vars = {}): string | undefined {
  const dot = key.indexOf('.')
  const entry = current.words[key.slice(0, dot)]?.[key.slice(dot + 1)]
  return entry === undefined ? undefined : fill(pick(entry, vars, current.language), vars)
}

const subscribe = (tell: () => void) => {
  current.listeners.add(tell)
  return () => current.listeners.delete(tell)
}

/** useLanguage re-renders when the language changes. */
export const useLanguage = () => useSyncExternalStore(subscribe, currentLanguage)

/** useT gives t, and re-renders when the language changes. */
export function useT() {
  useLanguage()
  return t
}
