/** What the program around the page can do for us. A government app's web view brings its own; a browser has what the web has. */
export interface Host {
  /** How much the client can do where it is open, from the least: a web view on an iPhone starts nothing without a network. */
  readonly rung: 'ios_view' | 'view' | 'browser' | 'installed'
  saveFile(file: File): Promise<void>
  call(number: string): void
}

declare global {
  interface Window {
    /** Put there by the app whose web view this is, before the page's own script. */
    fireHost?: Partial<Omit<Host, 'rung'>>
  }
}

/** The program around the page, by what it put there or by how it names itself: Safari and Chrome call themselves by name. */
function isWebView(): boolean {
  return window.fireHost !== undefined || /; wv\)|MicroMessenger|AlipayClient/.test(navigator.userAgent) || (isIos() && !/Safari\//.test(navigator.userAgent))
}

function isIos(): boolean {
  return /iPhone|iPad|iPod/.test(navigator.userAgent)
}

function rungHere(): Host['rung'] {
  if (isInstalled()) return 'installed'
  if (!isWebView()) return 'browser'
  return isIos() ? 'ios_view' : 'view'
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
  rung: rungHere(),
  saveFile: (file) => (window.fireHost?.saveFile ?? saveInBrowser)(file),
  call: (number) => (window.fireHost?.call ?? callInBrowser)(number),
}
