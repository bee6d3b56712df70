import { ref } from 'vue'

/** True once another version waits to take over. */
export const updateWaits = ref(false)

export function registerServiceWorker(): void {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  void navigator.serviceWorker.register('/service-worker.js')
}

/** Let the waiting version take over, and show it. */
export function takeUpdate(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  void navigator.serviceWorker.getRegistration().then((registration) => registration?.waiting?.postMessage('take over'))
}
