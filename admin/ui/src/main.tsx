import './app/styles'
import '@mantine/notifications/styles.css'
import './app/page.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Problem } from './api/problem'
import { router } from './app/router'
import { SessionProvider } from './app/session'
import { theme } from './app/theme'
import { preferredLanguage, setLanguage } from './i18n'

const client = new QueryClient({
  defaultOptions: {
    // Without a connection things fail at once, and say so, instead of waiting unseen.
    mutations: { networkMode: 'always', gcTime: 0 }, // what a mutation answered may be a secret
    queries: {
      networkMode: 'always',
      staleTime: 5_000,
      // What the server refused it refuses again; only a lost connection is worth a try.
      retry: (count, err) => count < 2 && !(err instanceof Problem && err.status >= 400 && err.status < 500),
    },
  },
})

await setLanguage(preferredLanguage())

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <Notifications position="top-right" />
        <SessionProvider>
          <RouterProvider router={router} />
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
