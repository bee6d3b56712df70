import { t } from '@/app/i18n'
import type { Schemas } from '@/app/http'
import type { Choice } from '@/features/cases/fields/ChoiceList.vue'

/** Whom one may name: those who work here or above, each with what he is there. */
export const peopleChoices = (people: readonly Schemas['RosterPerson'][]): Choice[] =>
  people.filter((person) => person.roles.length > 0).map((person) => ({ value: person.id, text: `${person.name}(${person.roles.join(t('app.list_comma'))})`, aside: person.office }))
