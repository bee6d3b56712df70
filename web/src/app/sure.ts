import { showConfirmDialog } from 'vant'

/** Ask before what cannot be taken back. */
export const isSure = (message: string, title = ''): Promise<boolean> => showConfirmDialog({ message, title }).then(() => true, () => false)
