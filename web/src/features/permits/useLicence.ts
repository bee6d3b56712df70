import { useLoaded } from '@/app/async'
import { publicApi } from '@/app/http'

/** The licence whose QR code carries this token, as the register has it now. In nobody's name: it is public. */
export function useLicence(token: string) {
  return useLoaded(async () => {
    const licence = (await publicApi.GET('/api/v1/licences/verify/{token}', { params: { path: { token } } })).data!
    return { licence, at: new Date().toISOString() }
  })
}
