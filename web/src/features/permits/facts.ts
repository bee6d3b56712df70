import type { ComposerTranslation } from 'vue-i18n'
import { FIELDS, MATERIALS, serverName, type FieldName, type Filled } from './filling'
import { guide, labelOf } from './guide'

/** What stands in a field, as a person reads it; empty where nothing does. */
export function wordsOf(name: FieldName, filled: Filled, t: ComposerTranslation): string {
  switch (name) {
    case 'route':
      return labelOf(guide.routes, filled.route)
    case 'occasion':
      return labelOf(guide.occasions, filled.occasion)
    case 'venue_kind':
      return labelOf(guide.venues, filled.venue_kind)
    case 'structure':
      return labelOf(guide.structures, filled.structure)
    case 'area_m2':
      return filled.area_m2 && t('permits.square', { n: filled.area_m2 })
    case 'serve_online':
      return t(filled.serve_online ? 'permits.serve.online' : 'permits.serve.paper')
    case 'acceptance':
      return [labelOf(guide.acceptances, filled.acceptance.kind), filled.acceptance.number].filter(Boolean).join(' ')
    case 'shared_building':
      return buildingWords(filled.shared_building, t)
    case 'facilities':
      return filled.facilities.map((code) => labelOf(guide.facilities, code)).join('、')
    case 'BUSINESS_LICENCE':
    case 'RULES_AND_PLAN':
    case 'LAYOUT':
    case 'OTHER':
      return filled[name].length ? t('permits.pictures', { n: filled[name].length }) : ''
    default:
      return filled[name]
  }
}

function buildingWords(building: Filled['shared_building'], t: ComposerTranslation): string {
  if (!building.is_shared) return ''
  const { name, area_m2, floors, height_m } = building
  return [name, t('permits.square', { n: area_m2 }), t('permits.floors', { n: floors }), height_m && t('permits.high', { n: height_m })].filter(Boolean).join(',')
}

/** Everything that is filled in but the pictures, each with its name. */
export function factsOf(filled: Filled, t: ComposerTranslation): [string, string][] {
  return FIELDS.filter((name) => !(MATERIALS as readonly string[]).includes(name)).map((name) => [
    t(`cases.permit.field.${serverName(name)}`), wordsOf(name, filled, t),
  ])
}
