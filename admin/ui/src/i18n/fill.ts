/** Vars are the values put into a text's {names}. */
export type Vars = Record<string, string | number>

/** Entry is a text, or one for one and one for several, chosen by the variable count. */
export type Entry = string | { one: string; other: string }

/** pick chooses the form that goes with vars.count. */
export function pick(entry: Entry, vars: Vars, language: string): string {
  if (typeof entry === 'string') return entry
  return new Intl.PluralRules(language).select(Number(vars.count ?? 0)) === 'one' ? entry.one : entry.other
}

/** fill puts the variables into a text; a name without a value stays as it is. */
export function fill(text: string, vars: Vars): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in vars ? String(vars[name]) : whole))
}
