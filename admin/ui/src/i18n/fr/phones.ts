import type { Same } from '..'
import type en from '../en/phones'

const fr: Same<typeof en> = {}

export default fr
