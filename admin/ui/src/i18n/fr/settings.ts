import type { Same } from '..'
import type en from '../en/settings'

const fr: Same<typeof en> = {
  home: 'Accueil',
}

export default fr
