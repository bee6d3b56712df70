import { forgetPictures } from '@/app/pictures'
import { router } from '@/app/router'
import { ownDevice, signOut } from '@/app/session'

/** The base was erased: the next one signs in anew. What waits is this person's, and goes out when he has. */
export async function leave(why: 'erased' | 'forgot'): Promise<void> {
  await forgetPictures(ownDevice())
  await signOut()
  await router.replace({ name: 'sign-in', query: why === 'erased' ? { as: 'staff', why } : { as: 'staff' } })
}
