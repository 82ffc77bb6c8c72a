import { Alert, List, Text } from '@mantine/core'
import { CircleAlert } from 'lucide-react'
import type { FieldProblem, Problem } from '~/api/problem'
import { explain } from './explain'

interface Props {
  problem: Problem | null | undefined
  /** Problems of fields that are shown nowhere else; all of them by default. */
  fields?: FieldProblem[]
}

/** ProblemAlert tells what the API refused and why; nothing for a change given up. */
export function ProblemAlert({ problem, fields }: Props) {
  if (!problem || problem.cancelled) return null
  const { title, text } = explain(problem)
  const rest = fields ?? problem.errors
  return (
    <Alert color="red" variant="light" icon={<CircleAlert aria-hidden />} title={title} role="alert">
      {text && rest.length === 0 && <Text size="sm">{text}</Text>}
      {rest.length > 0 && (
        <List size="sm">
          {rest.map((e) => (
            <List.Item key={e.field + e.code}>
              <b>{e.field}</b> {e.detail}
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  )
}
