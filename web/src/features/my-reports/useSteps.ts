import { computed } from 'vue'
import { useDoing } from '@/app/async'
import { apiOf } from '@/app/http'
import { newId } from '@/offline'
import type { useMyReport } from './useMyReport'

const OURS = ['rate', 'dispute', 'withdraw'] as const
type Step = (typeof OURS)[number]
interface Bodies {
  rate: { score: number; comment: string }
  dispute: { reason: string; photos: string[] }
  withdraw: Record<string, never>
}

/** What the reporter may do now: only what the server offers. */
export function useSteps(id: string, report: ReturnType<typeof useMyReport>) {
  const doing = useDoing()
  const steps = computed(() => new Set<Step>(OURS.filter((step) => report.detail.value?.actions.some((offered) => offered.action === step))))

  /** True once it is done. The same request may come twice: its answer is the same. */
  async function act<S extends Step>(step: S, body: Bodies[S]): Promise<boolean> {
    const done = await doing.run(async () => {
      const client = apiOf(report.device())
      const params = { path: { entity_id: id }, header: { 'Idempotency-Key': newId() } }
      if (step === 'rate') await client.POST('/api/v1/hazards/{entity_id}/actions/rate', { params, body: body as Bodies['rate'] })
      else if (step === 'dispute') await client.POST('/api/v1/hazards/{entity_id}/actions/dispute', { params, body: body as Bodies['dispute'] })
      else await client.POST('/api/v1/hazards/{entity_id}/actions/withdraw', { params, body: {} })
      return true
    })
    if (!done) return false
    await report.reload()
    return true
  }

  return { steps, doing, act }
}
