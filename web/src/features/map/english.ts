/** The same words in English, fetched by whoever reads English. */
export default {
  'map.title': 'Map',
  'map.label': 'Map of the tasks',
  'map.me': 'My position',
  'map.center': 'Back to my position',
  'map.all': 'Show all tasks',
  'map.north': 'N',
  'map.plain': 'No base map: directions and distances only.',
  'map.approval': 'Approval number: {number}',
  'map.bearing': 'bearing {n}°',
  'map.accuracy': 'within {n} m',
  'map.none': 'No task has coordinates.',
  'map.without': '{n} tasks have no coordinates; see their addresses.',
  'map.choose': 'Tap a task for direction and distance.',
  'map.hint.denied': 'Positioning is not allowed. Allow it in the settings to see where you are.',
  'map.hint.unavailable': 'No position now. Wait a moment outdoors.',
}
