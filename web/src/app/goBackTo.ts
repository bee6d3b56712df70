import { router } from './router'

/** Back to a page: by history where it is the one before, so that its own way back stays what it was. */
export async function goBackTo(path: string): Promise<void> {
  if (window.history.state?.back === path) router.back()
  else await router.replace(path)
}
