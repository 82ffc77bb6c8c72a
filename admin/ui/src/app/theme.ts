import { createTheme, type MantineColorsTuple } from '@mantine/core'
import { t } from '~/i18n'

// Teal, dark enough for white text at shade 8.
const tone: MantineColorsTuple = ['#e6f9fb', '#d3edf1', '#a9dae2', '#7bc6d2', '#56b5c5', '#3fabbd', '#2fa5b9', '#1e90a3', '#0b7285', '#075f70']

/** theme of the page. The primary shades keep a contrast of 4.5 in both schemes. */
export const theme = createTheme({
  colors: { tone },
  primaryColor: 'tone',
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '650' },
  components: {
    // A function: the language may change.
    Modal: { defaultProps: () => ({ closeButtonProps: { 'aria-label': t('shell.close') } }) },
  },
})
