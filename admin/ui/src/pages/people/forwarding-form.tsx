import { Button, Card, Collapse, Group, NumberInput, Stack, Switch, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState, type FormEvent } from 'react'
import { useUnsaved } from '~/app/unsaved'
import { tMaybe, useT } from '~/i18n'
import { ReferencePicker } from '~/parts/ReferencePicker'
import { useSave } from '~/parts/useSave'
import { ProblemAlert } from '~/parts/ProblemAlert'
import { changedFields } from './changed'
import { cleanForwarding, forwardRules, missingDestination, noRule, type Forwarding, type ForwardRule } from './forwarding'

interface Props<T> {
  record: T
  disabled: boolean
  /** Saves; record is the one the change began with. */
  save: (forwarding: Forwarding, record: T) => Promise<unknown>
}

/** ForwardingForm edits where a user's calls go instead; it is saved as a whole. */
export function ForwardingForm<T extends { forwarding: Forwarding }>({ record, disabled, save }: Props<T>) {
  const t = useT()
  const [edit, setEdit] = useState<{ forwarding: Forwarding; of: T } | null>(null)
  const [asked, setAsked] = useState(false)
  const { busy, problem, run, clear } = useSave()
  const shown = edit?.forwarding ?? record.forwarding
  const dirty = edit !== null && Object.keys(changedFields(edit.of.forwarding, { ...cleanForwarding(shown) })).length > 0
  const missing = asked ? missingDestination(shown) : []
  useUnsaved(dirty)

  const change = (changes: Partial<Forwarding>) => setEdit({ forwarding: { ...shown, ...changes }, of: edit?.of ?? record })

  async function submit(e: FormEvent) {
    e.preventDefault()
    setAsked(true)
    if (!edit || !dirty || missingDestination(shown).length > 0) return
    if (!(await run(() => save(cleanForwarding(shown), edit.of)))) return
    setEdit(null)
    setAsked(false)
    notifications.show({ message: t('shell.saved') })
  }

  function cancel() {
    setEdit(null)
    setAsked(false)
    clear()
  }

  return (
    <form onSubmit={(e) => void submit(e)} noValidate>
      <Stack>
        <ProblemAlert problem={problem} fields={problem?.errors.filter((p) => !/^forwarding\.\w+(\.destination|\.schedule)?$/.test(p.field))} />
        {forwardRules.map((name) => (
          <RuleCard
            key={name}
            name={name}
            rule={shown[name] ?? noRule}
            disabled={disabled}
            error={missing.includes(name) ? t('people.forward_missing') : (problem?.field(`forwarding.${name}.destination`) ?? '')}
            onChange={(changes) => change({ [name]: { ...noRule, ...shown[name], ...changes } })}
          />
        ))}
        <NumberInput
          label={t('people.forward_after')}
          min={5}
          max={300}
          allowDecimal={false}
          clampBehavior="none"
          w={280}
          maw="100%"
          disabled={disabled}
          value={shown.no_answer_seconds}
          error={problem?.field('forwarding.no_answer_seconds')}
          onChange={(n) => change({ no_answer_seconds: Number(n) })}
        />
        {dirty && (
          <Group>
            <Button type="submit" loading={busy}>
              {t('people.forward_save')}
            </Button>
            <Button variant="default" onClick={cancel}>
              {t('shell.cancel')}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  )
}

interface RuleProps {
  name: string
  rule: ForwardRule
  disabled: boolean
  error: string
  onChange: (changes: Partial<ForwardRule>) => void
}

function RuleCard({ name, rule, disabled, error, onChange }: RuleProps) {
  const t = useT()
  const label = tMaybe(`people.forward_${name}`) ?? name
  return (
    <Card withBorder p="sm" role="group" aria-label={label}>
      <Switch
        label={label}
        description={tMaybe(`people.forward_${name}_hint`)}
        checked={rule.enabled}
        disabled={disabled}
        onChange={(e) => onChange({ enabled: e.currentTarget.checked })}
      />
      <Collapse expanded={rule.enabled || rule.destination !== ''}>
        <Group mt="sm" align="flex-start">
          <TextInput
            label={t('people.forward_to')}
            description={t('people.forward_to_hint')}
            type="tel"
            maxLength={40}
            value={rule.destination}
            error={error}
            readOnly={disabled}
            style={{ flex: '1 1 220px' }}
            onChange={(e) => onChange({ destination: e.currentTarget.value })}
          />
          <ReferencePicker
            collection="schedules"
            label={t('people.forward_when')}
            description={<Text span inherit>&nbsp;</Text>}
            placeholder={t('people.forward_when_always')}
            clearable
            disabled={disabled}
            value={rule.schedule}
            style={{ flex: '1 1 180px' }}
            onChange={(schedule) => onChange({ schedule })}
          />
        </Group>
      </Collapse>
    </Card>
  )
}
