import live from './live'
import people from './people'
import phones from './phones'
import settings from './settings'
import shell from './shell'

export default { shell, settings, phones, people, live }
