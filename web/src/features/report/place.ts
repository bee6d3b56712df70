import type { Schemas } from '@/app/http'
import type { Position } from './usePosition'

export type Place = Schemas['CreateHazard']['place']

export const WORDS = ['sumu', 'gacha', 'household', 'landmark'] as const
export type PlaceWords = Record<(typeof WORDS)[number], string>

/** What a person says about the place; the banner by its code. */
export interface SaidPlace extends PlaceWords {
  regionCode: string
  regionName: string
  placeName: string
}

export const NOTHING_SAID: SaidPlace = { regionCode: '', regionName: '', placeName: '', sumu: '', gacha: '', household: '', landmark: '' }

// docs: a wider circle is a guess from the network, and does not tell banners apart.
export const VAGUE_M = 1000

export type Lack = 'position' | 'region' | 'words' | null

export const isVague = (position: Position): boolean => (position.accuracy_m ?? 0) > VAGUE_M

/** What is still missing before somebody can drive there: the server refuses a report without it. */
export function lackOf(position: Position | null, said: SaidPlace, isKnownInside = false): Lack {
  if (position !== null) return isVague(position) && !said.regionCode && !isKnownInside ? 'region' : null
  if (!said.regionCode) return WORDS.some((word) => said[word]) ? 'region' : 'position'
  return WORDS.some((word) => said[word].trim()) ? null : 'words'
}

/** The place as the server wants it. */
export function placeOf(position: Position | null, said: SaidPlace): Place {
  const words = Object.fromEntries(WORDS.map((word) => [word, said[word].trim() || null]))
  return { position, region_code: said.regionCode || null, ...words }
}

/** What was said, in one line. */
export function lineOf(said: SaidPlace): string {
  return [said.regionName, ...WORDS.map((word) => said[word].trim()), said.placeName.trim()].filter(Boolean).join(' ')
}
