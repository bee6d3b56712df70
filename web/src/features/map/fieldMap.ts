import * as L from 'leaflet'
import 'leaflet/dist/leaflet.css'
import type { OwnPosition } from '@/app/ownPosition'
import { toGcj02, type Point } from '@/app/positions'
import { movedAside } from './apart'
import type { BaseMap } from './baseMap'

/** A place to be shown, in WGS-84 as everything of ours. */
export interface Place {
  readonly id: string
  readonly label: string
  readonly at: Point
  readonly kind: 'task' | 'urgent' | 'unit' | 'water' | 'dry'
}

/** A square of the map with how much is open in it, and how much of that is late. */
export interface Cell {
  readonly west: number
  readonly south: number
  readonly count: number
  readonly overdue: number
}

/** What is in sight, and how close it is looked at. */
export interface View {
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
  readonly zoom: number
}

const SUBDOMAINS = '1234'
const CLOSE = 16
const REGION: L.LatLngBoundsLiteral = [[37.4, 97.2], [53.4, 126.1]]

/** Squares to steer by where there is no picture of the ground. */
class Grid extends L.GridLayer {
  protected override createTile(): HTMLElement {
    return L.DomUtil.create('div', 'fire-grid')
  }
}

/**
 * Leaflet with our places, the person's own and the line between: on the operator's base map, or on a plain grid.
 *
 * Positions stay WGS-84; only where the tiles are drawn in GCJ-02 they are moved for the display.
 */
export class FieldMap {
  private readonly map: L.Map
  private readonly places = L.layerGroup()
  private readonly own = L.layerGroup()
  private readonly line = L.layerGroup()
  private readonly cells = L.layerGroup()
  private shown: { places: readonly Place[]; selected: string | null } = { places: [], selected: null }
  private shift: (point: Point) => Point = (point) => point
  private ground: L.GridLayer = new Grid()

  constructor(element: HTMLElement, private readonly onSelect: (id: string) => void, onView?: (view: View) => void) {
    this.map = L.map(element, { zoomControl: false, attributionControl: false, minZoom: 4, maxZoom: 18 }).fitBounds(REGION)
    L.control.scale({ imperial: false, position: 'bottomleft' }).addTo(this.map)
    this.map.on('zoomend', () => this.showPlaces(this.shown.places, this.shown.selected))
    if (onView) this.map.on('moveend', () => onView(this.view()))
    for (const layer of [this.line, this.own, this.places, this.cells]) layer.addTo(this.map)
  }

  /** What lies below, in the place of what did; the rest is to be drawn anew. Its attribution and 审图号 are the page's to show. */
  lay(base: BaseMap | null): void {
    this.ground.remove()
    this.shift = base?.crs === 'gcj02' ? toGcj02 : (point) => point
    this.ground = base === null ? new Grid() : L.tileLayer(base.tiles_url, { subdomains: SUBDOMAINS, maxZoom: 18 })
    this.ground.addTo(this.map)
  }

  showPlaces(places: readonly Place[], selected: string | null): void {
    this.shown = { places, selected }
    this.places.clearLayers()
    const size = sizeOfATarget()
    const asides = movedAside(places.map((place) => this.map.latLngToLayerPoint(this.latLng(place.at))))
    for (const [nth, place] of places.entries()) {
      const aside = asides[nth]!
      const marks = ['fire-place', place.kind === 'task' ? '' : place.kind, place.id === selected ? 'selected' : ''].filter(Boolean).join(' ')
      const icon = L.divIcon({ className: marks, iconSize: [size, size], iconAnchor: [size / 2 - aside.x, size / 2 - aside.y] })
      L.marker(this.latLng(place.at), { icon, title: place.label, alt: place.label, keyboard: true, zIndexOffset: place.id === selected ? 1000 : 0 })
        .on('click', () => this.onSelect(place.id))
        .on('keypress', () => this.onSelect(place.id))
        .addTo(this.places)
    }
  }

  /** Circles with numbers, each in the middle of its cell. */
  showCells(cells: readonly Cell[], size: number, selected: string | null, label: (cell: Cell) => string, late: (n: number) => string): void {
    this.cells.clearLayers()
    for (const cell of cells) {
      const id = idOf(cell)
      const across = sizeOfATarget() + 4 * Math.log2(cell.count)
      const marks = ['fire-cell', cell.overdue ? 'late' : '', id === selected ? 'selected' : ''].filter(Boolean).join(' ')
      const html = `<b>${cell.count}</b>${cell.overdue ? `<small>${late(cell.overdue)}</small>` : ''}`
      const icon = L.divIcon({ className: marks, html, iconSize: [across, across] })
      L.marker(this.latLng({ lon: cell.west + size / 2, lat: cell.south + size / 2 }), { icon, title: label(cell), alt: label(cell), keyboard: true, zIndexOffset: id === selected ? 1000 : 0 })
        .on('click', () => this.onSelect(id))
        .on('keypress', () => this.onSelect(id))
        .addTo(this.cells)
    }
  }

  /** On a map that is drawn elsewhere by some hundred metres this is off by as much; whole cells are shown, so it is enough. */
  view(): View {
    const bounds = this.map.getBounds()
    return { west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth(), zoom: this.map.getZoom() }
  }

  showOwn(here: OwnPosition | null, label: string): void {
    this.own.clearLayers()
    if (here === null) return
    const at = this.latLng(here)
    L.circle(at, { radius: here.accuracyM, className: 'fire-accuracy', interactive: false }).addTo(this.own)
    L.circleMarker(at, { radius: 8, className: 'fire-own', interactive: false }).bindTooltip(label).addTo(this.own)
  }

  showLine(from: Point | null, to: Point | null): void {
    this.line.clearLayers()
    if (from && to) L.polyline([this.latLng(from), this.latLng(to)], { className: 'fire-bearing', interactive: false }).addTo(this.line)
  }

  /** Bring these into sight; one alone comes close. */
  look(points: readonly Point[]): void {
    if (points.length === 1) this.map.setView(this.latLng(points[0]!), CLOSE)
    else if (points.length > 1) this.map.fitBounds(L.latLngBounds(points.map((point) => this.latLng(point))), { padding: [48, 48], maxZoom: CLOSE, animate: false })
  }

  end(): void {
    this.map.remove()
  }

  private latLng(point: Point): L.LatLng {
    const { lon, lat } = this.shift(point)
    return L.latLng(lat, lon)
  }
}

/** What tells a cell from the others of its size. */
export const idOf = (cell: Pick<Cell, 'west' | 'south'>): string => `${cell.west},${cell.south}`

/** In pixels, as the mode promises: Leaflet gives its marks no size in any other unit. */
function sizeOfATarget(): number {
  const style = getComputedStyle(document.documentElement)
  return parseFloat(style.getPropertyValue('--fire-target')) * parseFloat(style.fontSize)
}
