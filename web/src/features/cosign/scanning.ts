/** What browsers on phones can read of a picture (Shape Detection API); not everywhere. */
interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { rawValue: string }[]>
}

declare global {
  interface Window {
    BarcodeDetector?: new (options: { formats: string[] }) => Detector
  }
}

export function canScan(): boolean {
  return navigator.mediaDevices?.getUserMedia !== undefined
}

const EVERY_MS = 150
const MOST_PX = 640 // of a frame's longer side: codes that a screen shows are large, and phones of 2019 slow

/** The browser's own reader, else one in the page, which is loaded when it is needed: iOS has none, nor Android without Google. */
async function detectorOf(): Promise<Detector> {
  if (window.BarcodeDetector !== undefined) return new window.BarcodeDetector({ formats: ['qr_code'] })
  const { readCode } = await import('./reading')
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  return {
    async detect(video) {
      const scale = Math.min(1, MOST_PX / Math.max(video.videoWidth, video.videoHeight))
      canvas.width = Math.round(video.videoWidth * scale)
      canvas.height = Math.round(video.videoHeight * scale)
      if (canvas.width === 0) return [] // no frame has come yet
      context.drawImage(video, 0, 0, canvas.width, canvas.height)
      const text = readCode(context.getImageData(0, 0, canvas.width, canvas.height))
      return text === null ? [] : [{ rawValue: text }]
    },
  }
}

/** Read codes from the camera until `signal` ends it. Raises DOMException if the camera is not lent. */
export async function scan(video: HTMLVideoElement, onCode: (text: string) => void, signal: AbortSignal): Promise<void> {
  const detector = await detectorOf()
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
