interface Pixel {
  readonly x: number
  readonly y: number
}

export const APART = 30 // pixels between the middles of two marks, so that each can be seen and pressed
const CIRCLES = [1, 2, 3]
const NOT: Pixel = { x: 0, y: 0 }

/** How far each mark steps aside on the screen, so that none lies on one before it. */
export function movedAside(points: readonly Pixel[]): Pixel[] {
  const taken: Pixel[] = []
  return points.map((point) => {
    const step = STEPS.find(({ x, y }) => taken.every((other) => Math.hypot(point.x + x - other.x, point.y + y - other.y) >= APART)) ?? NOT
    taken.push({ x: point.x + step.x, y: point.y + step.y })
    return step
  })
}

/** Not at all, then around the place, in wider and wider circles. */
const STEPS: readonly Pixel[] = [
  NOT,
  ...CIRCLES.flatMap((circle) => Array.from({ length: 6 * circle }, (_, nth) => onCircle(circle * (APART + 1), (nth * Math.PI) / (3 * circle)))),
]

function onCircle(radius: number, angle: number): Pixel {
  return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) }
}
