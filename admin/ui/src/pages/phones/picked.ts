import type { UseFormReturnType } from '@mantine/form'
import type { ReactNode } from 'react'

/** picked binds a field of a form to a ReferencePicker: an identifier or null. */
export function picked<V extends Record<string, unknown>>(form: UseFormReturnType<V>, path: string) {
  const props = form.getInputProps(path as never) as { value?: string | null; error?: ReactNode; 'data-path'?: string }
  return {
    value: props.value,
    error: props.error,
    'data-path': props['data-path'],
    onChange: (id: string | null) => form.setFieldValue(path as never, id as never),
  }
}
