import { takenAt } from './exif'

const LONGEST_PX = 2560
const PREVIEW_PX = 320
const QUALITY = 0.85
const PREVIEW_QUALITY = 0.7

/** A photo as it is sent, and a small one to look at. Drawn anew, so nothing that the camera wrote into it is left. */
export interface Shot {
  readonly photo: Blob
  readonly preview: string // a data URL
  readonly capturedAt: string
}

type Drawable = HTMLVideoElement | HTMLImageElement

/** The present picture of the camera. */
export async function shotOfVideo(video: HTMLVideoElement): Promise<Shot> {
  return drawn(video, video.videoWidth, video.videoHeight, new Date().toISOString())
}

/** A file of the camera or the album; null if it is no picture that this browser can show. */
export async function shotOfFile(file: File): Promise<Shot | null> {
  const url = URL.createObjectURL(file)
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const capturedAt = (await takenAt(file)) ?? new Date(file.lastModified).toISOString()
    return await drawn(image, image.naturalWidth, image.naturalHeight, capturedAt)
  } catch (error) {
    if (error instanceof DOMException) return null // decode() says so of what is no picture
    throw error
  } finally {
    URL.revokeObjectURL(url)
  }
}

async function drawn(source: Drawable, width: number, height: number, capturedAt: string): Promise<Shot> {
  const photo = await blobOf(sized(source, width, height, LONGEST_PX))
  const preview = sized(source, width, height, PREVIEW_PX).toDataURL('image/jpeg', PREVIEW_QUALITY)
  return { photo, preview, capturedAt }
}

function sized(source: Drawable, width: number, height: number, longestPx: number): HTMLCanvasElement {
  const scale = Math.min(1, longestPx / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('no canvas')
  context.imageSmoothingQuality = 'high'
  context.drawImage(source, 0, 0, canvas.width, canvas.height)
  return canvas
}

function blobOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('no JPEG')) : resolve(blob)), 'image/jpeg', QUALITY)
  })
}
