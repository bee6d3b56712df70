/** Fen as people read yuan: 200, 50.5. */
export const yuan = (fen: number): string => String(fen / 100)

/** Yuan as somebody types them, in fen; null for what is no amount. */
export function fen(text: string): number | null {
  return /^\d{1,8}(\.\d{1,2})?$/.test(text.trim()) ? Math.round(Number(text.trim()) * 100) : null
}
