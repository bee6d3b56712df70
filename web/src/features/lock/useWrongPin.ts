import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { WrongPin } from '@/offline'

/** What a person is told of a wrong PIN. */
export function useWrongPin() {
  const { t } = useI18n()
  const text = ref('')

  function say(wrong: WrongPin): void {
    if (wrong.retryAfterSeconds > 0) text.value = t('lock.wait', { n: wrong.retryAfterSeconds, left: wrong.attemptsLeft })
    else text.value = t('lock.wrong', { n: wrong.attemptsLeft })
  }

  return { text, say, forget: () => (text.value = '') }
}
