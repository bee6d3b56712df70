/** The same words in English, fetched by whoever reads English. */
export default {
  'inbox.title': 'Notices',
  'inbox.bell': 'Notices, {n} unread',
  'inbox.new': 'new',
  'inbox.unread': '{n} unread',
  'inbox.all': 'all',
  'inbox.none': 'No notices yet. You are told here when something moves.',
  'inbox.none_unread': 'Nothing unread.',
  'inbox.case': 'Show the case',
}
