import type { Same } from '..'
import type en from '../en/live'

const fr: Same<typeof en> = {}

export default fr
