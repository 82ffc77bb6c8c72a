export default {
  home: 'Home',
} as const
