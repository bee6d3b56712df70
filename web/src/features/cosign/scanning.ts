/** What browsers on phones can read of a picture (Shape Detection API); not everywhere. */
interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>
}

declare global {
  interface Window {
    BarcodeDetector?: new (options: { formats: string[] }) => Detector
  }
}

export function canScan(): boolean {
  return window.BarcodeDetector !== undefined && navigator.mediaDevices?.getUserMedia !== undefined
}

const EVERY_MS = 150

/** Read codes from the camera until `signal` ends it. Raises DOMException if the camera is not lent. */
export async function scan(video: HTMLVideoElement, onCode: (text: string) => void, signal: AbortSignal): Promise<void> {
  const detector = new window.BarcodeDetector!({ formats: ['qr_code'] })
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: 'environment' } }, audio: false })
  try {
    video.srcObject = stream
    await video.play()
    while (!signal.aborted) {
      for (const code of await detector.detect(video)) onCode(code.rawValue)
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  } finally {
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
}
