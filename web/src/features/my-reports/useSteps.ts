import { computed } from 'vue'
import { useDoing } from '@/app/async'
import { apiOf } from '@/app/http'
import { Asking, isLost } from '@/app/asking'
import type { useMyReport } from './useMyReport'

const OURS = ['rate', 'dispute', 'withdraw', 'answer_office'] as const
type Step = (typeof OURS)[number]
/** `lost`: no answer came, so it may be done. */
export type Ending = 'done' | 'refused' | 'lost'
interface Bodies {
  rate: { score: number; comment: string }
  dispute: { reason: string; photos: string[] }
  withdraw: Record<string, never>
  answer_office: { text: string; photos: string[] }
}

/** What the reporter may do now: only what the server offers. */
export function useSteps(id: string, report: ReturnType<typeof useMyReport>) {
  const doing = useDoing()
  const steps = computed(() => new Set<Step>(OURS.filter((step) => report.detail.value?.actions.some((offered) => offered.action === step))))

  const asking = new Asking()

  /** The same request may come twice: its answer is the same. */
  async function act<S extends Step>(step: S, body: Bodies[S]): Promise<Ending> {
    if (doing.isBusy.value) return 'lost' // one is under way
    let ending = 'refused' as Ending
    await doing.run(async () => {
      try {
        await asking.ask([step, body], (key) => send(step, body, key))
        ending = 'done'
      } catch (error) {
        if (isLost(error)) ending = 'lost'
        throw error
      }
    })
    if (ending === 'done') await report.reload()
    return ending
  }

  async function send<S extends Step>(step: S, body: Bodies[S], key: string): Promise<void> {
    const client = apiOf(report.device())
    const params = { path: { entity_id: id }, header: { 'Idempotency-Key': key } }
    if (step === 'rate') await client.POST('/api/v1/hazards/{entity_id}/actions/rate', { params, body: body as Bodies['rate'] })
    else if (step === 'dispute') await client.POST('/api/v1/hazards/{entity_id}/actions/dispute', { params, body: body as Bodies['dispute'] })
    else if (step === 'answer_office') await client.POST('/api/v1/hazards/{entity_id}/actions/answer_office', { params, body: body as Bodies['answer_office'] })
    else await client.POST('/api/v1/hazards/{entity_id}/actions/withdraw', { params, body: {} })
  }

  return { steps, doing, act }
}
