import decodeQR from 'qr/decode.js'

/** The text of a code in a picture, RGBA; null where there is none, or none that can be read: the next frame may be better. */
export function readCode(picture: Pick<ImageData, 'width' | 'height' | 'data'>): string | null {
  try {
    return decodeQR(picture)
  } catch {
    return null
  }
}
