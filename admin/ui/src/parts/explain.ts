import { codeOffline, type Problem } from '~/api/problem'
import { t } from '~/i18n'

/** explain says in the person's language what went wrong, where the page knows; else the API's words. */
export function explain(p: Problem): { title: string; text: string } {
  if (p.code === codeOffline) return { title: t('shell.problem_offline'), text: t('shell.problem_offline_text') }
  if (p.status === 403) return { title: t('shell.problem_denied'), text: p.body.detail || t('shell.problem_denied_text') }
  if (p.status === 404) return { title: t('shell.problem_missing'), text: t('shell.problem_missing_text') }
  if (p.status === 429) {
    return {
      title: p.body.detail ? p.title : t('shell.problem_limited'),
      text: [p.body.detail, p.retryAfter ? t('shell.problem_retry', { seconds: p.retryAfter }) : ''].filter(Boolean).join(' '),
    }
  }
  return { title: p.title, text: p.body.detail ?? '' }
}
