import { Box, Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** Facts are names with their values, two columns where there is room. */
export function Facts({ children }: { children: ReactNode }) {
  return (
    <Box component="dl" m={0} className="facts">
      {children}
    </Box>
  )
}

/** Fact is one of them; without a value it is left out. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  if (children === null || children === undefined || children === '' || children === false) return null
  return (
    <Box className="fact">
      <Text component="dt" size="sm" c="dimmed">
        {label}
      </Text>
      <Text component="dd" size="sm" m={0} style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </Box>
  )
}
