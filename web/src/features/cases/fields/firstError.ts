import { nextTick } from 'vue'

/** Bring the first field that something is wrong with into sight. */
export async function showFirstError(): Promise<void> {
  await nextTick()
  document.querySelector('fieldset [role=alert]')?.scrollIntoView({ block: 'center' })
}
