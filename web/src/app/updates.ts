import { ref, watch } from 'vue'

// A new version is fetched whole in the background and then waits. It takes over when the person asks for it, and never
// while any open page of this client sends something or has something unsaved.

const HELD = 'fire-unsaved' // a lock of all pages: shared by those that must not be reloaded
const ASK_AGAIN_MS = 60 * 60 * 1000

/** True once another version waits to take over, or has done so from another page. */
export const updateWaits = ref(false)

/** True from a touch that came too early until nothing is sent or unsaved any more. */
export const updateMustWait = ref(false)

let holders = 0

/** Keep this page as it is until the answer is called. */
export function holdUpdate(): () => void {
  holders += 1
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  void navigator.locks?.request(HELD, { mode: 'shared' }, () => released)
  return () => {
    holders -= 1
    release()
  }
}

/** Keep this page as it is while that is true: `holdUpdateWhile(() => form.isDirty)`. Ends with the component. */
export function holdUpdateWhile(isUnsaved: () => boolean): void {
  watch(
    isUnsaved,
    (unsaved, _before, onCleanup) => {
      if (unsaved) onCleanup(holdUpdate())
    },
    { immediate: true },
  )
}

/** Show the waiting version, unless a page, this or another, must not be reloaded now: `updateMustWait` says so. */
export async function takeUpdate(): Promise<void> {
  if (holders > 0 || (await isHeldElsewhere())) {
    mustWait()
    return
  }
  const registration = await navigator.serviceWorker.getRegistration()
  if (registration?.waiting) registration.waiting.postMessage('take over') // every page is told by `controllerchange`
  else location.reload()
}

function mustWait(): void {
  if (updateMustWait.value) return
  updateMustWait.value = true
  void navigator.locks?.request(HELD, { mode: 'exclusive' }, () => {
    updateMustWait.value = false // in its turn, after all that held it
  })
}

/** A browser without locks is old, and has one page of ours: that of the app around it. */
async function isHeldElsewhere(): Promise<boolean> {
  if (!navigator.locks) return false
  return navigator.locks.request(HELD, { mode: 'exclusive', ifAvailable: true }, (lock) => Promise.resolve(lock === null))
}

export function registerServiceWorker(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  let isFirst = navigator.serviceWorker.controller === null
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (isFirst) isFirst = false
    else if (holders === 0) location.reload()
    else updateWaits.value = true
  })
  void register()
}

async function register(): Promise<void> {
  const registration = await navigator.serviceWorker.register('/service-worker.js', { updateViaCache: 'none' })
  const look = (): void => {
    if (registration.waiting && navigator.serviceWorker.controller) updateWaits.value = true
  }
  look()
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look))
  askAgainWhenShown(registration)
}

/** A browser asks for a new version when a page is opened; an installed client may stay open for weeks. */
function askAgainWhenShown(registration: ServiceWorkerRegistration): void {
  let asked = Date.now()
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || Date.now() - asked < ASK_AGAIN_MS) return
    asked = Date.now()
    registration.update().catch(() => undefined) // no network: it is asked the next time
  })
}
