import { effectScope } from 'vue'
import { useNotices } from './notices'

let counting: ReturnType<typeof useNotices> | null = null

/** How many notices wait, for as long as the client is open: badges ask for it. */
export function unreadCount(): number {
  counting ??= effectScope(true).run(useNotices) ?? null
  return counting?.unread.value ?? 0
}
