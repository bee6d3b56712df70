/** What the program around the page can do for us. A government app's web view brings its own; a browser has what the web has. */
export interface Host {
  readonly kind: 'host' | 'browser' | 'installed'
  saveFile(file: File): Promise<void>
  call(number: string): void
}

declare global {
  interface Window {
    /** Put there by the app whose web view this is, before the page's own script. */
    fireHost?: Partial<Omit<Host, 'kind'>>
  }
}

function isInstalled(): boolean {
  return matchMedia('(display-mode: standalone)').matches || (navigator as { standalone?: boolean }).standalone === true
}

async function saveInBrowser(file: File): Promise<void> {
  const url = URL.createObjectURL(file)
  const link = Object.assign(document.createElement('a'), { href: url, download: file.name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000) // the download has begun by then
}

function callInBrowser(number: string): void {
  location.href = `tel:${number}`
}

export const host: Host = {
  kind: window.fireHost ? 'host' : isInstalled() ? 'installed' : 'browser',
  saveFile: (file) => (window.fireHost?.saveFile ?? saveInBrowser)(file),
  call: (number) => (window.fireHost?.call ?? callInBrowser)(number),
}
