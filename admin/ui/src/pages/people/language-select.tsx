import { Select, type SelectProps } from '@mantine/core'
import { languageNames, languages, useT } from '~/i18n'

/** languageChoices are the languages of mails, prompts and the page. */
export const languageChoices = languages.map((l) => ({ value: l, label: languageNames[l] }))

/** LanguageSelect chooses one of them. */
export function LanguageSelect(props: Omit<SelectProps, 'data' | 'label'>) {
  const t = useT()
  return <Select label={t('shell.language')} data={languageChoices} allowDeselect={false} {...props} />
}
